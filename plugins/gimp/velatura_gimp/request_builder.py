"""Wishes as requests: names become pixels. Knows nothing of GIMP."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from velatura_link.errors import LinkError
from velatura_link.request import EncodedFile, Pixels, RegionRef, Request, StyleRef

from .arguments import DEFAULT_ENGINE, Manifest, RequestSpec
from .texts import tr

_CODE_SUFFIX = ".code"
_KEYS = {
    *("engine", "preset", "params", "common", "strength", "seed", "device"),
    *("styles", "regions", "segments", "inputs"),
}
_MODELS = frozenset(("checkpoint", "bank"))
_VIEW = ("weight", "index", "rotation", "scale")


class Source(Protocol):
    """Where the pixels come from that a spec names."""

    def content(self) -> Pixels:
        """The layer to be painted over."""
        ...

    def layer_named(self, name: int | str) -> Pixels:
        """Another layer, by id or name."""
        ...

    def file(self, path: str) -> EncodedFile:
        """A whole file. Raises :class:`OSError`."""
        ...

    def mask(self, name: object) -> Pixels:
        """A mask of the content's size: ``"selection"``, ``"layer-mask"`` or ``{layer: id or name}``."""
        ...


def parse_request(text: str) -> RequestSpec:
    """The spec that ``text`` is. Raises :class:`LinkError` for what is none."""
    try:
        spec = json.loads(text)
    except ValueError as error:
        raise LinkError(tr("The request is not JSON: {error}.", error=error)) from error
    if not isinstance(spec, dict):
        raise LinkError(
            tr("The request is not a JSON object."), hint=tr('{"engine": "glaze"} is one.')
        )
    if unknown := sorted(set(spec) - _KEYS):
        raise LinkError(
            tr("A request has no “{key}”.", key=unknown[0]),
            hint=tr("It has {keys}.", keys=", ".join(sorted(_KEYS))),
        )
    _check_form(spec, {"params": dict, "common": dict, "inputs": dict})
    for part in (spec, *_maps(spec, "regions")):
        _maps(part, "styles")
    if "engine" not in spec and "preset" not in spec:
        spec["engine"] = DEFAULT_ENGINE
    return spec


def build_request(spec: RequestSpec, manifest: Manifest, source: Source) -> Request:
    """``spec`` with the pixels that it names, which ``source`` reads.

    Raises :class:`LinkError` for what cannot be meant, an :class:`OSError` for files that cannot be read.
    """
    descriptor = manifest.get(spec.get("engine", ""), {}).get("descriptor", {})
    maker = _Maker(source, frozenset(descriptor.get("styles", ())))
    styles = tuple(maker.style(each) for each in spec.get("styles", ()))
    regions = tuple(maker.region(each) for each in spec.get("regions", ()))
    styled = styles or spec.get("preset") or any(region.styles for region in regions)
    if descriptor.get("fewest_styles") and not styled:
        raise LinkError(
            tr("No style is chosen."), hint=tr("Choose one of the library, a file or a layer.")
        )
    given = {key: spec[key] for key in ("params", "common") if spec.get(key)}
    content = source.content()
    if descriptor.get("content") == "none":
        given["size"] = (content.width, content.height)
    else:
        given["content"] = content
    return Request(
        engine=spec.get("engine"),
        preset=spec.get("preset"),
        strength=spec.get("strength"),
        seed=spec.get("seed", 0),
        device=spec.get("device"),
        segments=spec.get("segments"),
        styles=styles,
        regions=regions,
        inputs={name: maker.input(value) for name, value in spec.get("inputs", {}).items()},
        **given,
    )


def _maps(spec: RequestSpec, key: str) -> list[RequestSpec]:
    """The list of maps that ``spec`` has there, or none."""
    _check_form(spec, {key: list})
    found: list[RequestSpec] = spec.get(key, [])
    for number, each in enumerate(found):
        _check_form({f"{key}[{number}]": each}, {f"{key}[{number}]": dict})
    return found


def _check_form(spec: RequestSpec, kinds: Mapping[str, type]) -> None:
    for key, kind in kinds.items():
        if not isinstance(spec.get(key, kind()), kind):
            value = json.dumps(spec[key])
            raise LinkError(
                tr("“{key}” of a request must be an object, not {value}.", key=key, value=value)
                if kind is dict
                else tr("“{key}” of a request must be a list, not {value}.", key=key, value=value)
            )


@dataclass(frozen=True)
class _Maker:
    source: Source
    kinds: frozenset[str]

    def style(self, spec: RequestSpec) -> StyleRef:
        named = [key for key in ("name", "file", "layer") if spec.get(key) is not None]
        if len(named) != 1:
            raise LinkError(
                tr(
                    "A style must be one of a name, a file and a layer, not {value}.",
                    value=json.dumps(spec),
                )
            )
        facts: dict[str, Any] = {key: spec[key] for key in _VIEW if key in spec}
        if "crop" in spec:
            facts["crop"] = tuple(spec["crop"])
        return StyleRef(**self._imitated(named[0], spec[named[0]]), **facts)

    def region(self, spec: RequestSpec) -> RegionRef:
        return RegionRef(
            self.source.mask(spec.get("mask")),
            tuple(self.style(each) for each in spec.get("styles", ())),
            spec.get("strength", 1.0),
        )

    def input(self, value: object) -> Any:
        if not isinstance(value, Mapping):
            return value
        if "layer" in value:
            return self.source.layer_named(value["layer"])
        if "file" in value:
            return self.source.file(value["file"])
        raise LinkError(
            tr(
                "An input is a number, a text, a layer or a file, not {value}.",
                value=json.dumps(value),
            )
        )

    def _imitated(self, kind: str, value: Any) -> dict[str, Any]:
        models = bool(self.kinds & _MODELS)
        if kind == "layer":
            return {"picture": self.source.layer_named(value)}
        if kind == "name":
            return {"model" if models else "name": value}
        if models:
            return {"file": self.source.file(value)}
        is_code = value.lower().endswith(_CODE_SUFFIX)
        return {"code" if is_code else "picture": self.source.file(value)}

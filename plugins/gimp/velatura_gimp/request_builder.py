"""From a spec to a request: names become pixels. Knows nothing of GIMP."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, Protocol

from velatura_link.engines import (
    Manifest,
    content_use,
    default_engine,
    inputs_of,
    most_styles,
    needs_style,
    style_kinds,
)
from velatura_link.errors import LinkError
from velatura_link.request import EncodedFile, Payload, Pixels, RegionRef, Request, StyleRef
from velatura_link.styles import PAIR, PICTURE

from .engine_arguments import takes_library, takes_models
from .pixels import Form
from .request_spec import LAYER_MASK, SELECTION, RequestSpec
from .texts import tr

_CODE_SUFFIX = ".code"
_MODEL_SUFFIXES = frozenset((".safetensors", ".pth", ".pt", ".ckpt"))
_STYLES = ("name", "model", "file", "layer", "picture", "code")
_KEYS = {
    *("engine", "preset", "params", "common", "strength", "seed", "device"),
    *("styles", "regions", "segments", "inputs", "stop_after", "window"),
    *("size", "depth", "transfer"),
}
_VIEW = ("weight", "index", "rotation", "scale")


class Source(Protocol):
    """Where the pixels come from that a spec names."""

    @property
    def form(self) -> Form:
        """Depth and transfer of what is painted."""
        ...

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the layer to be painted over, or of the picture that is made."""
        ...

    def content(self) -> Pixels:
        """The layer to be painted over."""
        ...

    def layer_named(self, name: int | str) -> Pixels:
        """Another layer, by id or name."""
        ...

    def flow(self, name: int | str) -> Pixels:
        """Another layer, as three channels of floats."""
        ...

    def file(self, path: str) -> EncodedFile:
        """A whole file. Raises :class:`OSError`."""
        ...

    def mask(self, name: object) -> Pixels:
        """A mask of the content's size: ``"selection"``, ``"layer-mask"`` or ``{layer: id or name}``."""
        ...


def parse_request(text: str, manifest: Manifest) -> RequestSpec:
    """The spec that ``text`` is, for the default engine where it names none. Raises :class:`LinkError` for what is
    none."""
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
    _check_form(spec, {"params": dict, "common": dict, "inputs": dict, "size": list})
    for part in (spec, *_maps(spec, "regions")):
        _maps(part, "styles")
    if "engine" not in spec and "preset" not in spec:
        spec["engine"] = default_engine(manifest)
    return spec


def build_request(spec: RequestSpec, manifest: Manifest, source: Source) -> Request:
    """``spec`` with the pixels that it names, which ``source`` reads.

    Raises :class:`LinkError` for what cannot be meant, an :class:`OSError` for files that cannot be read.
    """
    engine = spec.get("engine") or ""
    maker = _Maker(source, style_kinds(manifest, engine), inputs_of(manifest, engine))
    styles = tuple(maker.style(each) for each in spec.get("styles", ()))
    regions = tuple(maker.region(each) for each in spec.get("regions", ()))
    _check_styles(engine, manifest, spec, [styles, *(each.styles for each in regions)])
    inputs = {name: maker.input(name, value) for name, value in spec.get("inputs", {}).items()}
    _check_inputs(maker.inputs, inputs, spec.get("params", {}))
    given = {key: spec[key] for key in ("params", "common") if spec.get(key)}
    use = content_use(manifest, engine)
    if use == "none" or (use == "optional" and spec.get("size")):
        width, height = new_size(spec)
        given["size"] = (width or source.size[0], height or source.size[1])
        given["depth"] = spec.get("depth") or source.form.depth
        given["transfer"] = spec.get("transfer") or source.form.transfer
    else:
        given["content"] = source.content()
    return Request(
        engine=spec.get("engine"),
        preset=spec.get("preset"),
        strength=spec.get("strength"),
        seed=spec.get("seed", 0),
        device=spec.get("device"),
        segments=spec.get("segments"),
        stop_after=spec.get("stop_after"),
        window=tuple(spec["window"]) if spec.get("window") else None,
        styles=styles,
        regions=regions,
        inputs=inputs,
        **given,
    )


def new_size(spec: RequestSpec) -> tuple[int, int]:
    """Width and height of the new picture that ``spec`` asks for, 0 for a side that it leaves open.

    Raises :class:`LinkError`.
    """
    wanted = spec.get("size") or (0, 0)
    sides = [each for each in wanted if isinstance(each, int) and each >= 0]
    if len(sides) != 2 or len(wanted) != 2:
        raise LinkError(
            tr("“size” of a request is width and height, not {value}.", value=json.dumps(wanted))
        )
    return sides[0], sides[1]


def _check_styles(
    engine: str,
    manifest: Manifest,
    spec: RequestSpec,
    styles: list[tuple[StyleRef, ...]],
) -> None:
    """Raise :class:`LinkError` unless there are as many styles as the engine needs and takes."""
    if needs_style(manifest, engine) and not any(styles) and not spec.get("preset"):
        raise LinkError(
            tr("No style is chosen."), hint=tr("Choose one from the library, a file or a layer.")
        )
    pairs = set(style_kinds(manifest, engine)) == {PAIR}
    if pairs and any(style.before is None for part in styles for style in part):
        raise LinkError(
            tr("The style's picture before it was painted is missing."),
            hint=tr("Choose a file or a layer that shows it."),
        )
    most = most_styles(manifest, engine)
    if most and any(len(each) > most for each in styles):
        raise LinkError(
            tr(
                "{engine} takes no more than {number} styles at once.",
                engine=tr(manifest[engine]["descriptor"]["title"]),
                number=most,
            ),
            hint=tr("Choose fewer styles."),
        )


def _check_inputs(
    inputs: Iterable[Mapping[str, Any]], given: Mapping[str, Any], params: Mapping[str, Any]
) -> None:
    """Raise :class:`LinkError` for an input that is needed, with these knobs, and not there."""
    for each in inputs:
        needed = all(params.get(knob) == value for knob, value in each.get("when", {}).items())
        if (
            each.get("required")
            and needed
            and each["kind"] != "state"
            and each["name"] not in given
        ):
            raise LinkError(
                tr("“{title}” is missing.", title=tr(each["title"])),
                hint=tr("Choose it in the engine's own settings."),
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
    """Styles, regions and inputs of a request for an engine that takes styles of ``kinds``, and ``inputs``."""

    source: Source
    kinds: tuple[str, ...]
    inputs: tuple[Mapping[str, Any], ...]

    def style(self, spec: RequestSpec) -> StyleRef:
        named = [key for key in _STYLES if spec.get(key) is not None]
        if len(named) != 1:
            raise LinkError(
                tr(
                    "A style must be one of a name, a model, a file and a layer, not {value}.",
                    value=json.dumps(spec),
                )
            )
        facts: dict[str, Any] = {key: spec[key] for key in _VIEW if key in spec}
        if "crop" in spec:
            facts["crop"] = tuple(spec["crop"])
        for key in ("before", "mask"):
            if spec.get(key) is not None:
                facts[key] = self._picture(spec[key])
        return StyleRef(**self._imitated(named[0], spec[named[0]]), **facts)

    def region(self, spec: RequestSpec) -> RegionRef:
        mask, colour = spec.get("mask"), spec.get("colour")
        is_path = isinstance(mask, str) and mask not in (SELECTION, LAYER_MASK)
        return RegionRef(
            self._picture(mask) if is_path else self.source.mask(mask),
            tuple(self.style(each) for each in spec.get("styles", ())),
            spec.get("strength", 1.0),
            tuple(colour) if colour else None,
        )

    def input(self, name: str, value: object) -> Any:
        kind = next((each["kind"] for each in self.inputs if each["name"] == name), "")
        if isinstance(value, Mapping) and "layer" in value and kind == "flow":
            return self.source.flow(value["layer"])
        if isinstance(value, Mapping):
            return self._picture(value)
        if kind == "number" and isinstance(value, str):
            return _number(value)
        return value

    def _picture(self, value: object) -> Payload:
        """A layer, or a file: by its path, or as a reference on the wire with the path as its blob."""
        if isinstance(value, Mapping) and "layer" in value:
            return self.source.layer_named(value["layer"])
        path = value if isinstance(value, str) else None
        if isinstance(value, Mapping):
            path = value.get("file") or value.get("blob")
        if isinstance(path, str):
            return self.source.file(path)
        raise LinkError(
            tr(
                "An input is a number, a text, a layer or a file, not {value}.",
                value=json.dumps(value),
            )
        )

    def _imitated(self, key: str, value: Any) -> dict[str, Any]:
        if key == "layer":
            return {"picture": self.source.layer_named(value)}
        if key == "picture":
            return {"picture": self._picture(value)}
        if key == "code":
            return {"code": self.source.file(value)}
        if key in ("model", "name"):
            only_models = takes_models(self.kinds) and not takes_library(self.kinds)
            return {"model" if only_models else key: value}
        suffix = PurePath(value).suffix.lower()
        if suffix == _CODE_SUFFIX:
            return {"code": self.source.file(value)}
        is_model = takes_models(self.kinds) and (
            suffix in _MODEL_SUFFIXES or not {PICTURE, PAIR} & set(self.kinds)
        )
        return {"file" if is_model else "picture": self.source.file(value)}


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise LinkError(tr("“{text}” is not a number.", text=text)) from None

"""Wishes as requests: names become pixels. Knows nothing of GIMP."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from velatura_link.errors import LinkError
from velatura_link.request import EncodedFile, Pixels, RegionRef, Request, StyleRef

from .arguments import DEFAULT_ENGINE, Manifest, Wish
from .texts import tr

_CODE_SUFFIX = ".code"
_KEYS = {
    *("engine", "preset", "params", "common", "strength", "seed", "device"),
    *("styles", "regions", "segments", "inputs"),
}
_MODELS = frozenset(("checkpoint", "bank"))
_VIEW = ("weight", "index", "rotation", "scale")


class Source(Protocol):
    """Where the pixels come from that a wish names."""

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


def wish_read(text: str) -> Wish:
    """The wish that ``text`` is. Raises :class:`LinkError` for what is none."""
    try:
        wish = json.loads(text)
    except ValueError as error:
        raise LinkError(tr("The request is not JSON: {error}.", error=error)) from error
    if not isinstance(wish, dict):
        raise LinkError(
            tr("The request is not a JSON object."), hint=tr('{"engine": "glaze"} is one.')
        )
    if unknown := sorted(set(wish) - _KEYS):
        raise LinkError(
            tr("A request has no “{key}”.", key=unknown[0]),
            hint=tr("It has {keys}.", keys=", ".join(sorted(_KEYS))),
        )
    _check_form(wish, {"params": dict, "common": dict, "inputs": dict})
    for part in (wish, *_maps(wish, "regions")):
        _maps(part, "styles")
    if "engine" not in wish and "preset" not in wish:
        wish["engine"] = DEFAULT_ENGINE
    return wish


def request_of(wish: Wish, manifest: Manifest, source: Source) -> Request:
    """``wish`` with the pixels that it names, which ``source`` reads.

    Raises :class:`LinkError` for what cannot be meant, an :class:`OSError` for files that cannot be read.
    """
    descriptor = manifest.get(wish.get("engine", ""), {}).get("descriptor", {})
    maker = _Maker(source, frozenset(descriptor.get("styles", ())))
    styles = tuple(maker.style(each) for each in wish.get("styles", ()))
    regions = tuple(maker.region(each) for each in wish.get("regions", ()))
    styled = styles or wish.get("preset") or any(region.styles for region in regions)
    if descriptor.get("fewest_styles") and not styled:
        raise LinkError(
            tr("No style is chosen."), hint=tr("Choose one of the library, a file or a layer.")
        )
    given = {key: wish[key] for key in ("params", "common") if wish.get(key)}
    content = source.content()
    if descriptor.get("content") == "none":
        given["size"] = (content.width, content.height)
    else:
        given["content"] = content
    return Request(
        engine=wish.get("engine"),
        preset=wish.get("preset"),
        strength=wish.get("strength"),
        seed=wish.get("seed", 0),
        device=wish.get("device"),
        segments=wish.get("segments"),
        styles=styles,
        regions=regions,
        inputs={name: maker.input(value) for name, value in wish.get("inputs", {}).items()},
        **given,
    )


def _maps(wish: Wish, key: str) -> list[Wish]:
    """The list of maps that ``wish`` has there, or none."""
    _check_form(wish, {key: list})
    found: list[Wish] = wish.get(key, [])
    for number, each in enumerate(found):
        _check_form({f"{key}[{number}]": each}, {f"{key}[{number}]": dict})
    return found


def _check_form(wish: Wish, kinds: Mapping[str, type]) -> None:
    for key, kind in kinds.items():
        if not isinstance(wish.get(key, kind()), kind):
            value = json.dumps(wish[key])
            raise LinkError(
                tr("“{key}” of a request must be an object, not {value}.", key=key, value=value)
                if kind is dict
                else tr("“{key}” of a request must be a list, not {value}.", key=key, value=value)
            )


@dataclass(frozen=True)
class _Maker:
    source: Source
    kinds: frozenset[str]

    def style(self, wish: Wish) -> StyleRef:
        named = [key for key in ("name", "file", "layer") if wish.get(key) is not None]
        if len(named) != 1:
            raise LinkError(
                tr(
                    "A style must be one of a name, a file and a layer, not {value}.",
                    value=json.dumps(wish),
                )
            )
        facts: dict[str, Any] = {key: wish[key] for key in _VIEW if key in wish}
        if "crop" in wish:
            facts["crop"] = tuple(wish["crop"])
        return StyleRef(**self._imitated(named[0], wish[named[0]]), **facts)

    def region(self, wish: Wish) -> RegionRef:
        return RegionRef(
            self.source.mask(wish.get("mask")),
            tuple(self.style(each) for each in wish.get("styles", ())),
            wish.get("strength", 1.0),
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

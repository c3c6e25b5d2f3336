"""The recipe of a result: everything that decided its pixels, to paint them again (docs/reference/recipe.md).

What was painted from is told apart by what it contains: pixels by their size and CRC-32, files by their SHA-256. No
picture can be had from a recipe.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from math import isfinite
from typing import Any, TypeVar

from .errors import LinkError
from .request_validation import crop_of
from .text import Text

FORMAT = 1
LARGEST = 1 << 20
"""Bytes of JSON beyond which it is no recipe."""
MOST = 4096
"""Letters of a text, and things of one kind, beyond which it is no recipe."""

_A_TEXT, _A_RESULT = Text("The text"), Text("The result")

Scalar = bool | int | float | str
T = TypeVar("T")


class BadRecipe(LinkError):
    """What is no recipe, or one of a version that this one cannot read."""


@dataclass(frozen=True)
class Source:
    """What something was painted from.

    Pixels have ``width``, ``height``, ``channels``, ``depth``, ``transfer`` and ``check``, the CRC-32 of their bytes in
    eight hexadecimal digits; a file has ``digest``, its SHA-256 in 64. ``name`` and ``title`` are those of the style
    library. ``path`` is where the command line found it, seen from the result's folder; ``colour`` is that of a mask
    in a map, and ``long`` the long side in pixels that a content was brought to.
    """

    digest: str | None = None
    check: str | None = None
    width: int | None = None
    height: int | None = None
    channels: int | None = None
    depth: str | None = None
    transfer: str | None = None
    name: str | None = None
    title: str | None = None
    path: str | None = None
    colour: str | None = None
    long: int | None = None

    @property
    def identity(self) -> tuple[object, ...]:
        """What tells it from others: equal for equal bytes."""
        shape = (self.width, self.height, self.channels, self.depth, self.transfer)
        return (self.digest, self.check, *shape)


@dataclass(frozen=True)
class RecipeStyle:
    """A style as a request has it; ``kind`` is ``picture``, ``code`` or ``checkpoint``."""

    source: Source
    kind: str = "picture"
    weight: float = 1.0
    crop: tuple[float, float, float, float] | None = None
    rotation: float = 0.0
    scale: float = 1.0
    index: int | None = None
    mask: Source | None = None
    before: Source | None = None


@dataclass(frozen=True)
class RecipeRegion:
    """Styles over a part of the content."""

    mask: Source
    styles: tuple[RecipeStyle, ...] = ()
    strength: float = 1.0


@dataclass(frozen=True)
class Recipe:
    """A request with everything in it that its sender left to others, and what carried it out.

    ``params`` and ``common`` hold every knob, defaults included. ``size``, ``depth`` and ``transfer`` are those of a
    result without a content, the last two None for u8 and srgb. ``velatura`` is the version and ``code`` a hash of
    the engines' source; ``weights`` are SHA-256 by the names of models. ``device`` is empty for engines that need none;
    ``dtype`` is the type that networks computed in. ``tile`` is the side of the tiles in pixels where the picture was
    cut, and ``stop_after`` the number of steps after which it was stopped.
    """

    engine: str
    velatura: str = ""
    code: str = ""
    params: Mapping[str, Scalar] = field(default_factory=dict)
    common: Mapping[str, Scalar] = field(default_factory=dict)
    content: Source | None = None
    size: tuple[int, int] | None = None
    depth: str | None = None
    transfer: str | None = None
    styles: tuple[RecipeStyle, ...] = ()
    regions: tuple[RecipeRegion, ...] = ()
    segments: int = 0
    inputs: Mapping[str, Source | Scalar] = field(default_factory=dict)
    strength: float = 1.0
    seed: int = 0
    stop_after: int | None = None
    weights: Mapping[str, str] = field(default_factory=dict)
    device: str = ""
    dtype: str = ""
    torch: str = ""
    tile: int | None = None

    def described(self) -> dict[str, Any]:
        """The recipe as JSON and the wire have it; what says nothing is left out."""
        return {"format": FORMAT, **_described(self)}

    def to_json(self) -> str:
        """One line of JSON, the same for the same recipe."""
        return json.dumps(self.described(), ensure_ascii=False, separators=(",", ":"))


def from_json(text: str | bytes, where: str = _A_TEXT) -> Recipe:
    """The recipe in ``text``; ``where`` is what errors call it. Raises :class:`BadRecipe`."""
    if len(text) > LARGEST:
        raise BadRecipe("{where} is too long for a recipe.", where=where)
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadRecipe("{where} holds no recipe that can be read.", where=where) from error
    return from_described(found, where)


def from_described(found: object, where: str = _A_RESULT) -> Recipe:
    """The recipe that ``found`` describes, every value of the kind that it must be. Raises :class:`BadRecipe`."""
    version = found.get("format") if isinstance(found, Mapping) else None
    if isinstance(version, int) and version > FORMAT:
        raise BadRecipe(
            "{where} holds a recipe of format {version}; this Velatura reads {known}.",
            hint="Use a newer Velatura.",
            where=where,
            version=version,
            known=FORMAT,
        )
    try:
        if version != FORMAT or isinstance(version, bool):
            raise ValueError
        return _recipe(found)
    except (ValueError, TypeError, KeyError, OverflowError) as error:
        raise BadRecipe("{where} holds no recipe that can be read.", where=where) from error


# -- writing ------------------------------------------------------------------------------------


def _described(value: Any) -> Any:
    if isinstance(value, (Recipe, RecipeRegion, RecipeStyle, Source)):
        return {
            each.name: _described(said)
            for each in fields(value)
            if (said := getattr(value, each.name)) != each.default and said not in ({}, (), "")
        }
    if isinstance(value, Mapping):
        return {key: _described(each) for key, each in value.items()}
    return [_described(each) for each in value] if isinstance(value, tuple) else value


# -- reading: each raises ValueError, TypeError or KeyError for what no recipe has ---------------


def _recipe(found: Any) -> Recipe:
    get = found.get
    return Recipe(
        engine=_text(found["engine"]),
        velatura=_text(get("velatura", "")),
        code=_text(get("code", "")),
        params=_scalars(get("params", {})),
        common=_common(_scalars(get("common", {}))),
        content=_maybe(get("content"), _source),
        size=_maybe(get("size"), _size),
        depth=_maybe(get("depth"), _text),
        transfer=_maybe(get("transfer"), _text),
        styles=_listed(get("styles", []), _style),
        regions=_listed(get("regions", []), _region),
        segments=_whole(get("segments", 0), 64),
        inputs={_text(name): _input(each) for name, each in _few(get("inputs", {})).items()},
        strength=_number(get("strength", 1.0), 0, 1),
        seed=_whole(get("seed", 0)),
        stop_after=_maybe(get("stop_after"), _whole),
        weights={_text(name): _hex(each, 64) for name, each in _few(get("weights", {})).items()},
        device=_text(get("device", "")),
        dtype=_text(get("dtype", "")),
        torch=_text(get("torch", "")),
        tile=_maybe(get("tile"), _whole),
    )


def _region(found: Any) -> RecipeRegion:
    return RecipeRegion(
        _source(found["mask"]),
        _listed(found.get("styles", []), _style),
        _number(found.get("strength", 1.0), 0, 1),
    )


def _style(found: Any) -> RecipeStyle:
    get = found.get
    return RecipeStyle(
        source=_source(found["source"]),
        kind=_text(get("kind", "picture")),
        weight=_number(get("weight", 1.0), 1e-9, 1e9),
        crop=_maybe(get("crop"), crop_of),
        rotation=_number(get("rotation", 0.0), -360, 360),
        scale=_number(get("scale", 1.0), 1 / 64, 64),
        index=_maybe(get("index"), _whole),
        mask=_maybe(get("mask"), _source),
        before=_maybe(get("before"), _source),
    )


def _source(found: Any) -> Source:
    get = _few(found).get
    return Source(
        digest=_maybe(get("digest"), lambda each: _hex(each, 64)),
        check=_maybe(get("check"), lambda each: _hex(each, 8)),
        width=_maybe(get("width"), _whole),
        height=_maybe(get("height"), _whole),
        channels=_maybe(get("channels"), _whole),
        depth=_maybe(get("depth"), _text),
        transfer=_maybe(get("transfer"), _text),
        name=_maybe(get("name"), _text),
        title=_maybe(get("title"), _text),
        path=_maybe(get("path"), _text),
        colour=_maybe(get("colour"), _text),
        long=_maybe(get("long"), _whole),
    )


def _input(found: Any) -> Source | Scalar:
    return _source(found) if isinstance(found, Mapping) else _scalar(found)


def _maybe(found: Any, read: Callable[[Any], T]) -> T | None:
    return None if found is None else read(found)


def _listed(found: Any, read: Callable[[Any], T]) -> tuple[T, ...]:
    if not isinstance(found, (list, tuple)) or len(found) > MOST:
        raise TypeError
    return tuple(read(_few(each)) for each in found)


def _few(found: Any) -> Mapping[str, Any]:
    if not isinstance(found, Mapping) or len(found) > MOST:
        raise TypeError
    return found


def _scalars(found: Any) -> dict[str, Scalar]:
    return {_text(name): _scalar(each) for name, each in _few(found).items()}


def _common(found: dict[str, Scalar]) -> dict[str, Scalar]:
    """Common knobs as they are called now: ``detail`` was ``finest`` before pictures were painted in levels."""
    if isinstance(found.get("detail"), int) and "finest" not in found:
        found["finest"] = found.pop("detail")
    return found


def _scalar(found: Any) -> Scalar:
    if isinstance(found, float) and not isfinite(found):
        raise ValueError
    if isinstance(found, str):
        return _text(found)
    if isinstance(found, (bool, int, float)):
        return found
    raise TypeError


def _text(found: Any) -> str:
    if not isinstance(found, str):
        raise TypeError
    if len(found) > MOST or any(letter < " " for letter in found):
        raise ValueError
    return found


def _hex(found: Any, digits: int) -> str:
    text = _text(found)
    if len(text) != digits or not set(text) <= set("0123456789abcdef"):
        raise ValueError
    return text


def _number(found: Any, least: float, most: float) -> float:
    if isinstance(found, bool) or not isinstance(found, (int, float)):
        raise TypeError
    if not least <= found <= most:
        raise ValueError
    return float(found)


def _whole(found: Any, most: int = (1 << 63) - 1) -> int:
    if isinstance(found, bool) or not isinstance(found, int):
        raise TypeError
    if not 0 <= found <= most:
        raise ValueError
    return found


def _size(found: Any) -> tuple[int, int]:
    width, height = (_whole(each) for each in found)
    return width, height

"""Styles as a person names them: ``STYLE[#N][:WEIGHT][@MASK]``, and how their pictures are looked at."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from math import inf
from pathlib import Path
from typing import Any

from velatura.cli.arguments import is_file, is_folder, is_number
from velatura.cli.files import read_file
from velatura.errors import BadPicture, BadRequest
from velatura.library import codes
from velatura_link.request import EncodedFile, StyleRef
from velatura_link.request_validation import crop_of

CHECKPOINTS = (".pth", ".pt", ".ckpt", ".safetensors", ".model", ".t7")
"""Endings of files that hold a network: styles of engines that take checkpoints."""


@dataclass
class StyleArgument:
    """What an option says of a style, and the file of its other half where ``--before`` follows."""

    text: str
    before: Path | None = None

    def style(self, text: str | None = None) -> StyleRef:
        """The style that ``text``, all of it or a part, names. Raises as :func:`style_of`."""
        named = style_of(self.text if text is None else text)
        return named if self.before is None else replace(named, before=read_file(self.before))


class StyleAction(argparse.Action):
    """Appends a :class:`StyleArgument`."""

    def __call__(
        self, parser: object, namespace: argparse.Namespace, values: object, option: object = None
    ) -> None:
        namespace.latest_style = StyleArgument(str(values))
        there = getattr(namespace, self.dest, None) or []
        setattr(namespace, self.dest, [*there, namespace.latest_style])


class BeforeAction(argparse.Action):
    """Makes the style that was named last one of a pair."""

    def __call__(
        self, parser: object, namespace: argparse.Namespace, values: object, option: object = None
    ) -> None:
        latest: StyleArgument | None = getattr(namespace, "latest_style", None)
        if latest is None or latest.before is not None:
            raise argparse.ArgumentError(self, "must follow the --style that was painted from it")
        latest.before = Path(str(values))


def style_of(text: str) -> StyleRef:
    """``STYLE[#N][:WEIGHT][@MASK]``: an existing file wins over everything that its name could also mean.

    N is one style of a bank, from 0. Raises :class:`BadRequest`, and :class:`BadPicture` for files that are not there.
    """
    whole = _file_of(text)
    if whole is not None:
        return whole
    cuts = [(text[:at], Path(text[at + 1 :])) for at, letter in enumerate(text) if letter == "@"]
    masked = [(head, mask) for head, mask in cuts if head and is_file(mask)]
    if masked:
        head, mask = next((each for each in masked if _file_of(each[0]) is not None), masked[0])
        return replace(_file_of(head) or _named(head), mask=read_file(mask))
    for head, mask in cuts:
        if head and (_file_of(head) is not None or _may_be_a_name(head)):
            raise BadPicture(
                f"There is no mask file {mask} for the style {head}.",
                hint="STYLE[:WEIGHT]@MASK limits a style to a part of its picture.",
            )
    return _named(text)


def file_style(path: Path) -> StyleRef:
    """The style in the file at ``path``: a checkpoint, a style code or a picture, by what it is called.

    Raises :class:`BadPicture` for what cannot be read, and :class:`BadRequest` for no style code.
    """
    file = read_file(path)
    if path.suffix.lower() in CHECKPOINTS:
        return StyleRef(file=file)
    if codes.is_code(path):
        # The daemon, which gets bytes, could not name the file.
        codes.facts(path)
        return StyleRef(code=file)
    return StyleRef(picture=file)


def style_file(style: StyleRef) -> EncodedFile | None:
    """The file that the style itself is; None for one that has a name."""
    for each in (style.picture, style.file, style.code):
        if isinstance(each, EncodedFile):
            return each
    return None


def view_of(crop: str | None, rotation: float | None, scale: float | None) -> Mapping[str, Any]:
    """How the command line says that styles are looked at, as fields of a style; what nobody said is left out.

    Raises :class:`BadRequest`.
    """
    said = {
        "crop": _crop_of(crop) if crop is not None else None,
        "rotation": rotation,
        "scale": scale,
    }
    return {name: value for name, value in said.items() if value is not None}


def viewed(styles: Iterable[StyleRef], view: Mapping[str, Any]) -> tuple[StyleRef, ...]:
    """``styles``, all of them looked at as ``view`` says."""
    return tuple(replace(style, **view) for style in styles)


def _crop_of(text: str) -> tuple[float, float, float, float]:
    try:
        return crop_of([float(word) for word in text.split(",")])
    except ValueError as error:
        raise BadRequest(
            f"--style-crop must be LEFT,TOP,RIGHT,BOTTOM as fractions of the sides, not “{text}”.",
            hint="0,0,0.5,1 is the left half.",
        ) from error


def _file_of(text: str) -> StyleRef | None:
    """``STYLE[#N][:WEIGHT]`` if STYLE is a file."""
    for name, index, weight in _readings(text):
        if is_file(name):
            return replace(file_style(Path(name)), index=index, weight=weight)
    return None


def _named(text: str) -> StyleRef:
    """``STYLE[#N][:WEIGHT]`` of which STYLE is no file, so that it must be a name."""
    name, index, weight = list(_readings(text))[-1]
    if is_folder(name):
        raise BadRequest(f"The style {name} is a folder.", hint="Name a picture in it.")
    if not _may_be_a_name(name):
        raise BadRequest(
            f"There is no style file {name}.",
            hint="A style is a picture file or a name from the library.",
        )
    if index is not None:
        return StyleRef(model=name, index=index, weight=weight)
    return StyleRef(name=name, weight=weight)


def _readings(text: str) -> Iterator[tuple[str, int | None, float]]:
    """The whole as a style, then what a weight and a number of a bank's style at its end leave."""
    yield text, None, 1.0
    stem, colon, tail = text.rpartition(":")
    weighted = bool(colon) and is_number(tail)
    if weighted:
        if not is_file(text) and not 0 < float(tail) < inf:
            raise BadRequest(f"The weight of style {stem} must be a number above 0, not {tail}.")
        yield stem, None, float(tail)
    place, weight = (stem, float(tail)) if weighted else (text, 1.0)
    bank, mark, number = place.rpartition("#")
    if mark and bank and number.isascii() and number.isdigit():
        yield bank, int(number), weight


def _may_be_a_name(text: str) -> bool:
    path = Path(text)
    return not path.suffix and len(path.parts) <= 1

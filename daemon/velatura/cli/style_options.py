"""Styles as a person names them: ``STYLE[:WEIGHT][@MASK]``, and how their pictures are looked at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import inf
from pathlib import Path

from velatura.cli.arguments import is_file, is_folder, is_number
from velatura.errors import BadPicture, BadRequest

Crop = tuple[float, float, float, float]


@dataclass(frozen=True)
class StyleOption:
    """A style as it was named: a file, or a name of the library.

    ``mask`` is a picture that limits the style's to a part. ``crop``, ``rotation`` and ``scale`` are those of
    :class:`~velatura.contract.scene.Style`; None where nobody said.
    """

    path: Path | None
    name: str | None
    weight: float = 1.0
    mask: Path | None = None
    crop: Crop | None = None
    rotation: float | None = None
    scale: float | None = None

    def __str__(self) -> str:
        return str(self.path) if self.path is not None else str(self.name)


@dataclass(frozen=True)
class View:
    """How all styles of a command are to be looked at; None leaves each as it is."""

    crop: Crop | None = None
    rotation: float | None = None
    scale: float | None = None

    def of(self, style: StyleOption) -> StyleOption:
        """``style``, looked at in this way."""
        said = {name: value for name, value in vars(self).items() if value is not None}
        return replace(style, **said)


def style_of(text: str) -> StyleOption:
    """``STYLE[:WEIGHT][@MASK]``: an existing file wins over everything that its name could also mean.

    Raises :class:`BadRequest`, and :class:`BadPicture` for a mask that is not there.
    """
    whole = _file_of(text)
    if whole is not None:
        return whole
    cuts = [(text[:at], Path(text[at + 1 :])) for at, letter in enumerate(text) if letter == "@"]
    masked = [(head, mask) for head, mask in cuts if head and is_file(mask)]
    if masked:
        head, mask = next((each for each in masked if _file_of(each[0]) is not None), masked[0])
        return replace(_file_of(head) or _named(head), mask=mask)
    for head, mask in cuts:
        if head and (_file_of(head) is not None or _may_be_a_name(head)):
            raise BadPicture(
                f"There is no mask file {mask} for the style {head}.",
                hint="STYLE[:WEIGHT]@MASK limits a style to a part of its picture.",
            )
    return _named(text)


def view_of(crop: str | None, rotation: float | None, scale: float | None) -> View:
    """The view that the command line's words say. Raises :class:`BadRequest`."""
    if rotation is not None and not abs(rotation) <= 360:
        raise BadRequest(f"--style-rotation must be from -360 to 360 degrees, not {rotation:g}.")
    if scale is not None and not 1 / 64 <= scale <= 64:
        raise BadRequest(f"--style-scale must be from 1/64 to 64, not {scale:g}.")
    return View(_crop_of(crop) if crop is not None else None, rotation, scale)


def _crop_of(text: str) -> Crop:
    words = text.split(",")
    if len(words) == 4 and all(map(is_number, words)):
        left, top, right, bottom = map(float, words)
        if 0 <= left < right <= 1 and 0 <= top < bottom <= 1:
            return left, top, right, bottom
    raise BadRequest(
        f"--style-crop must be LEFT,TOP,RIGHT,BOTTOM as parts of the sides, not “{text}”.",
        hint="0,0,0.5,1 is the left half.",
    )


def _file_of(text: str) -> StyleOption | None:
    """``STYLE[:WEIGHT]`` if STYLE is a file."""
    return next(
        (
            StyleOption(Path(name), None, weight)
            for name, weight in _readings(text)
            if is_file(name)
        ),
        None,
    )


def _named(text: str) -> StyleOption:
    """``STYLE[:WEIGHT]`` of which STYLE is no file, so that it must be a name."""
    name, weight = list(_readings(text))[-1]
    if is_folder(name):
        raise BadRequest(f"The style {name} is a folder.", hint="Name a picture in it.")
    if not _may_be_a_name(name):
        raise BadRequest(
            f"There is no style file {name}.",
            hint="A style is a picture file or a name of the library.",
        )
    return StyleOption(None, name, weight)


def _readings(text: str) -> Iterator[tuple[str, float]]:
    """The whole as a style, then what a weight at its end leaves."""
    yield text, 1.0
    stem, colon, tail = text.rpartition(":")
    if colon and is_number(tail):
        if not is_file(text) and not 0 < float(tail) < inf:
            raise BadRequest(f"The weight of style {stem} must be a number above 0, not {tail}.")
        yield stem, float(tail)


def _may_be_a_name(text: str) -> bool:
    path = Path(text)
    return not path.suffix and len(path.parts) <= 1

"""Masks from pictures: grey ones, and maps with a colour for each part, as large as what they lie over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from velatura.errors import BadRequest
from velatura.imaging.mask_pictures import (
    Colour,
    hexadecimal,
    largest_colours,
    mask_at,
    mask_of,
    masks_by_colour,
)
from velatura.imaging.raster import Raster
from velatura_link.text import Text, Value

ASPECT = 0.01
"""How much a mask's proportions may differ from its picture's."""

MAP = Text("The map")


class Note(Protocol):
    """Tells the person who asked something: see :meth:`velatura.contract.run.Run.note`."""

    def __call__(self, sentence: str, /, **values: Value) -> None: ...


def fitted(picture: Raster, size: tuple[int, int] | None, what: Text, note: Note) -> Raster:
    """What ``picture`` says as a mask, at ``size`` (width, height); at its own where that is None.

    ``what`` is what a note calls it: “The mask of region 1”. Raises :class:`BadRequest` for other proportions.
    """
    if size is None or (picture.width, picture.height) == size:
        return mask_of(picture)
    check_aspect(what, picture, size)
    _tell_resized(what, picture, size, note)
    return mask_at(mask_of(picture), size)


def masks_by_colour_at(
    picture: Raster, colours: Sequence[Colour], size: tuple[int, int] | None, note: Note
) -> list[Raster]:
    """Where ``picture`` has each of ``colours``, at ``size`` (width, height), as :func:`fitted`.

    Raises :class:`BadRequest` for other proportions, and for a colour that the picture does not have.
    """
    masks = masks_by_colour(picture, colours)
    for colour, mask in zip(colours, masks, strict=True):
        if not mask.pixels.any():
            commonest = ", ".join(map(hexadecimal, largest_colours(picture, 4)))
            raise BadRequest(
                "The map has no {colour}.",
                hint="It has {commonest}.",
                colour=hexadecimal(colour),
                commonest=commonest,
            )
    if size is None or (picture.width, picture.height) == size:
        return masks
    check_aspect(MAP, picture, size)
    _tell_resized(MAP, picture, size, note)
    return [mask_at(mask, size) for mask in masks]


def check_aspect(what: Text, mask: Raster, size: tuple[int, int]) -> None:
    """Refuse to stretch; a pixel more or less comes from rounding. Raises :class:`BadRequest`."""
    width, height = size
    short, scaled = (
        (height, mask.height * width / mask.width)
        if width >= height
        else (width, mask.width * height / mask.height)
    )
    if abs(scaled - short) > max(1, ASPECT * short):
        raise BadRequest(
            (
                "{what} has {mask_width} × {mask_height} pixels; its picture has {width} × {height}, in "
                "different proportions."
            ),
            hint="Draw it on a copy of the picture.",
            what=what,
            mask_width=mask.width,
            mask_height=mask.height,
            width=width,
            height=height,
        )


def _tell_resized(what: Text, mask: Raster, size: tuple[int, int], note: Note) -> None:
    note(
        "{what} was resized from {mask_width} × {mask_height} to {width} × {height}.",
        what=what,
        mask_width=mask.width,
        mask_height=mask.height,
        width=size[0],
        height=size[1],
    )

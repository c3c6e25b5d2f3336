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

ASPECT = 0.01
"""How much a mask's proportions may differ from its picture's."""


class Note(Protocol):
    """Tells the person who asked something: see :meth:`velatura.contract.run.Run.note`."""

    def __call__(self, sentence: str, /, **values: str | int | float) -> None: ...


def fitted(picture: Raster, size: tuple[int, int] | None, what: str, note: Note) -> Raster:
    """What ``picture`` says as a mask, at ``size`` (width, height); at its own where that is None.

    ``what`` is what a note calls it. Raises :class:`BadRequest` for other proportions.
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
            raise BadRequest(f"The map has no {hexadecimal(colour)}.", hint=f"It has {commonest}.")
    if size is None or (picture.width, picture.height) == size:
        return masks
    check_aspect("map", picture, size)
    _tell_resized("map", picture, size, note)
    return [mask_at(mask, size) for mask in masks]


def check_aspect(what: str, mask: Raster, size: tuple[int, int]) -> None:
    """Refuse to stretch; a pixel more or less comes from rounding. Raises :class:`BadRequest`."""
    width, height = size
    short, scaled = (
        (height, mask.height * width / mask.width)
        if width >= height
        else (width, mask.width * height / mask.height)
    )
    if abs(scaled - short) > max(1, ASPECT * short):
        raise BadRequest(
            f"The {what} has {mask.width} × {mask.height} pixels, its picture {width} × {height}, "
            "of other proportions.",
            hint="Draw it on a copy of the picture.",
        )


def _tell_resized(what: str, mask: Raster, size: tuple[int, int], note: Note) -> None:
    note(
        "The {what} was brought from {from_width} × {from_height} to {width} × {height}.",
        what=what,
        from_width=mask.width,
        from_height=mask.height,
        width=size[0],
        height=size[1],
    )

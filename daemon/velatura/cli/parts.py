"""Masks from their files, as large as what they lie over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from velatura.cli.region_options import RegionOption, hexadecimal
from velatura.cli.requests import Wish
from velatura.cli.style_options import StyleOption
from velatura.errors import BadRequest
from velatura.imaging.files import read_picture
from velatura.imaging.mask_pictures import (
    Colour,
    largest_colours,
    mask_at,
    mask_of,
    masks_by_colour,
)
from velatura.imaging.raster import Raster

ASPECT = 0.01
"""How much a mask's proportions may differ from its picture's."""


@dataclass(frozen=True)
class Part:
    """A region whose mask was read: one channel of the content's size."""

    mask: Raster
    styles: tuple[StyleOption, ...]
    strength: float


@dataclass(frozen=True)
class Parts:
    """All masks of a wish: those of regions, and by style those that limit it. ``notes`` are for the person."""

    regions: tuple[Part, ...] = ()
    of_styles: Mapping[StyleOption, Raster] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def parts_of(wish: Wish, size: tuple[int, int]) -> Parts:
    """The masks of ``wish`` for a content of ``size`` (width, height).

    Raises :class:`BadRequest` for a mask of other proportions, for colours that the map does not have and for the mask
    of a style code, and what :func:`read_picture` raises.
    """
    notes: list[str] = []
    drawn = [
        _part(
            region, _fitted(mask_of(read_picture(region.place).raster), region.place, size, notes)
        )
        for region in wish.regions
    ]
    mapped = list(_mapped(wish.map, wish.paints, size, notes)) if wish.map is not None else []
    of_styles = {
        style: _fitted(mask_of(read_picture(style.mask).raster), style.mask, size_of(style), notes)
        for style in wish.all_styles
        if style.mask is not None
    }
    return Parts((*drawn, *mapped), of_styles, tuple(notes))


def size_of(style: StyleOption) -> tuple[int, int]:
    """Width and height of a style's picture. Raises :class:`BadRequest` for a code, which has none."""
    from velatura.library import styles

    path = styles.picture_path(path_of(style))
    if path is None:
        raise BadRequest(
            f"The style {style} is a code, and a mask limits a picture.",
            hint="Give the picture that it was made from.",
        )
    picture = read_picture(path).raster
    return picture.width, picture.height


def path_of(style: StyleOption) -> Path:
    """The file of ``style``. Raises :class:`BadRequest` for a name that the library does not have."""
    from velatura.library import styles

    return style.path if style.path is not None else styles.show(style.name or "").path


def _mapped(
    path: Path, paints: Sequence[RegionOption[Colour]], size: tuple[int, int], notes: list[str]
) -> Iterator[Part]:
    picture = read_picture(path).raster
    masks = masks_by_colour(picture, [paint.place for paint in paints])
    for paint, mask in zip(paints, masks, strict=True):
        if not mask.pixels.any():
            commonest = ", ".join(map(hexadecimal, largest_colours(picture, 4)))
            raise BadRequest(
                f"The map {path} has no {hexadecimal(paint.place)}.", hint=f"It has {commonest}."
            )
    check_aspect(path, picture, size)
    if (picture.width, picture.height) != size:
        notes.append(_resized_note(path, picture, size))
    for paint, mask in zip(paints, masks, strict=True):
        yield _part(paint, mask_at(mask, size))


def _part(region: RegionOption[Path] | RegionOption[Colour], mask: Raster) -> Part:
    return Part(mask, region.styles, 1.0 if region.strength is None else region.strength)


def _fitted(mask: Raster, path: Path, size: tuple[int, int], notes: list[str]) -> Raster:
    if (mask.width, mask.height) == size:
        return mask
    check_aspect(path, mask, size)
    notes.append(_resized_note(path, mask, size))
    return mask_at(mask, size)


def check_aspect(path: Path, mask: Raster, size: tuple[int, int]) -> None:
    """Refuse to stretch; a pixel more or less comes from rounding."""
    width, height = size
    short, scaled = (
        (height, mask.height * width / mask.width)
        if width >= height
        else (width, mask.width * height / mask.height)
    )
    if abs(scaled - short) > max(1, ASPECT * short):
        raise BadRequest(
            f"The mask {path} has {mask.width} × {mask.height} pixels, its picture {width} × {height}, "
            "of other proportions.",
            hint="Draw it on a copy of the picture.",
        )


def _resized_note(path: Path, mask: Raster, size: tuple[int, int]) -> str:
    return (
        f"The mask {path} was brought from {mask.width} × {mask.height} to {size[0]} × {size[1]}."
    )

"""Pictures that say where: grey ones, whose brightness is a mask, and maps with a colour for each part."""

from __future__ import annotations

from collections.abc import Sequence
from math import dist

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from velatura.imaging.alpha import coverage
from velatura.imaging.colour import Floats, from_unit_floats, to_float, unit_floats
from velatura.imaging.masks import mask_floats
from velatura.imaging.raster import Pixels, Raster

Colour = tuple[int, int, int]
"""Red, green and blue, 0 to 255, sRGB."""

TOLERANCE = 48 / 255
"""How far from a named colour, in sRGB, a map's pixel may be to have it: noise of JPEG is less."""

STRAIGHT = 1.15
"""How much longer than the straight way the way over a pixel's colour may be for it to lie between two."""

_LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)
"""Rec. 709, on encoded values: grey stays what it is."""


def hexadecimal(colour: Colour) -> str:
    """``colour`` as #rrggbb."""
    return "#{:02x}{:02x}{:02x}".format(*colour)


def mask_of(picture: Raster) -> Raster:
    """What ``picture`` says as a mask: one channel of its size, in its depth.

    Its brightness, none where it is transparent. Where all that can be seen has one colour, as on a layer
    that somebody drew the mask on, its opacity instead.
    """
    opacity = coverage(picture)
    values = opacity if _is_a_drawing(picture, opacity) else _brightness(picture) * opacity
    return Raster(from_unit_floats(np.clip(values, 0, 1), picture.depth))


def mask_at(mask: Raster, size: tuple[int, int]) -> Raster:
    """``mask`` at ``size`` (width, height), without the overshoot that sharper kernels have at its edges."""
    if (mask.width, mask.height) == size:
        return mask
    values = np.ascontiguousarray(mask_floats(mask)[:, :, 0])
    scaled = np.asarray(Image.fromarray(values).resize(size, Image.Resampling.BILINEAR))
    return Raster(from_unit_floats(scaled[:, :, None], mask.depth))


def masks_by_colour(picture: Raster, colours: Sequence[Colour]) -> list[Raster]:
    """Where ``picture`` has each of ``colours``: u8 masks of its size, together at most 1 but for rounding.

    A pixel has the nearest colour if that is within :data:`TOLERANCE`. One between two areas of colours, as
    smooth edges have it, is shared in proportion; at the edge to what nobody named, masks end softly.
    """
    rgb, named = to_float(picture), np.array(colours, np.float32) / np.float32(255)
    labels = _nearest(rgb, named)
    labels[coverage(picture)[:, :, 0] < 0.5] = len(colours)
    masks = [(labels == number).astype(np.uint8) * np.uint8(255) for number in range(len(colours))]
    near = np.stack([_widened(mask) for mask in masks])
    rows, columns = np.nonzero((labels == len(colours)) & near.any(axis=0))
    shares = _edge_shares(rgb[rows, columns], named, near[:, rows, columns])
    for mask, share in zip(masks, shares, strict=True):
        mask[rows, columns] = np.rint(share * 255)
    return [Raster(mask[:, :, None]) for mask in masks]


def largest_colours(picture: Raster, count: int) -> list[Colour]:
    """The ``count`` colours that most of ``picture`` has, the commonest first, no two of them near each other."""
    pixels = np.rint(np.clip(to_float(picture), 0, 1) * 255).astype(np.uint32)
    codes = (pixels[:, :, 0] << 16) | (pixels[:, :, 1] << 8) | pixels[:, :, 2]
    found, counts = np.unique(codes, return_counts=True)
    chosen: list[Colour] = []
    for code in found[np.argsort(-counts, kind="stable")].tolist():
        colour = code >> 16, code >> 8 & 255, code & 255
        if all(dist(colour, other) > TOLERANCE * 255 for other in chosen):
            chosen.append(colour)
        if len(chosen) == count:
            break
    return chosen


def _is_a_drawing(picture: Raster, opacity: Floats) -> bool:
    """Whether opacity varies, and colour does not where anything is to be seen."""
    if not picture.has_alpha or opacity.min() == opacity.max():
        return False
    visible = picture.colours[opacity[:, :, 0] > 0]
    return bool((visible == visible[0]).all())


def _brightness(picture: Raster) -> Floats:
    """Grey values as they are, colours by their luma; (h, w, 1). A mask's transfer says nothing."""
    if picture.colours.shape[2] == 1:
        return mask_floats(picture)
    brightness: Floats = (unit_floats(picture.colours, picture.depth) @ _LUMA)[:, :, None]
    return brightness


def _nearest(rgb: Floats, named: Floats) -> NDArray[np.intp]:
    """The number of each pixel's colour, ``len(named)`` for none."""
    labels = np.full(rgb.shape[:2], len(named), np.intp)
    least = np.full(rgb.shape[:2], TOLERANCE, np.float32)
    for number, colour in enumerate(named):
        distance = np.linalg.norm(rgb - colour, axis=2)
        closer = distance <= least
        labels[closer] = number
        least[closer] = distance[closer]
    return labels


def _widened(mask: Pixels) -> NDArray[np.bool_]:
    """Two pixels more of ``mask`` on every side: as wide as a smooth edge is."""
    return np.asarray(Image.fromarray(mask).filter(ImageFilter.MaxFilter(5))) > 0


def _edge_shares(rgb: Floats, named: Floats, near: NDArray[np.bool_]) -> Floats:
    """How much of each pixel each colour has, (colours, pixels); ``near`` are those whose areas are close."""
    distance: Floats = np.linalg.norm(rgb[None] - named[:, None], axis=2)
    distance[~near] = np.inf
    shares: Floats = np.zeros_like(distance)
    order = np.argsort(distance, axis=0)
    every = np.arange(distance.shape[1])
    first = order[0]
    to_first = distance[first, every]
    shares[first, every] = np.clip(2 - to_first / TOLERANCE, 0, 1)
    if len(named) < 2:
        return shares
    second = order[1]
    to_second = distance[second, every]
    apart = np.linalg.norm(named[first] - named[second], axis=1)
    between = np.isfinite(to_second) & (to_first + to_second <= STRAIGHT * apart)
    one, other, pixel = first[between], second[between], every[between]
    share = to_second[between] / (to_first + to_second)[between]
    shares[one, pixel], shares[other, pixel] = share, 1 - share
    return shares

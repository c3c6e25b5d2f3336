"""Soft masks: how much of each pixel belongs to whom."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

import numpy as np

from velatura.imaging.colour import Floats, unit_floats
from velatura.imaging.raster import Raster
from velatura.imaging.tiles import Box

_REACH = 3
"""Standard deviations of a feather after which nothing is left of it."""


def mask_floats(mask: Raster) -> Floats:
    """A one-channel raster as (h, w, 1) float32 in 0…1; its transfer says nothing about a mask."""
    floats = unit_floats(mask.colours, mask.depth)
    return np.clip(floats, 0, 1, out=floats)


def shares(masks: Sequence[Raster | None], box: Box, *, feather: float = 0.0) -> list[Floats]:
    """How much of each pixel in ``box`` each mask gets, (h, w, 1) float32; None is what the others leave.

    Masks that overlap to more than 1 share the pixel in proportion; less than 1 is left as it is,
    so that what no mask claims stays unclaimed. ``feather``, in pixels, softens how masks pass into
    each other; what they claim together stays as it is, and so does their outer edge.
    """
    if len(masks) == 1 or not feather:
        return _shared(_claims(masks, box))
    height, width = _extent(masks, box)
    margin = ceil(_REACH * _deviation(feather))
    outer = Box(
        max(0, box.x0 - margin),
        max(0, box.y0 - margin),
        min(width, box.x1 + margin),
        min(height, box.y1 + margin),
    )
    rows = slice(box.y0 - outer.y0, box.y1 - outer.y0)
    columns = slice(box.x0 - outer.x0, box.x1 - outer.x0)
    claims = _claims(masks, outer)
    together = np.minimum(np.sum(claims, axis=0), 1)[rows, columns]
    soft = [_softened(claim, feather)[rows, columns] for claim in claims]
    total = np.maximum(np.sum(soft, axis=0), np.finfo(np.float32).tiny)
    return [claim / total * together for claim in soft]


def _shared(claims: list[Floats]) -> list[Floats]:
    if len(claims) == 1:
        return claims
    total = np.maximum(np.sum(claims, axis=0), 1)
    return [claim / total for claim in claims]


def _claims(masks: Sequence[Raster | None], box: Box) -> list[Floats]:
    given = [
        None if mask is None else mask_floats(mask.crop(box.x0, box.y0, box.x1, box.y1))
        for mask in masks
    ]
    rest = np.ones((box.height, box.width, 1), np.float32)
    for claim in given:
        if claim is not None:
            rest -= claim
    # Several that want the rest have it in equal parts.
    wanting = sum(claim is None for claim in given)
    rest = np.maximum(rest, 0) / np.float32(max(1, wanting))
    return [rest if claim is None else claim for claim in given]


def _extent(masks: Sequence[Raster | None], box: Box) -> tuple[int, int]:
    """Height and width of the whole picture, as far as masks tell."""
    for mask in masks:
        if mask is not None:
            return mask.height, mask.width
    return box.y1, box.x1


def _deviation(feather: float) -> float:
    """A feather as the standard deviation of a Gaussian: two of them on either side are its width."""
    return feather / 2


def _softened(claim: Floats, feather: float) -> Floats:
    from scipy.ndimage import gaussian_filter1d

    deviation = _deviation(feather)
    for axis in (0, 1):
        claim = gaussian_filter1d(claim, deviation, axis, mode="nearest", truncate=_REACH)
    return claim

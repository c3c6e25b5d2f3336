"""Soft masks: how much of each pixel belongs to whom."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from velatura.imaging.colour import Floats, unit_floats
from velatura.imaging.raster import Raster
from velatura.imaging.tiles import Box


def mask_floats(mask: Raster) -> Floats:
    """A one-channel raster as (h, w, 1) float32 in 0…1; its transfer says nothing about a mask."""
    floats = unit_floats(mask.colours, mask.depth)
    return np.clip(floats, 0, 1, out=floats)


def shares(masks: Sequence[Raster | None], box: Box) -> list[Floats]:
    """How much of each pixel in ``box`` each mask gets, (h, w, 1) float32; None is a mask of ones.

    Masks that overlap to more than 1 share the pixel in proportion; less than 1 is left as it is,
    so that what no mask claims stays unclaimed.
    """
    claims = [_claim(mask, box) for mask in masks]
    if len(claims) == 1:
        return claims
    total = np.maximum(np.sum(claims, axis=0), 1)
    return [claim / total for claim in claims]


def _claim(mask: Raster | None, box: Box) -> Floats:
    if mask is None:
        return np.ones((box.height, box.width, 1), np.float32)
    return mask_floats(mask.crop(box.x0, box.y0, box.x1, box.y1))

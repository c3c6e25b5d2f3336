"""Laying painted pictures over the one below them, by a weight for every pixel."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from velatura.imaging.colour import Floats, from_float, to_float
from velatura.imaging.raster import Pixels, Raster


def weighted_mean(pictures: Sequence[Floats], weights: Sequence[Floats]) -> Floats:
    """Σ weight · picture / Σ weight over (h, w, 3) pictures and (h, w, 1) weights; 0 where no
    weight is.
    """
    if len(pictures) == 1:
        return pictures[0]
    mixed = np.zeros_like(pictures[0])
    total = np.zeros_like(weights[0])
    for picture, weight in zip(pictures, weights, strict=True):
        mixed += weight * picture
        total += weight
    return np.divide(mixed, total, out=mixed, where=total > 0)


def lay_over(below: Raster, painted: Floats, weight: Floats) -> Pixels:
    """``below`` + ``weight`` · (``painted`` − ``below``), as RGB of ``below``'s depth and transfer.

    ``painted`` is (h, w, 3) sRGB float32, ``weight`` (h, w, 1) in 0…1; the sum is formed in sRGB.
    Where the weight is 0 the colours of ``below`` come through bit for bit, where it is 1 those
    painted.
    """
    if weight.min() >= 1:
        return from_float(painted, below)
    mixed = to_float(below)
    mixed += weight * (painted - mixed)
    np.copyto(mixed, painted, where=weight >= 1)
    pixels = from_float(mixed, below)
    np.copyto(pixels, below.colours, where=weight <= 0)
    return pixels

"""Transparency: what can be seen of a picture, and what colour to think of where nothing can."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from velatura.imaging.colour import Floats, to_float, unit_floats
from velatura.imaging.raster import Raster, bands

_MID_GREY = np.full(3, 0.5, np.float32)


def coverage(raster: Raster) -> Floats:
    """How opaque each pixel is, (h, w, 1) float32 in 0…1: alpha, or 1 where the raster has none."""
    if raster.alpha is None:
        return np.ones((raster.height, raster.width, 1), np.float32)
    return np.clip(unit_floats(raster.alpha, raster.depth), 0, 1)


def hidden_fill(raster: Raster) -> Floats | None:
    """The colour to put where alpha is 0: (3,) sRGB float32, the alpha-weighted mean of what is
    visible.

    None when nothing is hidden; mid grey when nothing is visible. Computed in bands.
    """
    if raster.alpha is None or raster.alpha.min() > 0:
        return None
    total: NDArray[np.float64] = np.zeros(3, np.float64)
    weight = 0.0
    for y0, y1 in bands(raster.height, raster.width * 12):
        band = raster.crop(0, y0, raster.width, y1)
        opacity = coverage(band)
        total += np.einsum("hwc,hwk->c", to_float(band), opacity, dtype=np.float64)
        weight += float(opacity.sum(dtype=np.float64))
    return (total / weight).astype(np.float32) if weight > 0 else _MID_GREY


def with_fill(raster: Raster, fill: Floats | None) -> Floats:
    """:func:`to_float` with ``fill``, (3,) sRGB, in place of every colour under zero alpha; None
    leaves all alone.
    """
    rgb = to_float(raster)
    if raster.alpha is not None and fill is not None:
        np.copyto(rgb, fill, where=raster.alpha <= 0)
    return rgb

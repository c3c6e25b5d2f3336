"""Grain where a picture shows nothing.

A painter whose layers are normalised makes strokes of whatever a picture shows. In a flat fill or a computed gradient
there is nothing, not even what a camera adds, and it paints its own regular weave. So little grain that nobody would
see it in the picture is enough for strokes: deviations count after normalisation, not their size.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import torch
import torch.nn.functional as F
from torch import Tensor

from velatura.imaging.tiles import Box

LEVEL = 1 / 255
"""One step of an 8-bit picture."""

CELL = 8
"""Side of the squares, in pixels, of which each shows something or not."""

PERIODS = (509, 521)
"""Sides of two fields whose sum is the grain. They have no common factor: it repeats only after 265 000 pixels."""

SMOOTH = (1 / 16, 4 / 16, 6 / 16, 4 / 16, 1 / 16)
"""Grain of single pixels would be nearly invisible to layers that fold pixels together."""


def grained(pictures: Tensor, boxes: Sequence[Box], levels: float) -> Tensor:
    """``pictures`` (n, 3, h, w) sRGB 0..1, sides multiples of ``CELL``, with grey grain in each cell whose luminance
    deviates by less than ``levels`` of 255: as much as is missing.

    ``boxes`` say where each begins in one whole picture: a place has the same grain whatever is cut around it.
    """
    if levels == 0:
        return pictures
    # Around the middle, so that small variances are no differences of large squares.
    grey = pictures.mean(1, keepdim=True) - 0.5
    variances = F.avg_pool2d(grey.square(), CELL) - F.avg_pool2d(grey, CELL).square()
    missing = ((levels * LEVEL) ** 2 - variances).clamp_min_(0).sqrt_()
    height, width = pictures.shape[2:]
    grain = torch.stack([_grain(box.y0, box.x0, height, width) for box in boxes])[:, None]
    return torch.addcmul(
        pictures, grain.to(pictures.device), F.interpolate(missing, scale_factor=CELL)
    )


def _grain(top: int, left: int, height: int, width: int) -> Tensor:
    """That of the pixels from ``top`` and ``left`` on, (height, width), of deviation 1."""
    rows, columns = torch.arange(top, top + height), torch.arange(left, left + width)
    fields = [
        _field(period).index_select(0, rows % period).index_select(1, columns % period)
        for period in PERIODS
    ]
    return torch.stack(fields).sum(0).mul_(len(PERIODS) ** -0.5)


@cache
def _field(period: int) -> Tensor:
    """Smooth noise of deviation 1 that repeats after ``period`` pixels, (period, period)."""
    noise = torch.randn(period, period, generator=torch.Generator().manual_seed(period))
    for axis in (0, 1):
        shifts = range(-(len(SMOOTH) // 2), len(SMOOTH) // 2 + 1)
        turned = [
            weight * noise.roll(shift, axis) for weight, shift in zip(SMOOTH, shifts, strict=True)
        ]
        noise = torch.stack(turned).sum(0)
    return noise / noise.std()

"""Laplacian pyramids: a picture as what each size adds to the one below it. Burt & Adelson 1983,
doi:10.1109/TCOM.1983.1095851.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch.nn.functional as F
from torch import Tensor


def levels_for(height: int, width: int, *, least: int = 16) -> int:
    """How many times a picture can be halved before its short side is below ``least`` pixels."""
    short, levels = min(height, width), 0
    while short // 2 >= least:
        short, levels = short // 2, levels + 1
    return levels


def decompose(picture: Tensor, levels: int) -> list[Tensor]:
    """The pyramid of ``picture`` (1, c, h, w): ``levels`` differences, the finest first, and the rest.

    Each is half as large as the one before, sides rounded up. :func:`compose` gives the picture
    back but for rounding.
    """
    found = []
    for _ in range(levels):
        height, width = picture.shape[2:]
        smaller = F.interpolate(picture, (-(-height // 2), -(-width // 2)), mode="area")
        found.append(picture - _enlarged(smaller, picture))
        picture = smaller
    return [*found, picture]


def compose(pyramid: Sequence[Tensor]) -> Tensor:
    """The picture (1, c, h, w) of a pyramid that :func:`decompose` gave."""
    picture = pyramid[-1]
    for difference in reversed(pyramid[:-1]):
        picture = difference + _enlarged(picture, difference)
    return picture


def _enlarged(picture: Tensor, like: Tensor) -> Tensor:
    size = (like.shape[2], like.shape[3])
    return F.interpolate(picture, size, mode="bilinear", align_corners=False)

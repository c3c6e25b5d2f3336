"""Where regions are, at the positions of a network's layers: how they are mixed, and what counts in their statistics.

A painter's layers see farther than a region's border. What lies along it is painted partly in the other region's style,
and would carry that style into this region's statistics, and with them into all of it. So the deeper a layer lies, the
less does a position count near another style: by how much of what it sees is painted in its region's own.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

_TRACE = 1e-6
"""What a pixel that counts for one region counts for every other: a region that is nowhere has the picture's
statistics.
"""


class Pooled:
    """What (n, c, h, w) is at the positions of layers: means over their pixels.

    Sides are multiples of ``2 ** halvings``, and a layer has a position for each 1, 2, … ``2 ** halvings`` pixels.
    """

    def __init__(self, planes: Tensor, halvings: int) -> None:
        self._known = {_size(planes): planes}
        for _ in range(halvings):
            planes = _halved(planes)
            self._known[_size(planes)] = planes
        self.coarsest = planes

    def __call__(self, size: tuple[int, int]) -> Tensor:
        return self._known[size]


class Shares:
    """How regions are mixed: (n, regions, h, w) ≥ 0, in sum 1."""

    def __init__(self, planes: Tensor, halvings: int) -> None:
        self._pooled = Pooled(planes, halvings)
        self._rows: dict[tuple[int, int], Tensor] = {}

    def __call__(self, size: tuple[int, int]) -> Tensor:
        """Those at the positions of a layer, (n · height · width, regions)."""
        if size not in self._rows:
            rows = self._pooled(size).permute(0, 2, 3, 1).flatten(0, 2)
            self._rows[size] = rows.contiguous()
        return self._rows[size]

    def foreign(self, codes: Tensor) -> Tensor:
        """How much of the coarsest positions is painted in another style than each region's, (n, regions, h, w).

        Regions of equal ``codes`` (regions, code) have the same style.
        """
        other = (codes[:, None] != codes).any(2).to(codes.dtype)
        return torch.einsum("nrhw,qr->nqhw", self._pooled.coarsest, other)


class Counts:
    """How much positions count in the statistics of each region and, last, of the whole picture.

    ``weights`` (n, regions, h, w) ≥ 0 are those of pixels, ``foreign`` is what :meth:`Shares.foreign` gives; None where
    there is one style.
    """

    def __init__(self, weights: Tensor, halvings: int, foreign: Tensor | None) -> None:
        self._pooled = Pooled(weights, halvings)
        self._foreign = foreign
        self._stride = 2**halvings
        self._known: dict[tuple[tuple[int, int], int], Tensor] = {}

    def __call__(self, size: tuple[int, int], reach: float) -> Tensor:
        """(regions + 1, n · height · width), each in sum 1, at a layer that sees about ``reach`` pixels of style."""
        radius = 0 if self._foreign is None else round(reach / self._stride)
        if (size, radius) not in self._known:
            self._known[size, radius] = self._rows(size, radius)
        return self._known[size, radius]

    def _rows(self, size: tuple[int, int], radius: int) -> Tensor:
        weights = self._pooled(size)
        if self._foreign is not None and radius:
            seen = _averaged(_averaged(self._foreign, radius), radius)
            weights = weights * F.interpolate(1 - seen, size)
        traced = weights + _TRACE * weights.sum(1, keepdim=True)
        rows = torch.cat([traced, torch.ones_like(traced[:, :1])], 1).transpose(0, 1).flatten(1)
        return rows / rows.sum(1, keepdim=True).clamp_min(1e-12)


def _size(planes: Tensor) -> tuple[int, int]:
    return planes.shape[2], planes.shape[3]


def _halved(planes: Tensor) -> Tensor:
    """Means of 2 × 2. Whole rows are added first: ``avg_pool2d`` takes several times as long."""
    rows = planes[:, :, ::2] + planes[:, :, 1::2]
    return (rows[..., ::2] + rows[..., 1::2]).mul_(0.25)


def _averaged(planes: Tensor, radius: int) -> Tensor:
    """Means of (2 · radius + 1)²; the edge is repeated around."""
    return F.avg_pool2d(F.pad(planes, (radius,) * 4, mode="replicate"), 2 * radius + 1, 1)

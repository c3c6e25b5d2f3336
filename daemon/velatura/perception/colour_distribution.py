"""One picture's colours with the distribution of another's. Pitié, Kokaram & Dahyot 2005, doi:10.1109/ICCV.2005.166."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

LEVELS = 256
"""Quantiles of a marginal distribution that are matched."""

SAMPLES = 1 << 16
"""Colours of a picture of which the distribution is counted."""


@dataclass(frozen=True)
class DistributionMap:
    """Moves colours: in each round along the axes of a rotation (3, 3), by curves between quantiles (3, levels)."""

    rounds: tuple[tuple[Tensor, Tensor, Tensor], ...]
    strength: float

    def __call__(self, colours: Tensor) -> Tensor:
        """``colours`` (n, 3), moved; they may leave 0..1."""
        for turn, before, after in self.rounds:
            along = colours @ turn
            moved = torch.stack(
                [_interpolated(along[:, axis], before[axis], after[axis]) for axis in range(3)], 1
            )
            colours = colours + self.strength * (moved - along) @ turn.T
        return colours


def between(
    own: Tensor, wanted: Tensor, *, rounds: int = 8, strength: float = 0.5
) -> DistributionMap:
    """What gives the colours ``own`` (n, 3) the distribution of ``wanted`` (m, 3); n and m at least 1.

    Each of ``rounds`` matches the three marginals along other axes, and goes a part of the way,
    ``strength`` 0..1: several short ways tear less apart than one that is walked to its end. The axes are always
    the same.
    """
    dice = torch.Generator().manual_seed(0)
    own, wanted = (_thinned(each, SAMPLES) for each in (own, wanted))
    found: list[tuple[Tensor, Tensor, Tensor]] = []
    for _ in range(rounds):
        turn = torch.linalg.qr(torch.randn(3, 3, generator=dice)).Q.to(own)
        step = (turn, _quantiles(own @ turn), _quantiles(wanted @ turn))
        own = DistributionMap((step,), strength)(own)
        found.append(step)
    return DistributionMap(tuple(found), strength)


def _thinned(colours: Tensor, most: int) -> Tensor:
    return colours[:: -(-len(colours) // most)]


def _quantiles(values: Tensor) -> Tensor:
    """(3, levels) of ``values`` (n, 3)."""
    ordered = values.sort(dim=0).values
    places = (torch.arange(LEVELS, device=values.device) + 0.5) / LEVELS * len(values)
    return ordered[places.long().clamp_max(len(values) - 1)].T.contiguous()


def _interpolated(values: Tensor, before: Tensor, after: Tensor) -> Tensor:
    """``values`` (n,) along the piecewise linear curve from ``before`` to ``after``, and beyond its ends moved like
    them.
    """
    right = torch.searchsorted(before, values.contiguous()).clamp(1, len(before) - 1)
    left = right - 1
    width = (before[right] - before[left]).clamp_min(1e-6)
    part = ((values - before[left]) / width).clamp(0, 1)
    inside = after[left] + part * (after[right] - after[left])
    return inside + (values - before[-1]).clamp_min(0) - (before[0] - values).clamp_min(0)

"""Histograms of activations, channel by channel, and the loss that gives a picture those of a style.

Risser, Wilmot & Barnes 2017, arXiv:1701.08893, section 4.2: two sets of activations can have the same Gram matrix and
look different, for example one with a large mean and a small variance and one the other way round. The loss
γ ‖O − R(O)‖² compares activations O with R(O), the same activations with their histogram matched to the style's.

Departures from the paper: the style's histogram is kept as quantiles (so that several styles are mixed as their losses
are, see :func:`mix <velatura.perception.seen.mix>`), R is linear within a bin, and the loss is a mean over positions
and channels, as the released form of the other losses is.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import torch
import torch.nn.functional as F
from torch import Tensor

QUANTILES = 512
"""Numbers that describe the distribution of a channel: its quantiles at (k + ½) / QUANTILES."""

SAMPLES = 1 << 16
"""Positions of a style that are sorted; of more, every second row and column, or every third … is taken."""

SPAN = 256
"""Bins of the same width for most of a style's values. Half as many to either side, which grow wider without end, are
for the rest and for what the painted picture has beyond: its values change with every step, the bins do not.
"""

BINS = 2 * SPAN

REST = 0.02
"""How much of a style's values at either end is left to the wider bins."""

_RUN = 8192
"""Positions that are worked on at once: few enough for what is between to stay in a processor's cache."""


def stride_of(height: int, width: int) -> int:
    """The step, in rows and in columns, that leaves at most ``SAMPLES`` of ``height`` × ``width`` positions."""
    stride = 1
    while -(-height // stride) * -(-width // stride) > SAMPLES:
        stride += 1
    return stride


def quantiles(values: Tensor, weights: Tensor | None = None) -> Tensor:
    """Quantiles (C, ``QUANTILES``) of each channel of ``values`` (C, n); ``weights`` (n,) ≥ 0 say how much each counts.

    At least one of ``weights`` is greater than 0.

    >>> quantiles(torch.tensor([[3.0, 1.0]]))[0, [0, -1]]
    tensor([1., 3.])
    """
    ordered, order = values.sort(dim=1)
    each = torch.ones_like(values[0]) if weights is None else weights
    share = (each / each.sum())[order].double()
    # A value stands for the middle of its share; what no weight stands on moves nothing.
    middle = share.cumsum(1) - share / 2
    at = (torch.arange(QUANTILES, device=values.device) + 0.5) / QUANTILES
    return _interpolated(at.double().expand(len(values), -1), middle, ordered)


def _interpolated(at: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """The piecewise linear function through the points (x, y) (C, n) at ``at`` (C, m), constant outside."""
    above = torch.searchsorted(x, at.contiguous()).clamp(max=x.shape[1] - 1)
    below = (above - 1).clamp_min(0)
    x0, x1 = x.gather(1, below), x.gather(1, above)
    y0, y1 = y.gather(1, below), y.gather(1, above)
    part = ((at - x0) / (x1 - x0).clamp_min(1e-12)).clamp(0, 1)
    return torch.lerp(y0, y1, part.to(y))


class HistogramMatching:
    """How activations are matched to ``target``, the (C, ``QUANTILES``) quantiles of a style, at one layer.

    Counting is a sum over positions, and matching looks at one position at a time: both can be done a piece of a
    picture at a time, with the counts of the whole.
    """

    def __init__(self, target: Tensor) -> None:
        self.target = target
        self.energy = float(target.square().mean().clamp_min(1e-12))
        """The mean square of the style's activations."""
        rest = int(REST * QUANTILES)
        low, high, least, most = (target[:, at] for at in (rest, -1 - rest, 0, -1))
        # Where a filter hardly ever fires, most of its values are one: some of the range is covered all the same.
        self._span = torch.maximum(high - low, (most - least) / 4).clamp_min(1e-6)
        # What many positions share, 0 after a ReLU, is inside of a bin, whatever rounding does.
        self._low = low - self._span * (0.01 / SPAN)

    def counts(self, rows: Tensor, weights: Tensor | None) -> Tensor:
        """How much of ``rows`` (n, C) is in each bin, (C, ``BINS``); ``weights`` (n,) say how much each counts."""
        channels = rows.shape[1]
        found = rows.new_zeros(channels * (BINS + 1))
        for part, counting in _runs(rows, weights):
            each = (
                part.new_ones(part.shape) if counting is None else counting[:, None].expand_as(part)
            )
            bins, _ = self._bins(part)
            found.scatter_add_(0, bins.long(), each.flatten())
        return found.view(channels, -1)[:, :BINS]

    def table(self, counts: Tensor) -> Tensor:
        """R at the edges of bins, (C, ``BINS`` + 1), for a picture whose bins are filled so, (C, ``BINS``)."""
        filled = counts.double().cumsum(1)
        below = torch.cat([torch.zeros_like(filled[:, :1]), filled], 1)
        below = below / filled[:, -1:].clamp_min(1e-12)
        at = (torch.arange(QUANTILES, device=counts.device) + 0.5) / QUANTILES
        return _interpolated(below, at.double().expand(len(counts), -1).contiguous(), self.target)

    def matched(self, rows: Tensor, table: Tensor) -> Tensor:
        """R(O) of ``rows`` O, (n, C)."""
        bins, part = self._bins(rows)
        edges = table.flatten()
        # index_select with 32 bits takes a tenth of the time that edges[bins] does.
        low, high = edges.index_select(0, bins), edges.index_select(0, bins.add_(1))
        return torch.lerp(low, high, part.flatten()).view_as(rows)

    def _bins(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        """Where in a table (C, ``BINS`` + 1), row by row, the bins of ``rows`` (n, C) are, and how far in, 0..1."""
        places = (rows - self._low).div_(self._span)
        inside = places.clamp(0, 1)
        # x / (1 + |x|) has the slope 1 at 0 and ends at 1: bins are as wide where they meet.
        beyond = F.softsign(places.sub_(inside).mul_(2))
        places = inside.mul_(SPAN).add_(beyond, alpha=SPAN / 2).add_(SPAN / 2)
        places = places.clamp_(0, BINS - 1e-3)
        bins = places.int()
        tables = torch.arange(rows.shape[1], device=rows.device, dtype=bins.dtype) * (BINS + 1)
        return (bins + tables).flatten(), places.sub_(bins)


def _runs(rows: Tensor, weights: Tensor | None) -> Iterator[tuple[Tensor, Tensor | None]]:
    length = _RUN if rows.device.type == "cpu" else max(1, len(rows))
    for start in range(0, len(rows), length):
        run = slice(start, start + length)
        yield rows[run], None if weights is None else weights[run]


class _Distance(torch.autograd.Function):
    @staticmethod
    def forward(
        context: Any,
        rows: Tensor,
        matching: HistogramMatching,
        table: Tensor,
        weights: Tensor | None,
    ) -> Tensor:
        slope = torch.empty_like(rows)
        squares = rows.new_zeros((), dtype=torch.float64)
        begun = 0
        for part, counting in _runs(rows, weights):
            off = part - matching.matched(part, table)
            each = 1 / rows.numel() if counting is None else counting[:, None] / rows.shape[1]
            weighed = off * each
            squares += (weighed * off).sum()
            torch.mul(weighed, 2, out=slope[begun : begun + len(part)])
            begun += len(part)
        context.save_for_backward(slope)
        return squares.to(rows.dtype)

    @staticmethod
    def backward(context: Any, *gradients: Tensor) -> tuple[Tensor, None, None, None]:
        (slope,) = context.saved_tensors
        return slope * gradients[0], None, None, None


def histogram_loss(
    rows: Tensor,
    matching: HistogramMatching,
    table: Tensor | None = None,
    weights: Tensor | None = None,
) -> Tensor:
    """Σ_p w_p ‖O_p − R(O_p)‖² / C over the positions p of ``rows`` O (n, C), a scalar. Risser et al. 2017, eq. 8.

    ``weights`` (n,) are w; without, each is 1 / n. ``table`` is R where it is not that of ``rows``, which are then a
    part of a picture. R is a constant to the gradient, as in the paper, which goes to ``rows``.
    """
    if table is None:
        with torch.no_grad():
            table = matching.table(matching.counts(rows.detach(), weights))
    return cast(Tensor, _Distance.apply(rows, matching, table, weights))

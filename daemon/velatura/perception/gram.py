"""The Gram matrix of activations: which filters fire together, wherever it is. Gatys et al. 2015."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

import torch
from torch import Tensor


class _Gram(torch.autograd.Function):
    """FᵀF / M with one matrix product forwards and one backwards.

    Autograd's own rule for a product of a matrix with itself takes two backwards, one for each
    factor, and keeps both; at 512² that is a tenth of a step of optimisation.
    """

    @staticmethod
    def forward(context: Any, features: Tensor, weights: Tensor | None) -> Tensor:
        context.save_for_backward(features, weights)
        rows = rows_of(features)
        if weights is None:
            return rows.T @ rows / len(rows)
        return (rows * weights).T @ rows / weights.sum().clamp_min(_LEAST)

    @staticmethod
    def backward(context: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        features, weights = context.saved_tensors
        rows = rows_of(features)
        given = gradients[0]
        both = given + given.T
        if weights is None:
            slope = rows @ (both / len(rows))
        else:
            slope = (rows @ (both / weights.sum().clamp_min(_LEAST))).mul_(weights)
        return _planes(slope, features), None


_LEAST = 1e-12
"""Weights that sum to less count as nothing."""


def gram(features: Tensor, weights: Tensor | None = None) -> Tensor:
    """G = Σ_p w_p f_p f_pᵀ / Σ_p w_p over the positions p of ``features`` (1, N, h, w): (N, N).

    Without ``weights`` (1, 1, h, w) ≥ 0 every position counts 1, and G is Gatys' FFᵀ (2015, eq. 3;
    2016, eq. 3) divided by M = h·w, so that pictures of different sizes can be compared. With
    weights of 0 everywhere G is 0. The gradient goes to ``features`` alone, and once only.
    """
    per_position = None if weights is None else weights.reshape(-1, 1)
    return cast(Tensor, _Gram.apply(features, per_position))


@dataclass(frozen=True)
class Guide:
    """The positions (n,) of a layer at which a region counts, row by row, and T (n, 1) there."""

    positions: Tensor
    weights: Tensor

    @classmethod
    def of(cls, channel: Tensor) -> Guide:
        """That of a guidance channel T, (1, 1, h, w) ≥ 0."""
        flat = channel.flatten()
        positions = flat.nonzero()[:, 0]
        return cls(positions, flat[positions, None])

    def of_rows(self, rows: Tensor) -> Tensor:
        """``rows`` (h·w, N) at the positions: (n, N)."""
        return rows.index_select(0, self.positions)

    def runs(self) -> Iterator[tuple[Tensor, Tensor]]:
        """Positions and weights a run at a time: on a processor as many as stay in its cache, which
        halves what gathering costs.
        """
        length = _RUN if self.positions.device.type == "cpu" else max(1, len(self.positions))
        return zip(
            torch.split(self.positions, length), torch.split(self.weights, length), strict=True
        )


_RUN = 8192


class _GuidedGrams(torch.autograd.Function):
    """All regions of a layer at once: each looks at its own positions alone, so that regions which
    part a picture cost together what the picture costs, and their gradients are written into one.
    """

    @staticmethod
    def forward(context: Any, features: Tensor, guides: Sequence[Guide]) -> Tensor:
        context.save_for_backward(features)
        context.guides = guides
        rows = rows_of(features)
        grams = rows.new_zeros(len(guides), rows.shape[1], rows.shape[1])
        for guide, found in zip(guides, grams, strict=True):
            for positions, weights in guide.runs():
                guided = rows.index_select(0, positions).mul_(weights)
                found.addmm_(guided.T, guided)
        return grams

    @staticmethod
    def backward(context: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        (features,) = context.saved_tensors
        rows = rows_of(features)
        slope = torch.zeros_like(rows)
        for guide, given in zip(context.guides, gradients[0], strict=True):
            both = given + given.T
            for positions, weights in guide.runs():
                guided = rows.index_select(0, positions) @ both
                slope.index_add_(0, positions, guided.mul_(weights.square()))
        return _planes(slope, features), None


def guided_grams(features: Tensor, guides: Sequence[Guide]) -> Tensor:
    """G_r = Σ_p T_rp² f_p f_pᵀ over the positions p of ``features`` (1, N, h, w), by region r: (R, N, N).

    Gatys et al. 2017, section 4: with ΣT_r² = 1 each is a mean, as :func:`gram` is. The gradient is
    exactly 0 at positions that a guide leaves out; it goes to ``features`` alone, and once only.
    """
    return cast(Tensor, _GuidedGrams.apply(features, guides))


def rows_of(features: Tensor) -> Tensor:
    """Activations by position, (h·w, N): a view where they lie channels last, as VGG's do."""
    return features[0].permute(1, 2, 0).reshape(-1, features.shape[1])


def _planes(rows: Tensor, like: Tensor) -> Tensor:
    """:func:`rows_of` undone: (1, N, h, w), without a copy."""
    _, channels, height, width = like.shape
    return rows.view(1, height, width, channels).permute(0, 3, 1, 2)

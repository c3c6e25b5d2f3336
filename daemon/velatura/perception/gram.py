"""The Gram matrix of activations: which filters fire together, wherever it is. Gatys et al. 2015."""

from __future__ import annotations

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
        rows = _rows(features)
        if weights is None:
            return rows.T @ rows / len(rows)
        return (rows * weights).T @ rows / weights.sum().clamp_min(_LEAST)

    @staticmethod
    def backward(context: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        features, weights = context.saved_tensors
        rows = _rows(features)
        given = gradients[0]
        both = given + given.T
        if weights is None:
            slope = rows @ (both / len(rows))
        else:
            slope = (rows @ (both / weights.sum().clamp_min(_LEAST))).mul_(weights)
        _, channels, height, width = features.shape
        return slope.view(1, height, width, channels).permute(0, 3, 1, 2), None


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


def _rows(features: Tensor) -> Tensor:
    """Activations by position, (h·w, N): a view where they lie channels last, as VGG's do."""
    return features[0].permute(1, 2, 0).reshape(-1, features.shape[1])

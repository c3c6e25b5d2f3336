"""A picture in another's colours: the linear map between two clouds of RGB values that moves them least."""

from __future__ import annotations

import torch
from torch import Tensor

FLATTEST = 1e-5
"""Variances of RGB below this (0..1 squared) count as this: a flat picture has no directions to stretch."""


def recoloured(picture: Tensor, own: Tensor, wanted: Tensor) -> Tensor:
    """``picture`` (1, 3, h, w) sRGB with the mean and covariance of other colours, clipped to 0..1.

    ``own`` and ``wanted`` are :func:`~velatura.perception.losses.colour_moments`, (4, 4).
    """
    stretch, shift = between(own, wanted)
    turned = torch.einsum("ij,njhw->nihw", stretch.to(picture), picture)
    return (turned + shift.to(picture).view(1, 3, 1, 1)).clamp(0, 1)


def between(own: Tensor, wanted: Tensor) -> tuple[Tensor, Tensor]:
    """A (3, 3) and b (3,), float64, of the map x → A x + b from colours with the moments ``own`` to ``wanted``.

    A = Σ^-½ (Σ^½ Σ' Σ^½)^½ Σ^-½, b = μ' − A μ: of all maps from one normal distribution to the
    other, the one that moves colours least (Pitié & Kokaram 2007, eq. 9).
    """
    (mean, spread), (new_mean, new_spread) = _moments(own), _moments(wanted)
    root, inverse = _power(spread, 0.5), _power(spread, -0.5)
    stretch = inverse @ _power(root @ new_spread @ root, 0.5) @ inverse
    return stretch, new_mean - stretch @ mean


def _moments(colours: Tensor) -> tuple[Tensor, Tensor]:
    """Mean (3,) and covariance (3, 3), float64, of what has the moments ``colours``."""
    colours = colours.double().cpu()
    # The last moment is that of 1: 0 only where no pixel counts.
    mean = colours[:3, 3] / colours[3, 3].clamp_min(1e-12)
    second = colours[:3, :3] / colours[3, 3].clamp_min(1e-12)
    values, vectors = torch.linalg.eigh(second - torch.outer(mean, mean))
    return mean, vectors * values.clamp_min(FLATTEST) @ vectors.T


def _power(matrix: Tensor, exponent: float) -> Tensor:
    """A power of a symmetric matrix (3, 3) whose eigenvalues are greater than 0."""
    values, vectors = torch.linalg.eigh(matrix)
    raised: Tensor = vectors * values**exponent @ vectors.T
    return raised

"""Statistics of activations: what methods of neural style transfer take a style to be."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor

EPSILON = 1e-5
"""Added to a variance before its root, so that a constant channel can be divided by."""

PLAIN = 0.01
"""Standard deviation in 0..1 below which a picture shows nothing: strokes have no forms to follow."""


@dataclass(frozen=True)
class Moments:
    """Per-channel statistics of ``count`` positions (a sum of weights), to be merged.

    ``mean`` and ``m2``, the sum of squared differences from the mean, are (channels,) float64 on
    the processor.
    """

    count: float
    mean: Tensor
    m2: Tensor


def are_plain(pictures: Tensor) -> Tensor:
    """Which of ``pictures`` (n, 3, h, w) sRGB 0..1 show nothing, (n,) booleans."""
    return pictures.std((2, 3)).amax(1) < PLAIN


def moments(features: Tensor, weights: Tensor | None = None) -> Moments:
    """Statistics of ``features`` (1, channels, h, w) over its positions.

    ``weights`` (1, 1, h, w) ≥ 0 counts a position for more or less than one. With weights of 0
    everywhere ``count``, ``mean`` and ``m2`` are 0. Two passes in float32 on the features' device:
    no cancellation of large squares.
    """
    flat = features[0].flatten(1)
    per_position = torch.ones_like(flat[:1]) if weights is None else weights[0].flatten(1)
    count = float(per_position.sum())
    mean = (flat * per_position).sum(1) / (count or 1.0)
    m2 = ((flat - mean[:, None]).square() * per_position).sum(1)
    return Moments(count, mean.cpu().double(), m2.cpu().double())


def merge(parts: Iterable[Moments]) -> Moments:
    """Statistics of all positions together: the parallel variance of Chan, Golub & LeVeque 1979.

    Raises :class:`ValueError` for no parts.
    """
    iterator = iter(parts)
    whole = next(iterator, None)
    if whole is None:
        raise ValueError("there is nothing to merge")
    for part in iterator:
        count = (whole.count + part.count) or 1.0
        delta = part.mean - whole.mean
        whole = Moments(
            whole.count + part.count,
            whole.mean + delta * (part.count / count),
            whole.m2 + part.m2 + delta.square() * (whole.count * part.count / count),
        )
    return whole


@dataclass(frozen=True)
class MeanStd:
    """A mean and a standard deviation per channel: AdaIN's style code. Both (1, channels, 1, 1)
    float32.
    """

    mean: Tensor
    std: Tensor


def mean_std(whole: Moments, device: torch.device, *, epsilon: float = EPSILON) -> MeanStd:
    """μ and σ = √(m2 / count + ε) of Huang & Belongie 2017, eq. 5 and 6, on ``device``.

    Raises :class:`ValueError` when ``whole`` counts nothing.
    """
    if whole.count <= 0:
        raise ValueError("statistics of no positions have no mean")
    shape = (1, -1, 1, 1)
    return MeanStd(
        whole.mean.float().view(shape).to(device),
        (whole.m2 / whole.count + epsilon).sqrt().float().view(shape).to(device),
    )


def mix(codes: Iterable[tuple[float, MeanStd]]) -> MeanStd:
    """The weighted mean of codes, weights relative to each other and greater than 0 in sum.

    Huang & Belongie 2017 mix decoded features (eq. 15); statistics mixed before AdaIN give the same
    features, since eq. 8 is linear in them.
    """
    pairs = list(codes)
    total = sum(weight for weight, _ in pairs)
    if total <= 0:
        raise ValueError("the weights of the styles must be greater than 0 in sum")
    mean = torch.stack([code.mean * (weight / total) for weight, code in pairs]).sum(0)
    std = torch.stack([code.std * (weight / total) for weight, code in pairs]).sum(0)
    return MeanStd(mean, std)

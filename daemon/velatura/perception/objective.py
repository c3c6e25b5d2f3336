"""The objective of neural style transfer: one picture's activations against a content's and a style's.

Gatys, Ecker & Bethge 2015 and 2016: L = α L_content + β L_style, and what later work added to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

import torch.nn.functional as F
from torch import Tensor

from velatura.perception.gram import Guide, gram, guided_grams, rows_of
from velatura.perception.histograms import HistogramMatching, histogram_loss
from velatura.perception.losses import (
    Normalisation,
    colour_moments,
    content_loss,
    even_gradient,
    laplacian_loss,
    out_of_range,
    style_loss,
    total_variation,
)
from velatura.perception.seen import Eyes, StyleTargets

EVEN_BETA = 1e3
"""The β that weighs style as much as content when gradients are made even: the released ratio. Where losses are
relative it is 1.
"""

POOLS = (4, 16)
"""Over how many pixels a side means are taken before Laplacians are compared: two of Li et al. 2017."""


@dataclass(frozen=True)
class Balance:
    """How much each term counts.

    ``alpha`` and ``beta`` are the papers' α and β; with ``even`` they weigh gradients instead of
    losses (:data:`EVEN_BETA`). ``gamma`` weighs histograms (Risser et al. 2017, γ), ``contours`` Laplacians
    beside the content's other losses, all times α (Li et al. 2017, γ/α), ``variation`` total
    variation, ``colour`` the moments of RGB, ``range`` values outside 0..1.
    """

    alpha: float = 1.0
    beta: float = 1e3
    normalisation: Normalisation = "released"
    even: bool = False
    gamma: float = 0.0
    contours: float = 0.0
    variation: float = 0.0
    colour: float = 0.0
    range: float = 0.0


@dataclass(frozen=True)
class Part:
    """A part of the painted picture and the style that it gets.

    ``pixels`` (1, 1, h, w) say how much each pixel counts in its statistics; None counts all.
    ``channels`` are its guidance channels by layer (:func:`~velatura.perception.guides.guides`); it
    has no loss at a layer that is missing. None for a part that is the whole picture.

    ``extent`` is how much of the picture it is, 0..1, and weighs its losses. The content's loss is
    a mean over the whole picture, a part's style loss is one over its own positions: weighed so,
    style and content pull at each of its pixels as they would had the whole picture its style.
    Weighed alike, the smaller a part is the less is left of its content.
    """

    style: StyleTargets
    extent: float = 1.0
    pixels: Tensor | None = None
    channels: Mapping[str, Tensor] | None = None

    def counts_at(self, layer: str) -> bool:
        """Whether it has a loss at ``layer``."""
        return layer in self.style.grams and (self.channels is None or layer in self.channels)

    def is_matched_at(self, layer: str) -> bool:
        """Whether its histogram is matched at ``layer``."""
        return layer in self.style.quantiles and (self.channels is None or layer in self.channels)


@dataclass(frozen=True)
class Losses:
    """The terms of one picture, scalars, not yet weighted by α, β and γ, and their weighted ``total``."""

    content: Tensor
    style: Tensor
    histogram: Tensor
    total: Tensor
    by_layer: dict[str, Tensor] = field(default_factory=dict)


class Objective:
    """L of one picture size, for one content and the styles of its parts (several of one part are mixed first).

    ``content`` holds the content's activations by layer, as
    :func:`~velatura.perception.seen.features` gives them; none: texture synthesis. ``parts`` is one
    that is everything, or any number with guidance channels. ``photo`` (1, 3, h, w) is the picture
    whose contours are to be kept.
    """

    def __init__(
        self,
        eyes: Eyes,
        balance: Balance,
        *,
        content: Mapping[str, Tensor],
        content_layers: Mapping[str, float],
        parts: Sequence[Part],
        style_layers: Mapping[str, float],
        matched_layers: Mapping[str, float] | None = None,
        photo: Tensor | None = None,
    ) -> None:
        self.photo = photo
        self.eyes = eyes
        self.balance = balance
        self.content = content
        self.content_layers = {name: content_layers[name] for name in content}
        self.parts = tuple(parts)
        self.counting = {
            name: [part for part in parts if part.counts_at(name)] for name in style_layers
        }
        self.style_layers = {
            name: style_layers[name] for name, there in self.counting.items() if there
        }
        self.matchings = {
            name: [
                (part, HistogramMatching(part.style.quantiles[name]))
                for part in parts
                if part.is_matched_at(name)
            ]
            for name in matched_layers or {}
        }
        self.matched_layers = {
            name: weight for name, weight in (matched_layers or {}).items() if self.matchings[name]
        }
        self.layers = tuple({**self.content_layers, **self.style_layers, **self.matched_layers})
        self._guides = {
            name: [Guide.of(part.channels[name]) for part in self.counting[name] if part.channels]
            for name in self.style_layers
        }

    def __call__(self, picture: Tensor) -> Losses:
        """The losses of ``picture``, (1, 3, h, w) sRGB, nominally 0..1; differentiable."""
        found = self.eyes(picture, self.layers)
        content = {
            name: content_loss(
                self._evened(found[name], self.size_of_content(name)),
                target,
                self.balance.normalisation,
            )
            for name, target in self.content.items()
        }
        grams = {
            name: self._grams(name, self._evened(found[name], self.size_of_style(name)))
            for name in self.style_layers
        }
        histograms = {
            name: self._histogram(name, self._evened(found[name], self.size_of_histogram(name)))
            for name in self.matched_layers
        }
        return self.weighed(picture, content, grams, histograms)

    def weighed(
        self,
        picture: Tensor,
        content_losses: Mapping[str, Tensor],
        grams: Mapping[str, Sequence[Tensor]],
        histogram_losses: Mapping[str, Tensor],
    ) -> Losses:
        """The losses of ``picture`` of which these are the content's losses by layer, the Gram matrices by layer, one
        for each part that counts there, and the losses of histograms by layer.
        """
        balance = self.balance
        # Where nothing counts, nothing pulls; but that, too, has a gradient.
        zero = picture.new_zeros(()) if self.layers else picture.sum() * 0
        by_layer: dict[str, Tensor] = {}
        content, style, histogram = zero, zero, zero
        for name, weight in self.content_layers.items():
            content = content + weight * content_losses[name]
        for name, weight in self.style_layers.items():
            by_layer[name] = sum(
                (
                    part.extent * style_loss(found, part.style.grams[name], balance.normalisation)
                    for part, found in zip(self.counting[name], grams[name], strict=True)
                ),
                start=zero,
            )
            style = style + weight * by_layer[name]
        for name, loss in histogram_losses.items():
            histogram = histogram + self.matched_layers[name] * loss
        total = balance.alpha * content + balance.beta * style + balance.gamma * histogram
        return Losses(content, style, histogram, total + self._of_pixels(picture), by_layer)

    def size_of_content(self, layer: str) -> float:
        """The size of the content's gradient at ``layer`` where gradients are even."""
        return self.balance.alpha * self.content_layers[layer]

    def size_of_style(self, layer: str) -> float:
        """The size of the styles' gradient at ``layer`` where gradients are even."""
        alike = 1.0 if self.balance.normalisation == "relative" else EVEN_BETA
        return self.balance.beta / alike * self.style_layers[layer]

    def size_of_histogram(self, layer: str) -> float:
        """The size of the histograms' gradient at ``layer`` where gradients are even."""
        return self.balance.gamma * self.matched_layers[layer]

    def histogram_scale(self, matching: HistogramMatching, positions: int) -> float:
        """What a mean over so many ``positions`` and all channels is multiplied with: printed it is a sum, and relative
        one to what the style has.
        """
        if self.balance.normalisation == "printed":
            return float(positions * len(matching.target))
        return 1 / matching.energy if self.balance.normalisation == "relative" else 1.0

    def _histogram(self, layer: str, features: Tensor) -> Tensor:
        total = features.new_zeros(())
        for part, matching in self.matchings[layer]:
            rows, weights = rows_of(features), None
            if part.channels is not None:
                guide = Guide.of(part.channels[layer])
                rows, weights = guide.of_rows(rows), guide.weights.flatten().square()
            elif part.pixels is not None:
                weights = cast(Tensor, pooled(part.pixels, features)).flatten()
                weights = weights / weights.sum().clamp_min(1e-12)
            loss = histogram_loss(rows, matching, weights=weights)
            scale = self.histogram_scale(matching, features[0, 0].numel())
            total = total + part.extent * scale * loss
        return total

    def _evened(self, features: Tensor, size: float) -> Tensor:
        return even_gradient(features, size) if self.balance.even and size > 0 else features

    def _grams(self, layer: str, features: Tensor) -> Sequence[Tensor]:
        if self._guides[layer]:
            return guided_grams(features, self._guides[layer]).unbind()
        return [gram(features, pooled(part.pixels, features)) for part in self.counting[layer]]

    def _of_pixels(self, picture: Tensor) -> Tensor:
        balance, total = self.balance, picture.new_zeros(())
        if balance.variation:
            total = total + balance.variation * total_variation(picture)
        if balance.contours and self.photo is not None:
            loss = laplacian_loss(picture, self.photo, POOLS, balance.normalisation)
            total = total + balance.alpha * balance.contours * loss
        if balance.range:
            total = total + balance.range * out_of_range(picture)
        if balance.colour:
            for part in self.parts:
                moments = colour_moments(picture, part.pixels)
                loss = F.mse_loss(moments, part.style.colours)
                total = total + balance.colour * part.extent * loss
        return total


def pooled(weights: Tensor | None, features: Tensor) -> Tensor | None:
    """``weights`` (1, 1, h, w) at the size of ``features``: means over the pixels of each position."""
    if weights is None:
        return None
    return F.adaptive_avg_pool2d(weights, (features.shape[2], features.shape[3]))

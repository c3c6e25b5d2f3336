"""The objective of neural style transfer: one picture's activations against a content's and a style's.

Gatys, Ecker & Bethge 2015 and 2016: L = α L_content + β L_style, and what later work added to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import torch
import torch.nn.functional as F
from torch import Tensor

from velatura.perception.gram import gram
from velatura.perception.losses import (
    Normalisation,
    colour_moments,
    content_loss,
    even_gradient,
    luminance,
    out_of_range,
    style_loss,
    total_variation,
)
from velatura.perception.vgg import VGG19

EVEN_BETA = 1e3
"""The β that weighs style as much as content when gradients are made even: the released ratio."""


@dataclass(frozen=True)
class Balance:
    """How much each term counts.

    ``alpha`` and ``beta`` are the papers' α and β; with ``even`` they weigh gradients instead of
    losses, one to a thousand for one to one. ``variation`` weighs total variation, ``colour`` the
    moments of RGB, ``range`` values outside 0..1.
    """

    alpha: float = 1.0
    beta: float = 1e3
    normalisation: Normalisation = "released"
    even: bool = False
    variation: float = 0.0
    colour: float = 0.0
    range: float = 0.0


@dataclass(frozen=True)
class StyleTargets:
    """What a style is: Gram matrices by layer, (N, N) each, and its :func:`colour_moments`."""

    grams: dict[str, Tensor]
    colours: Tensor


@dataclass(frozen=True)
class Losses:
    """The terms of one picture, scalars, not yet weighted by α and β, and their weighted ``total``."""

    content: Tensor
    style: Tensor
    total: Tensor
    by_layer: dict[str, Tensor] = field(default_factory=dict)


@dataclass(frozen=True)
class Eyes:
    """How pictures are seen: by which network, and whether in grey.

    Seen in grey, a picture's hues have no gradient: its texture changes and its hues stay (Gatys et
    al. 2017, luminance-only transfer).
    """

    network: VGG19
    grey: bool = False

    def __call__(self, picture: Tensor, layers: Iterable[str]) -> dict[str, Tensor]:
        """Activations of ``picture`` (1, 3, h, w) by layer name, float32."""
        seen = luminance(picture).expand_as(picture) if self.grey else picture
        found: dict[str, Tensor] = self.network(seen, tuple(layers))
        return found


def style_targets(
    eyes: Eyes, picture: Tensor, layers: Iterable[str], weights: Tensor | None = None
) -> StyleTargets:
    """What ``picture`` (1, 3, h, w) is as a style; ``weights`` (1, 1, h, w) say which pixels count."""
    with torch.no_grad():
        found = eyes(picture, layers)
        grams = {name: gram(each, _at(weights, each)) for name, each in found.items()}
        return StyleTargets(grams, colour_moments(picture, weights))


def mix(styles: Iterable[tuple[float, StyleTargets]]) -> StyleTargets:
    """Several styles as one: the weighted mean of their statistics.

    The sum of their losses, Σ w_i ‖G − A_i‖² with weights that sum to 1, is ‖G − Σ w_i A_i‖² and a
    constant: the same picture for the price of one style. Raises :class:`ValueError` when the
    weights are not greater than 0 in sum.
    """
    pairs = list(styles)
    total = sum(weight for weight, _ in pairs)
    if total <= 0:
        raise ValueError("the weights of the styles must be greater than 0 in sum")
    shares = [weight / total for weight, _ in pairs]

    def mean(parts: list[Tensor]) -> Tensor:
        return torch.stack([part * share for part, share in zip(parts, shares, strict=True)]).sum(0)

    targets = [each for _, each in pairs]
    return StyleTargets(
        {name: mean([each.grams[name] for each in targets]) for name in targets[0].grams},
        mean([each.colours for each in targets]),
    )


class Objective:
    """L of one picture size, for one content and one style (several are mixed first).

    ``content`` (1, 3, h, w) may be None: texture synthesis. ``visible`` (1, 1, h, w) weighs the
    pixels that count in the painted picture's statistics; None counts all.
    """

    def __init__(
        self,
        eyes: Eyes,
        balance: Balance,
        *,
        content: Tensor | None,
        content_layers: Mapping[str, float],
        style: StyleTargets,
        style_layers: Mapping[str, float],
        visible: Tensor | None = None,
    ) -> None:
        self.eyes = eyes
        self.balance = balance
        self.content_layers = dict(content_layers) if content is not None else {}
        self.style_layers = dict(style_layers)
        self.style = style
        self.visible = visible
        self._layers = tuple({**self.content_layers, **self.style_layers})
        self._targets: dict[str, Tensor] = {}
        if content is not None and self.content_layers:
            with torch.no_grad():
                self._targets = eyes(content, self.content_layers)

    def __call__(self, picture: Tensor) -> Losses:
        """The losses of ``picture``, (1, 3, h, w) sRGB, nominally 0..1; differentiable."""
        balance, found = self.balance, self.eyes(picture, self._layers)
        zero = picture.new_zeros(())
        by_layer: dict[str, Tensor] = {}
        content, style = zero, zero
        for name, weight in self.content_layers.items():
            seen = self._evened(found[name], balance.alpha * weight)
            content = content + weight * content_loss(
                seen, self._targets[name], balance.normalisation
            )
        for name, weight in self.style_layers.items():
            seen = self._evened(found[name], balance.beta / EVEN_BETA * weight)
            statistics = gram(seen, _at(self.visible, seen))
            by_layer[name] = style_loss(statistics, self.style.grams[name], balance.normalisation)
            style = style + weight * by_layer[name]
        total = balance.alpha * content + balance.beta * style + self._of_pixels(picture)
        return Losses(content, style, total, by_layer)

    def _evened(self, features: Tensor, size: float) -> Tensor:
        return even_gradient(features, size) if self.balance.even and size > 0 else features

    def _of_pixels(self, picture: Tensor) -> Tensor:
        balance, total = self.balance, picture.new_zeros(())
        if balance.variation:
            total = total + balance.variation * total_variation(picture)
        if balance.range:
            total = total + balance.range * out_of_range(picture)
        if balance.colour:
            moments = colour_moments(picture, self.visible)
            total = total + balance.colour * F.mse_loss(moments, self.style.colours)
        return total


def _at(weights: Tensor | None, features: Tensor) -> Tensor | None:
    """``weights`` (1, 1, h, w) at the size of ``features``: means over the pixels of each position."""
    if weights is None:
        return None
    return F.adaptive_avg_pool2d(weights, (features.shape[2], features.shape[3]))

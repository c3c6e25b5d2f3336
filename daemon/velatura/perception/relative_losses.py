"""What a painter of arbitrary styles is trained for, as pure functions of activations.

Losses of style are relative to the style's own statistics. Unnormalised, the loss of one pair is thousands of times
that of another, and all but the loudest stay weak (Cheng et al. 2021, arXiv:2104.05623, normalise for that reason).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import torch
import torch.nn.functional as F
from torch import Tensor

EYES = "vgg19-gatys"
"""The model of the catalogue whose layers are meant."""

LAYERS = ("relu1_1", "relu2_1", "relu3_1", "relu4_1")
"""Layers of VGG-19 whose statistics are a style."""

SLICED = ("relu3_1", "relu4_1")
"""Layers whose distributions are compared whole: those in which strokes show; few positions are sorted fast."""

CONTENT = "relu4_1"
"""The layer that says what a picture shows."""

EPSILON = 1e-6

Form = Literal["log", "relative"]


@dataclass(frozen=True)
class Look:
    """Statistics of n pictures' activations, by layer.

    ``grams`` (n, C, C) are uncentred second moments, ``means`` (n, C), ``slices`` (n, D, M) the
    sorted projections of M positions on D directions.
    """

    grams: dict[str, Tensor]
    means: dict[str, Tensor]
    slices: dict[str, Tensor]

    def of(self, pictures: Tensor | slice) -> Look:
        """Those of some of the pictures, in float32."""
        return Look(
            *(
                {name: tensor[pictures].float() for name, tensor in kind.items()}
                for kind in (self.grams, self.means, self.slices)
            )
        )


def look(
    features: Mapping[str, Tensor],
    directions: Mapping[str, Tensor],
    dtype: torch.dtype = torch.float32,
) -> Look:
    """Statistics of ``features``, (n, C, h, w) by layer; ``directions`` are (C, D) of length 1.

    Products are taken in ``dtype``; bfloat16 leaves an error of less than 1 % in a Gram matrix.
    """
    grams: dict[str, Tensor] = {}
    means: dict[str, Tensor] = {}
    slices: dict[str, Tensor] = {}
    for name, each in features.items():
        rows = each.permute(0, 2, 3, 1).flatten(1, 2).to(dtype)
        grams[name], means[name] = _Moments.apply(rows)
        if name in directions:
            projected = rows @ directions[name].to(dtype)
            slices[name] = projected.float().transpose(1, 2).sort(dim=2).values
    return Look(grams, means, slices)


class _Moments(torch.autograd.Function):
    """FᵀF / M and the mean of F over its M rows, with one pass over F backwards for both.

    Autograd's own rule takes a product for each factor of FᵀF, and adds three large gradients.
    """

    @staticmethod
    def forward(context: Any, rows: Tensor) -> tuple[Tensor, Tensor]:
        context.save_for_backward(rows)
        count = rows.shape[1]
        ones = rows.new_ones(len(rows), 1, count)
        gram = (rows.transpose(1, 2) @ rows).float() / count
        return gram, (ones @ rows)[:, 0].float() / count

    @staticmethod
    def backward(context: Any, *gradients: Tensor) -> Tensor:
        (rows,) = context.saved_tensors
        of_gram, of_mean = (each / rows.shape[1] for each in gradients)
        both = (of_gram + of_gram.transpose(1, 2)).to(rows.dtype)
        return torch.baddbmm(of_mean[:, None].to(rows.dtype), rows, both)


def random_directions(
    channels: Mapping[str, int], count: int, generator: torch.Generator
) -> dict[str, Tensor]:
    """``count`` directions in each layer's space of ``channels`` dimensions, (C, D) of length 1."""
    directions: dict[str, Tensor] = {}
    for name, width in channels.items():
        drawn = torch.randn(width, count, generator=generator, device=generator.device)
        directions[name] = drawn / drawn.norm(dim=0, keepdim=True)
    return directions


def gram_distances(found: Look, wanted: Look) -> dict[str, Tensor]:
    """‖G − A‖² / ‖A‖² by layer, (n,): 0 for the style itself, 1 for a picture without any activation."""
    return {
        name: _relative(found.grams[name].flatten(1), target.flatten(1))
        for name, target in wanted.grams.items()
    }


def moment_distances(found: Look, wanted: Look) -> dict[str, Tensor]:
    """Those of means and of deviations in sum, each relative to the style's; (n,) by layer."""
    return {
        name: _relative(found.means[name], wanted.means[name])
        + _relative(deviations(found, name), deviations(wanted, name))
        for name in wanted.means
    }


def slice_distances(found: Look, wanted: Look) -> dict[str, Tensor]:
    """Squared sliced Wasserstein-2 distances, relative to the variance of the style's slices; (n,) by layer.

    Heitz et al. 2021, arXiv:2006.07229, eq. 4. Where they have not as many positions, the style's quantiles are
    taken at those of what was found.
    """
    distances: dict[str, Tensor] = {}
    for name, whole in wanted.slices.items():
        # Position k of M in order is the quantile (k + ½) / M: what resampling aligns, too.
        target = F.interpolate(whole, size=found.slices[name].shape[2], mode="linear")
        spread = target.var(dim=2, correction=0).mean(1)
        distances[name] = (found.slices[name] - target).square().mean((1, 2)) / (spread + EPSILON)
    return distances


def deviations(seen: Look, layer: str) -> Tensor:
    """Standard deviations of a layer's filters, (n, C)."""
    second = seen.grams[layer].diagonal(dim1=1, dim2=2)
    return (second - seen.means[layer].square()).clamp_min(EPSILON).sqrt()


def shaped(distance: Tensor, form: Form, floor: float) -> Tensor:
    """A relative squared distance as a loss.

    ``relative``: as it is. ``log``: ln(1 + d / floor), whose slope is that of ln d wherever d is
    well above ``floor``: a pair that is nearly right is pulled as hard as one that is far off.
    """
    return torch.log1p(distance / floor) if form == "log" else distance


def content_distance(found: Tensor, target: Tensor) -> Tensor:
    """Half the mean squared difference of :func:`normalised` activations, (n,).

    0 for the same, about 1 for unrelated pictures.
    """
    return (found - target).square().mean((1, 2)) / 2


def normalised(features: Tensor) -> Tensor:
    """Activations (n, C, h, w) with mean 0 and deviation 1 in each picture and channel: (n, h · w, C)."""
    rows = features.permute(0, 2, 3, 1).flatten(1, 2).float()
    centred = rows - rows.mean(1, keepdim=True)
    return centred / (centred.square().mean(1, keepdim=True) + EPSILON).sqrt()


def _relative(found: Tensor, target: Tensor) -> Tensor:
    return (found - target).square().sum(1) / (target.square().sum(1) + EPSILON)

"""What neural style transfer minimises, as pure functions of activations and pixels.

The losses of features come in three normalisations. *Printed* is what the papers print: sums.
*Released* is what the authors' published code does: means, and a style layer's weight divided by
N². They differ by factors that depend on the picture's size and on the layer, so α/β means
something else in each: at 256² and the printed α/β = 10⁻³ the content outweighs the style a
thousandfold, and the picture hardly changes. *Relative* divides each loss by what it would be of
activations that are all 0: it is 0 for the target itself, about 1 for an unrelated picture, whatever
the layer, the size and the style. As released, one layer's loss is often a hundred times another's and
that of one style a thousand times another's (Cheng et al. 2021, arXiv:2104.05623).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, cast

import torch
import torch.nn.functional as F
from torch import Tensor

from velatura.imaging.colour import LUMA
from velatura.perception.gram import gram

_LEAST = 1e-12
"""What is relative to less is relative to this."""

FAINT = 0.02
"""The Laplacian of faint contours, as a root mean square; a step from black to white is 1."""

Normalisation = Literal["relative", "released", "printed"]


def content_loss(
    features: Tensor, target: Tensor, normalisation: Normalisation, whole: Tensor | None = None
) -> Tensor:
    """How far ``features`` F are from the content's P, both (1, N, h, w); a scalar.

    Printed: ½ Σ (F − P)² (Gatys 2016, eq. 1). Released: the mean of (F − P)². Relative: Σ (F − P)² / Σ P².
    Where ``target`` is a part of the ``whole`` content's activations, it is this part of the whole's loss.

    The gradient with respect to F is the plain F − P. What the papers print (2016, eq. 2), 0 where
    F < 0, is the gradient with respect to the activation before its ReLU.
    """
    whole = target if whole is None else whole
    squares = F.mse_loss(features, target, reduction="sum")
    if normalisation == "printed":
        return squares / 2
    if normalisation == "relative":
        return squares / whole.square().sum().clamp_min(_LEAST)
    return squares / whole.numel()


def style_loss(found: Tensor, target: Tensor, normalisation: Normalisation) -> Tensor:
    """How far one layer's Gram matrix G is from the style's A; a scalar.

    Both are (N, N) means over positions, as :func:`~velatura.perception.gram.gram` gives them.
    Printed: 1/(4 N² M²) Σ (M·G − M·A)² (Gatys 2016, eq. 4), M positions in either picture: M
    cancels, so that, unlike the printed content loss, it does not grow with the picture. Released:
    the mean of (G − A)², divided by N². Relative: Σ (G − A)² / Σ A².
    """
    channels = len(found)
    if normalisation == "relative":
        return (found - target).square().sum() / target.square().sum().clamp_min(_LEAST)
    if normalisation == "printed":
        return (found - target).square().sum() / (4 * channels**2)
    return F.mse_loss(found, target) / channels**2


def laplacian(picture: Tensor, pool: int) -> Tensor:
    """The Laplacian of the luminance of ``picture`` (n, 3, h, w): where it has contours, and how strong they are.

    Means over ``pool`` × ``pool`` pixels are taken first, so that finer detail does not count; (n, 1, ⌈h / pool⌉,
    ⌈w / pool⌉). Li et al. 2017, section 4, where channels are summed: luminance leaves hues to others.
    """
    means = F.avg_pool2d(luminance(picture), pool, ceil_mode=True)
    kernel = picture.new_tensor([[0.0, -1.0, 0.0], [-1.0, 4.0, -1.0], [0.0, -1.0, 0.0]])
    return F.conv2d(F.pad(means, (1, 1, 1, 1), mode="replicate"), kernel[None, None])


def laplacian_loss(
    picture: Tensor, content: Tensor, pools: Sequence[int], normalisation: Normalisation
) -> Tensor:
    """How far the contours of ``picture`` are from those of ``content``, both (1, 3, h, w); a scalar.

    The sum over ``pools``. Printed: Σ (D(x) − D(c))², D the Laplacian (Li et al. 2017, arXiv:1707.01253,
    section 4). Released: its mean. Relative: Σ (D(x) − D(c))² / Σ D(c)². A content with hardly any
    contours counts as one with faint ones, so that a style may put its own there.
    """
    loss = picture.new_zeros(())
    for pool in pools:
        target = laplacian(content, pool)
        squares = F.mse_loss(laplacian(picture, pool), target, reduction="sum")
        if normalisation == "relative":
            squares = squares / target.square().sum().clamp_min(FAINT**2 * target.numel())
        elif normalisation == "released":
            squares = squares / target.numel()
        loss = loss + squares
    return loss


def total_variation(picture: Tensor) -> Tensor:
    """Mean squared difference of neighbouring pixels of ``picture`` (1, 3, h, w); a scalar.

    Mahendran & Vedaldi 2015, β = 2, as a mean, so that it does not grow with the picture. A
    picture of one pixel has none.
    """
    across = (picture[..., :, 1:] - picture[..., :, :-1]).square().sum()
    down = (picture[..., 1:, :] - picture[..., :-1, :]).square().sum()
    return (across + down) / picture.numel()


def out_of_range(picture: Tensor) -> Tensor:
    """Mean squared distance of ``picture``'s values from 0..1: what clipping it would take away."""
    return (picture - picture.detach().clamp(0, 1)).square().mean()


def colour_moments(picture: Tensor, weights: Tensor | None = None) -> Tensor:
    """First and second moments of RGB, (4, 4): the Gram matrix of (r, g, b, 1).

    ``picture`` is (1, 3, h, w), ``weights`` (1, 1, h, w). Two pictures with the same have the same
    mean colour and the same covariance of colours, wherever these lie.
    """
    return gram(torch.cat([picture, torch.ones_like(picture[:, :1])], dim=1), weights)


def luminance(picture: Tensor) -> Tensor:
    """How bright each pixel of ``picture`` (n, 3, h, w) looks, (n, 1, h, w)."""
    return (picture * picture.new_tensor(LUMA).view(1, 3, 1, 1)).sum(1, keepdim=True)


class _EvenGradient(torch.autograd.Function):
    @staticmethod
    def forward(context: Any, features: Tensor, size: float) -> Tensor:
        context.size = size
        return features.view_as(features)

    @staticmethod
    def backward(context: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        gradient = gradients[0]
        return gradient * (context.size / gradient.abs().sum().clamp_min(1e-12)), None


def even_gradient(features: Tensor, size: float) -> Tensor:
    """``features`` as they are; the gradient that comes back through them is scaled to ``size``.

    The size is the L1 norm. A layer whose loss is small then pulls as hard as one whose loss is
    large. What is followed is no gradient of any function any more.
    """
    return cast(Tensor, _EvenGradient.apply(features, size))

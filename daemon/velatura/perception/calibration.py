"""Filters scaled so that each is as active as any other: one α/β then means the same with any weights.

Gatys et al. 2016 scaled VGG's filters until each had a mean activation of 1 over natural pictures;
ReLU and pooling let a positive factor through, so the network computes the same otherwise. Style
losses grow with the fourth power of the scale, content losses with its square: settings made for
one scale fail at another.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter
from torch import Tensor

from velatura.perception.vgg import BLOCKS, MEAN, STD, Convolution

SIDE = 224
COUNT = 6
LEAVES = 120
GRAIN = 0.02

FAINTEST = 0.8
"""A filter that is less active than this part of its layer's :func:`level` is scaled as if it were
that active. What the calibration set hardly excites may well be active on photos, and would be
blown up; with this the losses of photos come out within a factor of five of Gatys' own.
"""

NORMALISED = frozenset({"2644c9e4470500c89e2aa7ba6af1610486dd622476fe9005b5a170121388d700"})
"""SHA-256 of files whose filters have a mean activation of 1 over ImageNet: Gatys' own."""

ACTIVITY = (0.790, 0.735, 0.773, 0.806, 0.820, 0.845, 0.868, 0.761, 0.741)
"""How active Gatys' filters are on :func:`calibration_set`: :func:`level` of conv1_1 … conv4_1. On
photos all are near 1. Deeper layers, of which his weights are not published, take the last.
"""


def normalised(convolutions: Sequence[Convolution]) -> list[Convolution]:
    """The same network with filters scaled to the activity that Gatys' have on :func:`calibration_set`."""
    scaled: list[Convolution] = []
    before: Tensor | None = None
    for number, ((weight, bias), mean) in enumerate(
        zip(convolutions, mean_activations(convolutions), strict=True)
    ):
        typical = ACTIVITY[min(number, len(ACTIVITY) - 1)]
        factor = typical / mean.clamp_min(FAINTEST * level(mean))
        inverse = 1.0 if before is None else (1 / before).view(1, -1, 1, 1)
        scaled.append((weight * factor.view(-1, 1, 1, 1) * inverse, bias * factor))
        before = factor
    return scaled


def level(mean: Tensor) -> float:
    """How active a layer is whose filters have the mean activations ``mean`` (n,): their geometric
    mean, where one that is all but dead counts a tenth of the arithmetic.
    """
    return float(mean.clamp_min(max(0.1 * float(mean.mean()), 1e-12)).log().mean().exp())


def mean_activations(
    convolutions: Sequence[Convolution], pictures: Tensor | None = None
) -> list[Tensor]:
    """Each filter's mean after its ReLU over ``pictures`` (n, 3, h, w) sRGB 0..1: one (out,) tensor a convolution."""
    x = calibration_set() if pictures is None else pictures
    x = (x - x.new_tensor(MEAN).view(1, 3, 1, 1)) / x.new_tensor(STD).view(1, 3, 1, 1)
    ends = {sum(BLOCKS[: block + 1]) for block in range(len(BLOCKS))}
    means: list[Tensor] = []
    with torch.no_grad():
        for number, (weight, bias) in enumerate(convolutions, 1):
            x = F.relu_(F.conv2d(x, weight, bias, padding=1))
            means.append(x.mean((0, 2, 3)))
            if number in ends:
                x = F.max_pool2d(x, 2)
    return means


@cache
def calibration_set() -> Tensor:
    """Pictures made by rule whose statistics resemble those of photos: (COUNT, 3, SIDE, SIDE) sRGB 0..1.

    Dead leaves: things of all sizes in front of each other, radii by a power law (Lee, Mumford & Huang 2001), shaded,
    grained, some of them out of focus.
    """
    return torch.stack([_dead_leaves(seed) for seed in range(COUNT)])


def _dead_leaves(seed: int) -> Tensor:
    dice = np.random.default_rng(seed)
    mood = dice.uniform(0.35, 0.65, 3)
    picture = Image.new("RGB", (SIDE, SIDE), _colour(dice, mood))
    draw = ImageDraw.Draw(picture)
    for radius in sorted(_radii(dice, LEAVES), reverse=True):
        x, y = dice.uniform(0, SIDE, 2)
        angles = np.sort(dice.uniform(0, 2 * np.pi, dice.integers(3, 7)))
        if dice.random() < 0.5:
            angles = np.linspace(0, 2 * np.pi, 24)
        corners = [(x + radius * np.cos(a), y + 0.7 * radius * np.sin(a)) for a in angles]
        draw.polygon(corners, fill=_colour(dice, mood))
    picture = picture.filter(ImageFilter.GaussianBlur(dice.uniform(0.5, 1.5)))
    floats = np.asarray(picture, np.float32) / 255
    floats = floats * _shade(dice) + dice.normal(0, GRAIN, floats.shape)
    return torch.from_numpy(np.clip(floats, 0, 1).astype(np.float32)).permute(2, 0, 1)


def _radii(dice: np.random.Generator, count: int) -> NDArray[np.float64]:
    """Radii in pixels with a density of r⁻³ between 4 and 120."""
    low, high = 4.0**-2, 120.0**-2
    radii: NDArray[np.float64] = (low - dice.random(count) * (low - high)) ** -0.5
    return radii


def _colour(dice: np.random.Generator, mood: NDArray[np.float64]) -> tuple[int, int, int]:
    tint = np.clip(mood * dice.uniform(0.2, 1.6) + dice.normal(0, 0.06, 3), 0, 1)
    red, green, blue = (int(value) for value in tint * 255)
    return red, green, blue


def _shade(dice: np.random.Generator) -> NDArray[np.float64]:
    slope = dice.uniform(-0.3, 0.3, 2)
    ramp = np.linspace(-1, 1, SIDE)
    shade: NDArray[np.float64] = 1 + slope[0] * ramp[:, None, None] + slope[1] * ramp[None, :, None]
    return shade

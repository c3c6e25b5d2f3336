"""Styles that no folder of paintings holds: parts of paintings treated until they are something else.

A thousand paintings are few, and most show people and landscapes: an encoder that saw nothing but them knows little of
line drawings, flat shapes, patterns and prints. What is drawn at random, beyond what will ever be seen, teaches it what
styles have in common (domain randomisation: Tobin et al. 2017, arXiv:1703.06907; style augmentation: Jackson et al.
2018, arXiv:1809.05375). What that brought is in docs/explanation/training.md.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor
from torchvision.transforms.v2.functional import gaussian_blur, rgb_to_grayscale

Dice = np.random.Generator


def vary(pictures: Tensor, share: float, dice: Dice) -> Tensor:
    """``pictures`` (n, 3, side, side) sRGB 0..1, about ``share`` of them treated in one of the ways of this module, and
    turned by right angles, half of these in other colours, too; the rest as they are.
    """
    return torch.stack(
        [_treated(each[None], dice)[0] if dice.random() < share else each for each in pictures]
    )


def _treated(x: Tensor, dice: Dice) -> Tensor:
    treatment = TREATMENTS[int(dice.integers(len(TREATMENTS)))]
    x = torch.rot90(treatment(x, dice), int(dice.integers(4)), (2, 3))
    if dice.random() < 0.5:
        x = recoloured(x, dice)
    return x.clamp(0, 1)


def recoloured(x: Tensor, dice: Dice) -> Tensor:
    """In other colours: channels exchanged, some of them negative, and darker or lighter."""
    x = x[:, dice.permutation(3).tolist()]
    negative = x.new_tensor(dice.integers(2, size=3)).view(1, 3, 1, 1)
    x = negative + (1 - 2 * negative) * x
    return x.clamp(0, 1) ** _between(dice, 0.6, 1.6)


def celled(x: Tensor, dice: Dice) -> Tensor:
    """Flat cells, or strokes where those are drawn out, with or without lines between them: a Voronoi diagram whose
    distances are longer across each seed's direction than along it.
    """
    side = x.shape[-1]
    count = round(_between(dice, 12, 250))
    stretch, spread = _between(dice, 1, 8), float(dice.choice([0.1, 0.5, 2.0]))
    metric = METRICS[int(dice.integers(len(METRICS)))]
    seeds = x.new_tensor(dice.uniform(0, side, (count, 2)))
    angles = x.new_tensor(dice.uniform(0, math.pi) + spread * dice.standard_normal(count))
    line = torch.arange(side, device=x.device, dtype=x.dtype) + 0.5
    across, down = (
        offsets[:, None] - place for offsets, place in zip((line, line), seeds.T, strict=True)
    )
    first = across[None] * angles.cos() + down[:, None] * angles.sin()
    second = down[:, None] * angles.cos() - across[None] * angles.sin()
    distances = metric(first.abs_(), second.abs_().mul_(stretch))
    nearest, which = distances.topk(2, dim=2, largest=False)
    columns, rows = seeds.long().clamp(0, side - 1).T
    flat = x[:, :, rows, columns][:, :, which[..., 0]]
    if dice.random() < 0.4:
        flat = torch.lerp(flat, x, 0.3)
    if dice.random() < 0.4:
        between = torch.sigmoid(_between(dice, 1, 6) - (nearest[..., 1] - nearest[..., 0]))
        flat = torch.lerp(flat, _colour(x, dice).expand_as(flat), between)
    return flat


def posterised(x: Tensor, dice: Dice) -> Tensor:
    """Few flat tones in each channel, with smooth borders."""
    levels = int(dice.integers(2, 6))
    smooth = _blurred(x, _between(dice, 0.7, 5))
    return (smooth * levels).floor().clamp(0, levels - 1) / (levels - 1)


def pencilled(x: Tensor, dice: Dice) -> Tensor:
    """Soft lines and shades on paper: what a dodged negative leaves of a photo."""
    grey = rgb_to_grayscale(x)
    dodged = ((grey + 0.05) / (_blurred(grey, _between(dice, 1.5, 8)) + 0.05)).clamp(0, 1)
    return _on_paper(1 - dodged ** _between(dice, 1, 6), x, dice)


def inked(x: Tensor, dice: Dice) -> Tensor:
    """Contours, on paper or on flat tones: differences of Gaussians (Winnemöller et al. 2012)."""
    grey, width = rgb_to_grayscale(x), _between(dice, 0.7, 4)
    edges = _blurred(grey, 1.6 * width) - _blurred(grey, width)
    deviation = edges.std()
    lines = torch.sigmoid((edges - deviation * _between(dice, 0.5, 1.5)) / (0.2 * deviation + 1e-3))
    if dice.random() < 0.5:
        return _on_paper(lines, x, dice)
    return torch.lerp(posterised(x, dice), _colour(x, dice).expand_as(x), lines)


def screened(x: Tensor, dice: Dice) -> Tensor:
    """Printed through a screen of lines or of dots: what is darker than the screen gets ink."""
    side, period = x.shape[-1], _between(dice, 4, 24)
    angle = dice.uniform(0, math.pi)
    line = torch.arange(side, device=x.device, dtype=x.dtype) * (2 * math.pi / period)
    first = line[None] * math.cos(angle) + line[:, None] * math.sin(angle)
    screen = first.sin()
    if dice.random() < 0.5:
        screen = (
            screen + (line[:, None] * math.cos(angle) - line[None] * math.sin(angle)).sin()
        ) / 2
    if dice.random() < 0.5:
        return torch.sigmoid((x - 0.5 - 0.4 * screen) * _between(dice, 4, 30))
    grey = rgb_to_grayscale(x)
    return _on_paper(torch.sigmoid((0.5 + 0.4 * screen - grey) * _between(dice, 4, 30)), x, dice)


def mirrored(x: Tensor, dice: Dice) -> Tensor:
    """A pattern: one small part, mirrored at its borders over and over."""
    side = x.shape[-1]
    tile = _part(x, round(side / _between(dice, 2, 8)), dice)
    tile = torch.cat([tile, tile.flip(3)], 3)
    tile = torch.cat([tile, tile.flip(2)], 2)
    times = -(-side // tile.shape[-1])
    return tile.repeat(1, 1, times, times)[..., :side, :side]


def marbled(x: Tensor, dice: Dice) -> Tensor:
    """Drawn along a smooth random field, as paint on water."""
    side = x.shape[-1]
    coarse = round(_between(dice, 3, 16))
    field = _field(x, coarse, 2, dice)
    grid = F.affine_grid(
        x.new_tensor([[[1, 0, 0], [0, 1, 0]]]), [1, 1, side, side], align_corners=False
    )
    moved = grid + _between(dice, 0.3, 1.5) / coarse * field.permute(0, 2, 3, 1)
    return F.grid_sample(x, moved, mode="bilinear", padding_mode="reflection", align_corners=False)


def spared(x: Tensor, dice: Dice) -> Tensor:
    """Spots of the picture on empty paper."""
    field = _field(x, round(_between(dice, 3, 24)), 1, dice)
    shown = torch.sigmoid((field - dice.uniform(0, 1.2)) * _between(dice, 4, 40))
    return torch.lerp(_colour(x, dice).expand_as(x), x, shown)


def enlarged(x: Tensor, dice: Dice) -> Tensor:
    """A small part, larger and sharpened: wide strokes."""
    side = x.shape[-1]
    part = _part(x, round(side / _between(dice, 1.5, 4)), dice)
    larger = F.interpolate(part, size=(side, side), mode="bicubic").clamp(0, 1)
    return larger + _between(dice, 0.5, 4) * (larger - _blurred(larger, _between(dice, 1, 4)))


Treatment = Callable[[Tensor, Dice], Tensor]

METRICS: tuple[Callable[[Tensor, Tensor], Tensor], ...] = (torch.add, torch.hypot, torch.maximum)
"""Distances from two offsets: cells are diamonds, round, or rectangles."""

TREATMENTS: tuple[Treatment, ...] = (
    recoloured, celled, celled, posterised, pencilled, inked, screened, mirrored, marbled, spared, enlarged,
)  # fmt: skip
"""Cells come twice: they are mosaics, shards and strokes."""


def _on_paper(ink: Tensor, x: Tensor, dice: Dice) -> Tensor:
    """``ink`` (1, 1, side, side) 0..1 of one colour on paper of another: dark on light or, at times, the reverse."""
    dark, light = _colour(x, dice) * 0.4, 1 - 0.3 * (1 - _colour(x, dice))
    if dice.random() < 0.2:
        dark, light = light, dark
    return torch.lerp(light.expand_as(x), dark.expand_as(x), ink)


def _colour(x: Tensor, dice: Dice) -> Tensor:
    """Black, white, or a colour of the picture, (1, 3, 1, 1)."""
    kind = dice.integers(4)
    if kind < 2:
        return x.new_full((1, 3, 1, 1), float(kind))
    row, column = (int(dice.integers(0, x.shape[-1])) for _ in range(2))
    return x[:, :, row, column][:, :, None, None]


def _part(x: Tensor, side: int, dice: Dice) -> Tensor:
    """A square of ``side`` pixels anywhere in ``x``."""
    top, left = (int(dice.integers(0, x.shape[-1] - side + 1)) for _ in range(2))
    return x[..., top : top + side, left : left + side]


def _field(x: Tensor, coarse: int, planes: int, dice: Dice) -> Tensor:
    """Smooth noise as large as ``x``, (1, planes, side, side): normal at ``coarse`` places along each side."""
    field = x.new_tensor(dice.standard_normal((1, planes, coarse, coarse)))
    return F.interpolate(field, size=x.shape[-2:], mode="bicubic", align_corners=True)


def _blurred(x: Tensor, sigma: float) -> Tensor:
    # A picture is mirrored at its edges as far as the blur reaches, which must be less than its side.
    sigma = min(sigma, x.shape[-1] / 8)
    blurred: Tensor = gaussian_blur(x, [2 * math.ceil(2.5 * sigma) + 1] * 2, [sigma] * 2)
    return blurred


def _between(dice: Dice, least: float, most: float) -> float:
    """Between the two; its logarithm is evenly distributed."""
    return float(np.exp(dice.uniform(math.log(least), math.log(most))))

"""Parts of photos with what VGG-19 says that they show: cut and looked at once, painted over several times."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from velatura.contract.run import Run
from velatura.networks.palette import Palette
from velatura.perception.relative_losses import CONTENT, normalised
from velatura.perception.statistics import are_plain
from velatura.perception.vgg import VGG19
from velatura.training.pictures import Pack, random_crop
from velatura.training.style_cache import BATCH, Order, Plan

REDRAWN = 8
"""How often plain parts are exchanged for others: where all photos are plain, so is the cache."""


@dataclass(frozen=True)
class ContentCache:
    """``pictures`` (n, 3, side, side) sRGB 0..1, the numbers of their ``palettes``, (n, 12), and ``shows``, their
    normalised activations of the content layer, (n, positions, channels) in half precision; ``order`` of visits.
    """

    number: int
    pictures: Tensor
    palettes: Tensor
    shows: Tensor
    order: Order


def fill(pack: Pack, plan: Plan, number: int, vgg: VGG19, run: Run) -> ContentCache:
    """ContentCache ``number`` of the photos in ``pack``, on ``run.device``: chosen by ``plan.seed`` and ``number``."""
    dice = np.random.default_rng([plan.seed, number, 1])
    pictures = _cut(pack, plan, plan.count, dice)
    for _ in range(REDRAWN):
        # Normalised layers divide by what little there is in them: the gradient of a few such parts would drown those
        # of all others, or be infinite.
        plain = are_plain(pictures)
        if not plain.any():
            break
        pictures[plain] = _cut(pack, plan, int(plain.sum()), dice)
    pictures = pictures.to(run.device)
    shows: list[Tensor] = []
    palettes: list[Tensor] = []
    with torch.no_grad():
        for part in torch.split(pictures, BATCH):
            palettes.append(Palette.of(part).numbers)
            shows.append(normalised(vgg(part, (CONTENT,))[CONTENT]).half())
            run.step(len(shows) * BATCH, len(pictures), phase="look at photos")
    return ContentCache(
        number,
        pictures,
        torch.cat(palettes),
        torch.cat(shows),
        plan.order(dice, run.device),
    )


def _cut(pack: Pack, plan: Plan, count: int, dice: np.random.Generator) -> Tensor:
    chosen = dice.integers(0, len(pack), count)
    crops = [random_crop(dice, pack.shapes, int(index), plan.cuts) for index in chosen]
    return pack.cut(crops, plan.side)

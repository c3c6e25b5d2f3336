"""Parts of paintings with what VGG-19 sees of them: hung once, used for many samples, then exchanged.

Looking costs as much as a third of a training sample, so it is not done again for each. Which parts hang, and in
which order they are visited, depends on the seed and the cache's number alone: a resumed run draws the same.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from velatura.contract.run import Run
from velatura.networks.palette import Palette
from velatura.perception.relative_losses import (
    LAYERS,
    SLICED,
    Look,
    deviations,
    look,
    random_directions,
)
from velatura.perception.vgg import VGG19
from velatura.training.augmentation import vary
from velatura.training.pictures import Pack, random_crop

BATCH = 16
"""Pictures that VGG-19 looks at in one go."""


@dataclass(frozen=True)
class Plan:
    """How a style cache or a content cache is made: ``count`` parts of ``side`` pixels, cut from ``closest`` to
    ``farthest`` times as many pixels of a picture, each visited ``uses`` times; ``variety``, 0..1, is the share of
    styles that are treated (:mod:`~velatura.training.augmentation`); ``directions`` for slices; ``seed``.
    """

    count: int
    side: int
    closest: float
    farthest: float
    variety: float
    uses: int
    directions: int
    seed: int

    @property
    def visits(self) -> int:
        """Visits until the pictures are exchanged."""
        return self.count * self.uses

    @property
    def cuts(self) -> tuple[float, float]:
        """Least and largest side of what is cut, pixels."""
        return self.closest * self.side, self.farthest * self.side

    def order(self, dice: np.random.Generator, device: torch.device) -> Order:
        """An order in which each picture comes ``uses`` times, on ``device``."""
        places = dice.permutation(np.repeat(np.arange(self.count), self.uses))
        return Order(torch.from_numpy(places).to(device))


@dataclass(frozen=True)
class Order:
    """In which order pictures are visited: their ``places``, (visits,) integers, over and over.

    They lie where training computes: a GPU that had to be told of each would be waited for in every step.
    """

    places: Tensor

    def visited(self, visit: int, count: int) -> Tensor:
        """The pictures of ``count`` visits from ``visit`` on, (count,)."""
        visits = torch.arange(visit, visit + count, device=self.places.device)
        return self.places[visits % len(self.places)]


@dataclass(frozen=True)
class StyleCache:
    """``pictures`` (n, 3, side, side) sRGB 0..1, the numbers of their ``palettes``, (n, 12), and ``looks``, their
    statistics, in half precision; ``order`` of visits; ``directions`` of slices.
    """

    number: int
    pictures: Tensor
    palettes: Tensor
    looks: Look
    directions: dict[str, Tensor]
    order: Order


def summary(seen: Look) -> Tensor:
    """What there is to know of some pictures' styles in brief, (n, 2 · 960): roots of means and of deviations of all
    layers' filters.
    """
    parts = [
        part
        for name in LAYERS
        for part in (seen.means[name].clamp_min(0).sqrt(), deviations(seen, name).sqrt())
    ]
    return torch.cat(parts, 1)


def hang(pack: Pack, plan: Plan, number: int, vgg: VGG19, run: Run) -> StyleCache:
    """StyleCache ``number`` of the paintings in ``pack``, on ``run.device``.

    With more paintings than ``plan.count`` every one has its turn about equally often.
    """
    dice = np.random.default_rng([plan.seed, number])
    chosen = np.concatenate(
        [dice.permutation(len(pack)) for _ in range(-(-plan.count // len(pack)))]
    )[: plan.count]
    crops = [random_crop(dice, pack.shapes, int(index), plan.cuts) for index in chosen]
    generator = torch.Generator().manual_seed(int(dice.integers(2**62)))
    channels = {name: _channels(vgg, name) for name in SLICED}
    directions = {
        name: drawn.to(run.device)
        for name, drawn in random_directions(channels, plan.directions, generator).items()
    }
    pictures = vary(pack.cut(crops, plan.side).to(run.device), plan.variety, dice)
    looks: list[Look] = []
    palettes: list[Tensor] = []
    with torch.no_grad():
        for start in range(0, len(pictures), BATCH):
            part = pictures[start : start + BATCH]
            palettes.append(Palette.of(part).numbers)
            looks.append(_halved(look(vgg(part, LAYERS), directions, run.dtype)))
            run.step(start + len(part), len(pictures), phase="look at paintings")
    return StyleCache(
        number,
        pictures,
        torch.cat(palettes),
        _joined(looks),
        directions,
        plan.order(dice, run.device),
    )


def _channels(vgg: VGG19, layer: str) -> int:
    """Channels of a layer: those of the last convolution before it."""
    before = [name for name in vgg.layers[: vgg.layers.index(layer)] if name.startswith("conv")]
    return len(vgg.biases[len(before) - 1])


def _halved(seen: Look) -> Look:
    return Look(
        {name: each.half() for name, each in seen.grams.items()},
        seen.means,
        {name: each.half() for name, each in seen.slices.items()},
    )


def _joined(looks: list[Look]) -> Look:
    return Look(
        {name: torch.cat([each.grams[name] for each in looks]) for name in looks[0].grams},
        {name: torch.cat([each.means[name] for each in looks]) for name in looks[0].means},
        {name: torch.cat([each.slices[name] for each in looks]) for name in looks[0].slices},
    )

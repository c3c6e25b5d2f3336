"""A style's code made better for that style: it alone is optimised, through the painter, for what VGG-19 sees.

An encoder learns to give good codes on average; for one style there are better ones near by (the amortisation gap,
Cremer et al. 2018, arXiv:1801.03558), and a few dozen steps from the encoder's find them (Kim et al. 2018,
arXiv:1802.02550). The painter stays as it is, so that a polished code is used like any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from velatura.engines import eyes, glaze
from velatura.engines.run import Run
from velatura.engines.scene import Style
from velatura.engines.tensors import picture_tensor
from velatura.imaging.raster import Raster
from velatura.networks.glaze import LEARNT, Painter
from velatura.networks.glaze_encoder import LARGEST
from velatura.perception.vgg import VGG19
from velatura.training.objective import (
    CONTENT,
    EYES,
    LAYERS,
    Look,
    content_distance,
    gram_distances,
    look,
    normalised,
    shaped,
)

STEPS = 48

RATE = 0.05
"""Adam's at first; it falls evenly to 0."""

SHORT = 512
"""Short side of photos in pixels: what codes are to be good at."""

SIDE = 192
"""A step paints a part of this many pixels a side."""

PARTS = 6
"""Parts that take turns, evenly spread over the photos: a code shall not suit one patch alone."""

WEIGHTS = {"relu1_1": 1.0, "relu2_1": 1.0, "relu3_1": 2.0, "relu4_1": 2.0}

FLOOR = 1e-4
"""Relative squared distance below which nothing is gained."""

KEEPING = 30.0
"""Weight of the content. At a half of it strokes come at the cost of what a photo shows; with this, both gain."""


@dataclass(frozen=True)
class Part:
    """A part of a photo, (1, 3, side, side), and what it shows."""

    picture: Tensor
    shows: Tensor


def polish(style: Style, size: int, photos: Sequence[Raster], run: Run) -> Tensor:
    """The code of ``style``, looked at with a short side of ``size`` pixels, (1, CODE), at its best on ``photos``.

    Reports ``STEPS`` steps of the phase ``polish``. Raises :class:`WeightsMissing` without VGG-19, and
    :class:`BadPicture` when there is nothing to see of the style.
    """
    code = glaze.encode(style, size, run)
    painter, network = glaze.load("glaze", run), eyes.load(EYES, "max", run)
    grams = eyes.styles_seen([(style, size)], network, eyes.Look(LAYERS), run).grams
    wanted = Look({name: each[None].float() for name, each in grams.items()}, {}, {})
    parts = _parts(photos, network.vgg, run)
    with torch.enable_grad():
        return _descended(code, painter, network.vgg, wanted, parts, run)


def _descended(
    code: Tensor, painter: Painter, vgg: VGG19, wanted: Look, parts: Sequence[Part], run: Run
) -> Tensor:
    learnt, palette = code[:, :LEARNT], code[:, LEARNT:]
    found = learnt.clone().requires_grad_()
    optimiser = torch.optim.Adam([found], lr=RATE)
    slowing = torch.optim.lr_scheduler.LinearLR(optimiser, 1.0, 1 / STEPS, STEPS)
    for step in range(STEPS):
        part = parts[step % len(parts)]
        loss = distance(painter(part.picture, torch.cat([found, palette], 1)), vgg, wanted, part)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        slowing.step()
        with torch.no_grad():
            found.clamp_(-LARGEST, LARGEST)
        run.step(step + 1, STEPS, phase="polish")
    return torch.cat([found.detach(), palette], 1)


def distance(painted: Tensor, vgg: VGG19, wanted: Look, part: Part) -> Tensor:
    """What is minimised, a scalar: how far ``painted`` (1, 3, h, w) is from a style's Gram matrices and from what
    ``part`` shows.
    """
    seen = vgg(painted, LAYERS)
    distances = gram_distances(look(seen, {}), wanted)
    style = torch.stack(
        [WEIGHTS[name] * shaped(each, "log", FLOOR).mean() for name, each in distances.items()]
    )
    content = content_distance(normalised(seen[CONTENT]), part.shows).mean()
    return style.sum() + KEEPING * content


def _parts(photos: Sequence[Raster], vgg: VGG19, run: Run) -> list[Part]:
    """``PARTS`` parts, or one of each photo where those are more."""
    tensors = [picture_tensor(photo, run, short=SHORT) for photo in photos]
    each = -(-PARTS // len(tensors))
    parts: list[Part] = []
    with torch.no_grad():
        for tensor in tensors:
            for number in range(each):
                picture = _square(tensor, (number + 0.5) / each)
                parts.append(Part(picture, normalised(vgg(picture, (CONTENT,))[CONTENT])))
    return parts


def _square(tensor: Tensor, where: float) -> Tensor:
    """A part of at most ``SIDE`` pixels a side, at ``where`` 0..1 along the picture's falling diagonal."""
    height, width = tensor.shape[-2:]
    top, left = (round(where * max(0, length - SIDE)) for length in (height, width))
    return tensor[..., top : top + SIDE, left : left + SIDE]

"""A style's code made better for that style: it alone is optimised, through the painter, for what VGG-19 sees.

An encoder learns to give good codes on average; for one style there are better ones near by (the amortisation gap,
Cremer et al. 2018, arXiv:1801.03558), and a few steps from the encoder's find them (Kim et al. 2018,
arXiv:1802.02550). The painter stays as it is, so that a polished code is used like any other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from velatura.contract.run import Run
from velatura.contract.scene import Style
from velatura.networks.glaze import LEARNT, Painter
from velatura.networks.glaze_encoder import LARGEST
from velatura.perception.relative_losses import (
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
from velatura.perception.statistics import are_plain
from velatura.perception.vgg import VGG19
from velatura.pipeline import vgg_features

STEPS = 48
"""For a code that is kept, and not polished for one picture."""

RATE = 0.4
"""Adam's at first, divided by √steps; it falls evenly to 0. Fewer steps are longer, and go about as far."""

SIDE = 192
"""A step paints a part of this many pixels a side."""

PARTS = 6
"""Parts that take turns: a code shall not suit one patch alone."""

PLACES = 24
"""Where parts are looked for."""

WEIGHTS = {"relu1_1": 1.0, "relu2_1": 1.0, "relu3_1": 2.0, "relu4_1": 2.0}

FLOOR = 1e-4
"""Relative squared distance below which nothing is gained."""

KEEPING = 44.0
"""Weight of the content. At a third of it strokes come at the cost of what a photo shows; with this, both gain."""

_APART = (0.7549, 0.5698)
"""From one place to the next, down and across, going round: however many there are, they are spread evenly. Powers of
the plastic number, as for one dimension the golden ratio.
"""


@dataclass(frozen=True)
class Part:
    """A part of a picture, (1, 3, h, w), and what it shows."""

    picture: Tensor
    shows: Tensor


def polish(
    code: Tensor,
    styles: Iterable[tuple[Style, int]],
    pictures: Sequence[Tensor],
    painter: Painter,
    steps: int,
    run: Run,
) -> Tensor:
    """``code``, (1, CODE), at its best for ``styles``, each with the short side that it is looked at with, on parts of
    ``pictures``.

    ``pictures`` are what :func:`parts` chose, (1, 3, h, w) sRGB 0..1. Reports ``steps`` steps of the phase ``polish``.
    Raises :class:`WeightsMissing` without VGG-19, and :class:`BadPicture` when there is nothing to see of a style.
    """
    network = vgg_features.load(EYES, "max", run)
    grams = vgg_features.styles_seen(styles, network, vgg_features.Look(LAYERS), run).grams
    wanted = Look({name: each[None].float() for name, each in grams.items()}, {}, {})
    with torch.no_grad():
        practice = [
            Part(each, normalised(network.vgg(each, (CONTENT,))[CONTENT])) for each in pictures
        ]
    with torch.enable_grad():
        return _descended(code, painter, network.vgg, wanted, practice, steps, run)


def _descended(
    code: Tensor,
    painter: Painter,
    vgg: VGG19,
    wanted: Look,
    practice: Sequence[Part],
    steps: int,
    run: Run,
) -> Tensor:
    learnt, palette = code[:, :LEARNT], code[:, LEARNT:]
    found = learnt.clone().requires_grad_()
    optimiser = torch.optim.Adam([found], lr=RATE * steps**-0.5)
    slowing = torch.optim.lr_scheduler.LinearLR(optimiser, 1.0, 1 / steps, steps)
    for step in range(steps):
        part = practice[step % len(practice)]
        loss = distance(painter(part.picture, torch.cat([found, palette], 1)), vgg, wanted, part)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        slowing.step()
        with torch.no_grad():
            found.clamp_(-LARGEST, LARGEST)
        run.step(step + 1, steps, phase="polish")
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


def parts(pictures: Sequence[Tensor], counts: Sequence[Tensor | None]) -> list[Tensor]:
    """``PARTS`` parts of ``pictures``, each (1, 3, h, w) sRGB 0..1, of at most ``SIDE`` pixels a side: those that show
    something, and of which the most counts.

    ``counts`` (1, 1, h, w) ≥ 0 say how much each pixel of a picture counts, None where all do.
    """
    found: list[tuple[float, Tensor]] = []
    for place in range(PLACES):
        # Once through all pictures in as many steps as parts are wanted, then again, beginning with the next.
        which = (place * len(pictures) // PARTS + place // PARTS) % len(pictures)
        down, across = ((0.5 + place * apart) % 1 for apart in _APART)
        part = _cut(pictures[which], down, across)
        count = counts[which]
        counting = 1.0 if count is None else float(_cut(count, down, across).mean())
        found.append((0.0 if are_plain(part) else counting, part))
    best = sorted(found, key=lambda each: each[0], reverse=True)[:PARTS]
    return [part for _, part in best]


def _cut(planes: Tensor, down: float, across: float) -> Tensor:
    top, left = (
        round(where * max(0, length - SIDE))
        for where, length in zip((down, across), planes.shape[-2:], strict=True)
    )
    return planes[..., top : top + SIDE, left : left + SIDE]

"""The optimisation: a picture whose hyper-columns come to point where those of chosen places do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import cos, pi

import torch
import torch.nn.functional as F
from torch import Tensor

from velatura.engines.nearest.styles import Choice
from velatura.engines.nearest.targets import Ground
from velatura.perception.hypercolumns import Hypercolumns, Piece
from velatura.perception.laplacian import compose, decompose, levels_for
from velatura.pipeline.optimizer import Held, Watcher

RATE = 5e-3
"""Adam's first step in units of a picture's range. The paper has .002 and 200 steps a size."""

SETTLED = 0.1
"""The last step is this part of the first."""


@dataclass(frozen=True)
class Pull:
    """What a picture is drawn to at one size.

    The loss is the mean over cells, weighted by ``ground.counts``, of one minus the cosine between a cell's
    features and the direction wanted there. Kolkin et al. 2022, eq. 2; where the content is kept, the direction
    lies between that of the place and the content's own.
    """

    columns: Hypercolumns
    choice: Choice
    ground: Ground
    pieces: tuple[Piece, ...]
    own: Tensor | None
    """The content's hyper-columns, (cells, channels), where something of it is kept."""

    @classmethod
    def of(
        cls,
        columns: Hypercolumns,
        choice: Choice,
        ground: Ground,
        pieces: tuple[Piece, ...],
        content: Tensor,
    ) -> Pull:
        """The pull at the size of ``content``, (1, 3, h, w)."""
        own = None
        if bool(ground.kept.any()):
            own = content.new_empty((len(ground.kept), columns.width), dtype=torch.float16)
            with torch.no_grad():
                for piece in pieces:
                    rows, across = piece.outer
                    own[piece.cells] = columns(content[:, :, rows, across])[piece.inside].half()
        return cls(columns, choice, ground, pieces, own)

    def gradient(self, picture: Tensor, found: Tensor, parts: tuple[slice, ...]) -> Tensor:
        """The loss's gradient at ``picture`` (1, 3, h, w), one piece at a time; ``found`` (cells, parts) are
        numbers of places.
        """
        gradient = torch.zeros_like(picture)
        total = self.ground.counts.sum().clamp_min(1e-6) * len(parts)
        for piece in self.pieces:
            rows, across = piece.outer
            part = picture[:, :, rows, across].detach().requires_grad_()
            features = self.columns(part)[piece.inside]
            counts = self.ground.counts[piece.cells]
            loss = features.new_zeros(())
            for place, channels in enumerate(parts):
                wanted = self._wanted(piece, found[piece.cells, place], channels)
                cosine = (F.normalize(features[:, channels], dim=1, eps=1e-6) * wanted).sum(1)
                loss = loss + ((1 - cosine) * counts).sum() / total
            loss.backward()  # type: ignore[no-untyped-call]
            assert part.grad is not None
            gradient[:, :, rows, across] += part.grad
        return gradient

    def _wanted(self, piece: Piece, places: Tensor, channels: slice) -> Tensor:
        """Directions (n, channels) of length 1."""
        with torch.no_grad():
            wanted = F.normalize(self.choice.features[places, channels], dim=1, eps=1e-6)
            if self.own is not None:
                own = self.own[piece.cells, channels].to(wanted.dtype)
                own = F.normalize(own, dim=1, eps=1e-6)
                kept = self.ground.kept[piece.cells, None]
                wanted = F.normalize(wanted + kept * (own - wanted), dim=1, eps=1e-6)
            return wanted


def descend(
    start: Tensor,
    gradient: Callable[[Tensor, int], Tensor],
    steps: int,
    watcher: Watcher,
    held: Held | None = None,
) -> Tensor:
    """Follow ``gradient``, which is given the picture and the number of steps done, from ``start`` (1, 3, h, w) by
    Adam over the coefficients of its Laplacian pyramid (section 3.3), with steps that shrink along half a cosine.
    What ``watcher`` stops ends as it is by then. With ``held`` only detail above what a coarser size has found is
    looked for.
    """
    pyramid = [
        each.clone(memory_format=torch.contiguous_format).requires_grad_()
        for each in decompose(start, levels_for(start.shape[2], start.shape[3]))
    ]
    optimiser = torch.optim.Adam(pyramid, lr=RATE)

    def composed() -> Tensor:
        picture = compose(pyramid)
        return picture if held is None else held(picture)

    def now() -> Tensor:
        with torch.no_grad():
            return composed().clamp(0, 1)

    for step in range(steps):
        rate = RATE * (SETTLED + (1 - SETTLED) * (1 + cos(pi * step / steps)) / 2)
        optimiser.param_groups[0]["lr"] = rate
        optimiser.zero_grad()
        picture = composed()
        picture.backward(gradient(picture.detach(), step))  # type: ignore[no-untyped-call]
        optimiser.step()
        if watcher(step + 1, now):
            break
    return now()

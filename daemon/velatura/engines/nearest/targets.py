"""Which place of a style each place of the content is to look like."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from velatura.engines.nearest.styles import Choice
from velatura.perception.hypercolumns import Hypercolumns, Piece
from velatura.perception.matching import directions, nearest, shared_out


@dataclass(frozen=True)
class Ground:
    """The content's cells at one size: ``region`` (cells,) says which region each belongs to, ``counts`` (cells,)
    ≥ 0 how much it counts, ``kept`` (cells,) 0..1 how much the content itself has a say there.
    """

    region: Tensor
    counts: Tensor
    kept: Tensor


@dataclass(frozen=True)
class Matcher:
    """Finds for each cell the nearest place among those its region may choose from.

    Both sides are centred: cells on the mean of their region, places on that of their style, whole hyper-columns
    or each layer by itself.
    """

    columns: Hypercolumns
    choice: Choice
    ground: Ground
    pieces: tuple[Piece, ...]
    dtype: torch.dtype
    tick: Callable[[], object]
    """Called every so often, so that a long search can be given up."""

    def __call__(self, picture: Tensor, parts: tuple[slice, ...]) -> Tensor:
        """Numbers of places, (cells, parts), for ``picture`` (1, 3, h, w), of which only the channels of a part
        are compared each time.
        """
        means = self._means(picture) if len(self.pieces) > 1 else None
        found = torch.zeros(
            len(self.ground.region), len(parts), dtype=torch.long, device=picture.device
        )
        for piece in self.pieces:
            features = self._seen(picture, piece)
            region = self.ground.region[piece.cells]
            for number in range(len(self.choice.groups)):
                inside = region == number
                if not bool(inside.any()):
                    continue
                rows, cells = features[inside], piece.cells[inside]
                if means is None:
                    counting = self.ground.counts[cells][:, None]
                    mean = (rows * counting).sum(0) / counting.sum().clamp_min(1e-6)
                else:
                    mean = means[number]
                for place, part in enumerate(parts):
                    found[cells, place] = self._best(
                        directions(rows[:, part], mean[part]), number, part
                    )
        return found

    def _best(self, queries: Tensor, region: int, part: slice) -> Tensor:
        spans = self.choice.groups[region]
        searched = [
            nearest(
                queries, directions(self.choice.features[start:end, part]), self.dtype, self.tick
            )
            for start, end in spans
        ]
        numbers = torch.stack(
            [span[0] + found for span, (found, _) in zip(spans, searched, strict=True)], dim=1
        )
        if len(spans) == 1:
            return numbers[:, 0]
        scores = torch.stack([score for _, score in searched], dim=1)
        taken = shared_out(scores, self.choice.weights[region])
        return numbers.gather(1, taken[:, None])[:, 0]

    def _seen(self, picture: Tensor, piece: Piece) -> Tensor:
        with torch.no_grad():
            return self.columns(picture[:, :, piece.outer[0], piece.outer[1]])[piece.inside]

    def _means(self, picture: Tensor) -> list[Tensor]:
        """The mean hyper-column of each region."""
        regions = range(len(self.choice.groups))
        sums = [torch.zeros(self.columns.width, device=picture.device) for _ in regions]
        totals = [0.0 for _ in regions]
        for piece in self.pieces:
            features = self._seen(picture, piece)
            counts = self.ground.counts[piece.cells]
            for number in regions:
                counting = counts * (self.ground.region[piece.cells] == number)
                sums[number] += counting @ features
                totals[number] += float(counting.sum())
        return [total / max(count, 1e-6) for total, count in zip(sums, totals, strict=True)]

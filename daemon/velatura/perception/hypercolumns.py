"""What several layers of VGG-19 see at one place, side by side: hyper-columns.

Hariharan et al. 2015, arXiv:1411.5752, as Kolkin et al. 2022 (arXiv:2203.13215, section 3.1) use
them: all layers at a quarter of the picture's resolution.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from velatura.perception.geometry import Field, pieces
from velatura.perception.vgg import CONVOLUTIONS, VGG19, WIDTHS, convolutions_until

CELL = 4
"""Pixels on a side of the cell that a hyper-column stands for."""

MULTIPLE = 8
"""Sides of pictures are multiples of this: relu4_1 sees so many pixels as one."""


@dataclass(frozen=True)
class Hypercolumns:
    """The ReLUs of ``vgg`` from relu1_1 to ``deepest``, side by side."""

    vgg: VGG19
    deepest: str = "relu4_1"

    @property
    def layers(self) -> tuple[str, ...]:
        """Layers from shallow to deep."""
        convolutions = CONVOLUTIONS[: convolutions_until(self.deepest)]
        return tuple(each.replace("conv", "relu") for each in convolutions)

    @property
    def slices(self) -> tuple[slice, ...]:
        """Where in a hyper-column each layer's channels are."""
        ends = [0]
        for layer in self.layers:
            ends.append(ends[-1] + WIDTHS[int(layer[4]) - 1])
        return tuple(slice(*pair) for pair in itertools.pairwise(ends))

    @property
    def width(self) -> int:
        """Channels of a hyper-column."""
        return sum(WIDTHS[int(layer[4]) - 1] for layer in self.layers)

    def __call__(self, picture: Tensor) -> Tensor:
        """Hyper-columns of ``picture`` (1, 3, h, w) sRGB 0..1, sides multiples of ``MULTIPLE``.

        (h/4 · w/4, channels), row by row. Larger layers are averaged over a cell, relu4_1 is enlarged bilinearly.
        """
        seen = self.vgg(picture, self.layers)
        rows, columns = picture.shape[2] // CELL, picture.shape[3] // CELL
        planes = []
        for layer in self.layers:
            plane = seen[layer]
            ratio = plane.shape[2] // rows
            if ratio > 1:
                plane = F.avg_pool2d(plane, ratio)
            elif plane.shape[2] < rows:
                plane = F.interpolate(plane, (rows, columns), mode="bilinear", align_corners=False)
            planes.append(plane.permute(0, 2, 3, 1).reshape(rows * columns, -1))
        return torch.cat(planes, dim=1)


@dataclass(frozen=True)
class Piece:
    """A part of a picture that is looked at by itself.

    ``outer`` are rows and columns of pixels to look at, ``cells`` the numbers, (n,), of the picture's cells that are
    told of, and ``inside`` where among those of ``outer`` these are.
    """

    outer: tuple[slice, slice]
    cells: Tensor
    inside: Tensor


def in_pieces(height: int, width: int, side: int, deepest: str, turn: int = 0) -> Iterator[Piece]:
    """Parts of a picture of ``height`` × ``width`` pixels with cores of at most ``side`` pixels on a side, such
    that each cell is told of once and sees there what it sees in the whole picture. Every ``turn`` cuts elsewhere.
    """
    field = Field.of((deepest,))
    # Enlarging relu4_1 looks one of its positions further.
    field = Field(MULTIPLE, field.reach + MULTIPLE)
    numbers = torch.arange(height // CELL * (width // CELL)).view(height // CELL, width // CELL)
    for tile in pieces(width, height, core=side, field=field, turn=turn):
        core, outer = tile.core, tile.outer
        there = torch.arange(outer.height // CELL * (outer.width // CELL))
        there = there.view(outer.height // CELL, outer.width // CELL)
        rows, columns = (slice(each.start // CELL, each.stop // CELL) for each in tile.inner)
        yield Piece(
            (slice(outer.y0, outer.y1), slice(outer.x0, outer.x1)),
            numbers[core.y0 // CELL : core.y1 // CELL, core.x0 // CELL : core.x1 // CELL].flatten(),
            there[rows, columns].flatten(),
        )

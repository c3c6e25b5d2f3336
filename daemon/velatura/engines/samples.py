"""What of a picture stands for all of it: the whole of a small one, parts of a large one that are spread evenly."""

from __future__ import annotations

from typing import TYPE_CHECKING

from velatura.engines.tensors import content_tile
from velatura.imaging.alpha import hidden_fill
from velatura.imaging.raster import Raster
from velatura.imaging.tiles import Box, Tile

if TYPE_CHECKING:
    from torch import Tensor

    from velatura.engines.engine import Descriptor
    from velatura.engines.run import Run

SIDE = 256
"""Longest side of a part in pixels."""

PARTS = 16
"""Most parts of a picture: a megapixel in all."""


def fair_sample(content: Raster, run: Run, descriptor: Descriptor) -> tuple[Tensor, Tensor | None]:
    """Parts of ``content``, (n, 3, h, w) sRGB 0..1 float32 on ``run.device``, and how visible their pixels are,
    (n, 1, h, w) 0..1, or None where all are. Up to a megapixel it is one part, the whole.

    What depends on a whole picture's statistics takes them from these, whatever is painted of it
    later: tiles then agree. Chen et al. 2022, arXiv:2103.11784, take them from a thumbnail, which is
    sharper than the picture; parts are as it is.
    """
    import torch

    fill = hidden_fill(content)
    tiles = [
        content_tile(content, Tile(box, box), fill, run, descriptor) for box in _boxes(content)
    ]
    seen = torch.cat([tile.tensor for tile in tiles])
    if not content.has_alpha:
        return seen, None
    return seen, torch.cat([tile.visible(content, run) for tile in tiles])


def _boxes(content: Raster) -> list[Box]:
    if content.width * content.height <= PARTS * SIDE**2:
        return [Box(0, 0, content.width, content.height)]
    width, height = min(SIDE, content.width), min(SIDE, content.height)
    columns = round((PARTS * content.width / content.height) ** 0.5)
    columns = min(max(1, columns), PARTS, -(-content.width // width))
    rows = min(PARTS // columns, -(-content.height // height))
    return [
        Box(left, top, left + width, top + height)
        for top in _starts(content.height, height, rows)
        for left in _starts(content.width, width, columns)
    ]


def _starts(whole: int, part: int, count: int) -> list[int]:
    """Where ``count`` parts start so that their middles are those of ``count`` equal pieces of the whole."""
    return [
        min(max(0, round(whole * (2 * number + 1) / (2 * count) - part / 2)), whole - part)
        for number in range(count)
    ]

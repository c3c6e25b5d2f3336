"""Contact sheets: what a network in training paints of pictures that it was never trained on."""

from __future__ import annotations

from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from velatura.imaging.files import write_picture
from velatura.networks.glaze import Glaze
from velatura.pipeline.tensors import raster_of
from velatura.training.pictures import Crop, Pack

GAP = 4
"""White pixels between pictures."""


def middles(pack: Pack, side: int) -> Tensor:
    """The middle square of every picture, (n, 3, side, side) sRGB 0..1."""
    crops = []
    for index, (height, width) in enumerate(pack.shapes):
        short = min(height, width)
        crops.append(Crop(index, (height - short) // 2, (width - short) // 2, short))
    return pack.cut(crops, side)


def sheet(networks: Glaze, contents: Tensor, styles: Tensor) -> Tensor:
    """A table (1, 3, h, w): styles in the first row, contents in the first column, painted between.

    ``contents`` and ``styles`` are (n, 3, side, side) sRGB 0..1.
    """
    with torch.no_grad():
        columns = [torch.cat([torch.ones_like(contents[:1]), contents])]
        for style in torch.split(styles, 1):
            painted = networks(contents, style)
            columns.append(torch.cat([style, painted.clamp(0, 1)]))
    framed = [F.pad(column, (GAP,) * 4, value=1.0) for column in columns]
    stacked = [torch.cat(list(column), dim=1) for column in framed]
    return torch.cat(stacked, dim=2)[None]


def write_sheet(path: Path, table: Tensor) -> None:
    """Write a :func:`sheet` as a picture file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_picture(path, raster_of(table))

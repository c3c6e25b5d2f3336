"""From rasters to tensors: the one way that pictures, masks and tiles reach a network.

Torch is imported by the functions, so that whoever paints without it never loads it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextvars import ContextVar
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from velatura.contract.tile import ContentTile
from velatura.errors import BadRequest
from velatura.imaging.alpha import coverage, hidden_fill, with_fill
from velatura.imaging.colour import Floats, from_float
from velatura.imaging.masks import mask_floats
from velatura.imaging.raster import Raster
from velatura.imaging.resample import fit, resize, resize_visible
from velatura.imaging.tiles import Box, Tile, plan, round_up

if TYPE_CHECKING:
    from torch import Tensor

    from velatura.contract.engine import Descriptor
    from velatura.contract.run import Run
    from velatura.contract.scene import Scene

TILE = 1024
"""The longest side of a tile's core in pixels, unless memory asks for less."""

tile_side: ContextVar[int] = ContextVar("tile_side", default=TILE)
"""The longest side of a tile's core in the render that runs; :func:`velatura.pipeline.render.render`
sets it.
"""


def picture_tensor(
    raster: Raster,
    run: Run,
    *,
    short: int | None = None,
    long: int | None = None,
    size: tuple[int, int] | None = None,
) -> Tensor:
    """A whole picture as (1, 3, h, w) sRGB 0..1 float32 on ``run.device``.

    ``short`` and ``long`` resize it so that its short or long side has that many pixels (both: the
    smaller result); ``size`` says (width, height) outright. Colours under zero alpha are replaced
    by the mean of the visible ones; values outside 0..1 are clipped.
    """
    size = size or fit(raster.width, raster.height, short=short, long=long)
    return _on_device(np.clip(resize_visible(raster, size), 0, 1), run)


def mask_tensor(mask: Raster, run: Run, *, size: tuple[int, int] | None = None) -> Tensor:
    """A one-channel raster as (1, 1, h, w) 0..1 float32 on ``run.device``, at ``size`` (width,
    height) if given.
    """
    weights = resize(mask_floats(mask), size or (mask.width, mask.height))
    return _on_device(np.clip(weights, 0, 1), run)


def alpha_tensor(raster: Raster, run: Run, *, size: tuple[int, int] | None = None) -> Tensor:
    """A raster's alpha as (1, 1, h, w) 0..1 float32 on ``run.device``, at ``size``; ones where it
    has none.
    """
    opacity = resize(coverage(raster), size or (raster.width, raster.height))
    return _on_device(np.clip(opacity, 0, 1), run)


def tile_plan(width: int, height: int, descriptor: Descriptor, around: int = 0) -> list[Tile]:
    """The tiles in which an engine looks at a picture: a single one where it cannot be tiled.

    ``around`` is how many pixels around a tile's core are painted with it.
    """
    if not descriptor.tiles:
        whole = Box(0, 0, width, height)
        return [Tile(whole, whole)]
    return plan(
        width,
        height,
        core=tile_side.get(),
        halo=surroundings(descriptor, around),
        multiple=descriptor.multiple,
        least=descriptor.least,
    )


def surroundings(descriptor: Descriptor, around: int = 0) -> int:
    """Pixels that an engine sees on each side of a tile's core, ``around`` of which are painted with it.

    Of these only what is broad counts: half of the halo is enough for it.
    """
    return max(descriptor.halo, ceil(descriptor.halo / 2) + around)


def content_tile(
    content: Raster, tile: Tile, fill: Floats | None, run: Run, descriptor: Descriptor
) -> ContentTile:
    """One tile of ``content``; ``fill`` is its :func:`~velatura.imaging.alpha.hidden_fill`.

    The edge is repeated on the right and at the bottom until sides are multiples of
    ``descriptor.multiple`` and at least ``descriptor.least``.
    """
    box = tile.outer
    rgb = np.clip(with_fill(content.crop(box.x0, box.y0, box.x1, box.y1), fill), 0, 1)
    least, multiple = descriptor.least, descriptor.multiple
    missing_rows = round_up(max(box.height, least), multiple) - box.height
    missing_columns = round_up(max(box.width, least), multiple) - box.width
    padded = np.pad(rgb, ((0, missing_rows), (0, missing_columns), (0, 0)), mode="edge")
    return ContentTile(_on_device(padded, run), tile.inner, tile)


def content_tiles(scene: Scene, run: Run, descriptor: Descriptor) -> Iterator[ContentTile]:
    """The content of ``scene`` a tile at a time, in the order and with the surroundings in which it
    is painted.

    For engines whose ``prepare`` gathers statistics of the whole picture. Raises
    :class:`BadRequest` without a content.
    """
    if scene.content is None:
        raise BadRequest(
            "The engine {engine} needs a picture to paint over.", engine=descriptor.name
        )
    fill = hidden_fill(scene.content)
    for tile in tile_plan(scene.content.width, scene.content.height, descriptor):
        yield content_tile(scene.content, tile, fill, run, descriptor)


def raster_of(picture: Tensor) -> Raster:
    """(1, 3, h, w) sRGB on any device as a u8 sRGB raster: what a preview shows. Clipped to 0..1."""
    planes = picture[0].detach().float().nan_to_num(0).permute(1, 2, 0)
    return Raster(from_float(planes.contiguous().cpu().numpy()))


def _on_device(floats: Floats, run: Run) -> Tensor:
    import torch

    planes = np.ascontiguousarray(floats.transpose(2, 0, 1))
    return torch.from_numpy(planes)[None].to(run.device)

"""The picture that is painted in a document's place: smaller, or going on beyond its edges."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import ceil

import numpy as np

from velatura.contract.engine import Engine
from velatura.contract.scene import Scene
from velatura.imaging.alpha import hidden_fill, with_fill
from velatura.imaging.colour import Floats
from velatura.imaging.pyramid import Size
from velatura.imaging.raster import Raster
from velatura.imaging.resample import fit
from velatura.imaging.tiles import Box, round_up
from velatura.imaging.upsampling import Upsampler
from velatura.pipeline.levels import (
    at_size,
    coarseness,
    in_levels,
    levels_for,
    looking,
    proportioned,
)

FADE = 32
"""Pixels over which what was painted beyond one edge passes into what was painted inside the other, at the size
at which its largest strokes are painted.
"""

Enlarger = Callable[[Box, Raster, Floats | None], Floats]
"""From a box of the document, its content and that content's hidden fill to what was painted there."""


@dataclass(frozen=True)
class Working:
    """``scene`` is painted instead of a document of ``document`` (width, height) pixels.

    ``small`` is the document's content at the working size, and ``margin`` how many pixels of its other end it was
    given on each side, along columns and rows. Over ``fade`` pixels one end passes into the other.
    """

    scene: Scene
    document: tuple[int, int]
    small: Raster
    margin: tuple[int, int]
    fade: int

    def enlarger(self, painted: Floats) -> Enlarger:
        """What gives any part of the document's size of ``painted``, (h, w, 3) of the working scene's."""
        wraps = (self.margin[0] > 0, self.margin[1] > 0)
        for axis, margin in ((1, self.margin[0]), (0, self.margin[1])):
            if margin:
                painted = _joined(painted, margin, axis, self.fade)
        if (self.small.width, self.small.height) == self.document:
            return lambda box, content, fill: painted[box.y0 : box.y1, box.x0 : box.x1]
        seen = np.clip(with_fill(self.small, hidden_fill(self.small)), 0, 1)
        upsampler = Upsampler.of(painted, seen, self.document, wraps)

        def enlarge(box: Box, content: Raster, fill: Floats | None) -> Floats:
            below = with_fill(content.crop(box.x0, box.y0, box.x1, box.y1), fill)
            return upsampler(box, np.clip(below, 0, 1))

        return enlarge


def working(engine: Engine, scene: Scene, halo: int) -> Working | None:
    """What to paint instead of ``scene``; None where it is painted as it is.

    ``halo`` is how many pixels of surroundings the engine needs. Rasters of the document's size go along to the
    smaller one; a flow's vectors become as much shorter.
    """
    content, common = scene.content, scene.common
    if content is None:
        return None
    document = (content.width, content.height)
    size, margin, fade = _extent(engine, scene, halo)
    if size == document and common.tileable == "none":
        return None
    small = at_size(scene, size, engine.descriptor)
    assert small.content is not None

    def wrapped(raster: Raster) -> Raster:
        if (raster.width, raster.height) != size:
            return raster
        return _wrapped(raster, margin)

    instead = replace(
        small,
        content=wrapped(small.content),
        regions=tuple(
            replace(region, mask=None if region.mask is None else wrapped(region.mask))
            for region in small.regions
        ),
        inputs={
            name: wrapped(value) if isinstance(value, Raster) else value
            for name, value in small.inputs.items()
        },
        strength=1.0,
        window=None,
        margin=margin,
        common=common.model_copy(update={"finest": 0, "tileable": "none", "colours": "none"}),
    )
    return Working(instead, document, small.content, margin, fade)


def first_scene(engine: Engine, scene: Scene) -> Scene:
    """``scene`` as ``engine`` sees its styles first: what its styles' codes depend on. Rasters stay as they are."""
    scene = proportioned(engine, scene)
    content = scene.content
    if content is None or not in_levels(engine):
        return scene
    size, margin, _ = _extent(engine, scene, engine.descriptor.halo)
    painted = (size[0] + 2 * margin[0], size[1] + 2 * margin[1])
    reduction = scene.reduction * max(size) / max(content.width, content.height)
    stroke = scene.common.stroke * reduction
    side = levels_for(engine.descriptor, painted, margin, stroke).side
    return looking(scene, side, engine.descriptor)


def _extent(engine: Engine, scene: Scene, halo: int) -> tuple[Size, Size, int]:
    """The size at which a scene with a content is painted, how much of its other end is added on each side, and over
    how many pixels one end passes into the other.
    """
    content, common = scene.content, scene.common
    assert content is not None
    document = (content.width, content.height)
    size = fit(*document, long=common.finest) if common.finest else document
    if max(size) >= max(document):
        size = document
    # Where large strokes are painted small, surroundings and fade are as much larger; where all is enlarged, smaller.
    coarse = coarseness(engine, scene) * max(size) / max(document)
    fade = ceil(FADE * coarse)
    around = round_up(ceil(halo * coarse) + fade, engine.descriptor.multiple)
    margin = (
        min(around, size[0]) if common.tileable in ("x", "both") else 0,
        min(around, size[1]) if common.tileable in ("y", "both") else 0,
    )
    return size, margin, fade


def _wrapped(raster: Raster, margin: tuple[int, int]) -> Raster:
    """``raster`` with ``margin`` pixels of its other end on each side, along columns and rows."""
    across, down = margin
    pixels = np.pad(raster.pixels, ((down, down), (across, across), (0, 0)), mode="wrap")
    return Raster(pixels, raster.transfer)


def _joined(painted: Floats, margin: int, axis: int, fade: int) -> Floats:
    """``painted`` without its ``margin`` along ``axis``, its first pixels faded in from what was painted beyond its
    end: there it goes on where the end leaves off.
    """
    planes = np.moveaxis(painted, axis, 0)
    length = len(planes) - 2 * margin
    inside = planes[margin : margin + length].copy()
    fade = min(fade, margin, length)
    rise = ((np.arange(fade, dtype=np.float32) + 0.5) / fade)[:, None, None]
    beyond = planes[margin + length : margin + length + fade]
    inside[:fade] = beyond + rise * (inside[:fade] - beyond)
    return np.moveaxis(inside, 0, axis)

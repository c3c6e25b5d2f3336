"""Which sizes a picture is painted at, so that the same strokes cover it at every size.

A network paints strokes of one width, whatever is shown to it. Where a style covers the picture as the painting covers
its canvas, a picture of 4000 pixels has strokes eight times as wide as one of 500: no network sees as far. So the large
strokes are painted small, and finer ones over them, a level at a time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil, log, sqrt

import numpy as np

from velatura.contract import registry
from velatura.contract.engine import Descriptor, Engine, FeedForward, Iterative
from velatura.contract.scene import STROKES_ACROSS, Scene
from velatura.imaging.pyramid import Size
from velatura.imaging.raster import Raster
from velatura.imaging.resample import resized, resized_flow

WIDEST = 8
"""How many times as large as the one below a level is at most."""

LEAST = 128
"""The smallest short side of a first level, in pixels, for strokes that are a large part of the picture."""

NEARLY = 1.1
"""How much finer than asked for strokes may become where that spares a level."""

MOST = 1 << 21
"""Pixels to which a small picture is enlarged at most."""


def proportioned(engine: Engine, scene: Scene) -> Scene:
    """``scene`` with a number in place of automatic strokes: a style covers a content as its picture covers a canvas.

    Left alone are scenes without a content, and engines that have no say about strokes or that paint them at once as
    they are.
    """
    content, common = scene.content, scene.common
    sizes_strokes = _in_levels(engine) or (
        isinstance(engine, Iterative) and "stroke" in registry.common_knobs(engine)
    )
    if content is None or common.stroke or not sizes_strokes:
        return scene
    stroke = min(content.width, content.height) / STROKES_ACROSS / scene.reduction
    return replace(scene, common=common.model_copy(update={"stroke": stroke}))


@dataclass(frozen=True)
class Levels:
    """``sizes`` are painted, the smallest first; at the first of them styles are looked at with a short side of
    ``side`` pixels, unless their own scale says otherwise, at others with the engine's usual one.
    """

    sizes: tuple[Size, ...]
    side: int

    def scene(self, number: int, scene: Scene, descriptor: Descriptor) -> Scene:
        """``scene`` as it is painted at level ``number``, its rasters reduced to that."""
        side = self.side if number == 0 else min(self.side, descriptor.native_side)
        small = at_size(scene, self.sizes[number], descriptor)
        stroke = 0.0
        if side != descriptor.native_side:
            stroke = side / STROKES_ACROSS / small.reduction
        return replace(small, common=small.common.model_copy(update={"stroke": stroke}))


def levels_of(descriptor: Descriptor, scene: Scene) -> Levels:
    """The levels of a :func:`proportioned` scene, in equal steps: from the size at which the engine's strokes are
    as wide as asked for to the content's own.

    Strokes narrower than the engine's are painted at full size, of a style that is looked at smaller. All levels
    together have 1.3 times the pixels of the finest at most, but where that is hardly larger than the first.
    """
    content = scene.content
    assert content is not None
    size = (content.width, content.height)
    short = min(each - 2 * margin for each, margin in zip(size, scene.margin, strict=True))
    native = descriptor.native_side
    wanted = native / (STROKES_ACROSS * scene.common.stroke * scene.reduction)
    largest = max(1.0, min(native / short, sqrt(MOST / (size[0] * size[1]))))
    first = min(max(wanted, min(1.0, LEAST / short)), largest)
    if 1 / NEARLY < first < 1:
        first, wanted = 1.0, wanted / first
    steps = ceil(log(1 / first, WIDEST)) if first < 1 else 0
    scales = [first ** (1 - step / steps) for step in range(1, steps + 1)]
    return Levels(
        tuple(_scaled(size, scale) for scale in (first, *scales)),
        max(1, round(native * first / wanted)),
    )


def at_size(scene: Scene, size: Size, descriptor: Descriptor) -> Scene:
    """``scene`` with a content of ``size``: rasters as large as the content go along, a flow's vectors as well."""
    content = scene.content
    assert content is not None
    document = (content.width, content.height)
    if size == document:
        return scene
    flows = {each.name for each in descriptor.inputs if each.kind == "flow"}

    def along(raster: Raster, *, flow: bool = False) -> Raster:
        if (raster.width, raster.height) != document:
            return raster
        return resized_flow(raster, size) if flow else resized(raster, size)

    return replace(
        scene,
        content=along(_seen(content)),
        regions=tuple(
            replace(region, mask=None if region.mask is None else along(_weights(region.mask)))
            for region in scene.regions
        ),
        inputs={
            name: along(value, flow=name in flows) if isinstance(value, Raster) else value
            for name, value in scene.inputs.items()
        },
        reduction=scene.reduction * max(size) / max(document),
        window=None,
    )


def coarseness(engine: Engine, scene: Scene) -> float:
    """How many pixels of a :func:`proportioned` scene's content one of its first level is, along a side; 1 where the
    content is painted at once.
    """
    if scene.content is None or not _in_levels(engine):
        return 1.0
    return scene.content.width / levels_of(engine.descriptor, scene).sizes[0][0]


def first_scene(engine: Engine, scene: Scene) -> Scene:
    """``scene`` as the engine sees its styles first: what its styles' codes depend on. Rasters stay as they are."""
    scene = proportioned(engine, scene)
    if scene.content is None or not _in_levels(engine):
        return scene
    levels = levels_of(engine.descriptor, scene)
    stroke = 0.0 if levels.side == engine.descriptor.native_side else scene.common.stroke
    return replace(scene, common=scene.common.model_copy(update={"stroke": stroke}))


def _in_levels(engine: Engine) -> bool:
    return isinstance(engine, FeedForward) and engine.descriptor.native_side > 0


def _scaled(size: Size, scale: float) -> Size:
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _seen(content: Raster) -> Raster:
    """``content`` as far as engines see it: a highlight beyond white is no larger for that when it is reduced."""
    if content.depth not in ("f16", "f32"):
        return content
    pixels = content.pixels.copy()
    colours = pixels[:, :, : content.channels - content.has_alpha]
    np.clip(colours, 0, 1, out=colours)
    return Raster(pixels, content.transfer)


def _weights(mask: Raster) -> Raster:
    """``mask`` as numbers: its transfer says nothing about it."""
    return Raster(mask.pixels) if mask.transfer != "srgb" else mask

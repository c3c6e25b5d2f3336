"""Which sizes a picture is painted at, so that the same strokes cover it at every size.

A network paints strokes of one width, whatever is shown to it. Where a style covers the picture as the painting covers
its canvas, a picture of 4000 pixels has strokes eight times as wide as one of 500: no network sees as far. So the large
strokes are painted small, and finer ones over them, a level at a time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil, log, sqrt

from velatura.contract import registry
from velatura.contract.engine import Descriptor, Engine, FeedForward, Iterative
from velatura.contract.scene import STROKES_ACROSS, Scene
from velatura.imaging.pyramid import Octave, Size
from velatura.imaging.raster import Raster
from velatura.imaging.resample import resized, resized_flow

WIDEST = 3
"""How many times as large as the one below a level is at most. With larger steps a network fills what enlarging has
made flat with worms.
"""

KEPT = 1.5
"""By what factor a painted level is reduced before the next is painted over it: a network's finest pixels form a weave,
and streaks beside edges, which would be enlarged along with its strokes.
"""

MOST_AROUND = Octave((1, 1), (ceil(WIDEST * KEPT), ceil(WIDEST * KEPT))).reach
"""Pixels around a tile that a level paints with it, at most."""

LEAST = 128
"""The smallest short side of a first level, in pixels, for strokes that are a large part of the picture."""

NEARLY = 1.1
"""How much finer than asked for strokes may become where that spares a level."""

ROUNDED = 0.02
"""How much a short side of whole pixels may differ from the one that was meant."""

MOST = 1 << 21
"""Pixels to which a small picture is enlarged at most."""


def proportioned(engine: Engine, scene: Scene) -> Scene:
    """``scene`` with a number in place of automatic strokes: a style covers a content as its picture covers a canvas.

    Left alone are scenes without a content, and engines that have no say about strokes or that paint them at once as
    they are.
    """
    content, common = scene.content, scene.common
    sizes_strokes = in_levels(engine) or (
        isinstance(engine, Iterative) and "stroke" in registry.common_knobs(engine)
    )
    if content is None or common.stroke or not sizes_strokes:
        return scene
    short = _short((content.width, content.height), scene.margin)
    stroke = short / STROKES_ACROSS / scene.reduction
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
        return looking(small, side, descriptor)


def levels_of(descriptor: Descriptor, scene: Scene) -> Levels:
    """The levels of a :func:`proportioned` scene."""
    content = scene.content
    assert content is not None
    size = (content.width, content.height)
    return levels_for(descriptor, size, scene.margin, scene.common.stroke * scene.reduction)


def levels_for(descriptor: Descriptor, size: Size, margin: Size, stroke: float) -> Levels:
    """The levels of a content of ``size``, ``margin`` included, for strokes of ``stroke`` of its pixels. In equal
    steps: from the size at which the engine's strokes are as wide as asked for to the content's own.

    Strokes narrower than the engine's are painted at full size, of a style that is looked at smaller. All levels
    together have 1.45 times the pixels of the finest at most, except where that is hardly larger than the first.
    """
    short, native = _short(size, margin), descriptor.native_side
    wanted = native / (STROKES_ACROSS * stroke)
    largest = max(1.0, min(native / short, sqrt(MOST / (size[0] * size[1]))))
    first = min(max(wanted, min(1.0, LEAST / short)), largest)
    if 1 / NEARLY < first < 1:
        first, wanted = 1.0, wanted / first
    steps = ceil(log(1 / (first * (1 + ROUNDED)), WIDEST)) if first < 1 else 0
    scales = [first ** (1 - step / steps) for step in range(1, steps + 1)]
    # Pixels are whole: a size that was rounded does not make another style of the usual one.
    side = native if abs(first / wanted - 1) < ROUNDED else max(1, round(native * first / wanted))
    return Levels(tuple(_scaled(size, scale) for scale in (first, *scales)), side)


def looking(scene: Scene, side: int, descriptor: Descriptor) -> Scene:
    """``scene`` with styles looked at with a short side of ``side`` pixels, unless their own scale says otherwise."""
    usual = side == descriptor.native_side
    stroke = 0.0 if usual else side / STROKES_ACROSS / scene.reduction
    return replace(scene, common=scene.common.model_copy(update={"stroke": stroke}))


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
        if flow:
            return resized_flow(raster, size)
        return resized(_weights(raster) if raster.channels == 1 else raster, size)

    return replace(
        scene,
        content=resized(content, size, clipped=True),
        regions=tuple(
            replace(region, mask=None if region.mask is None else along(region.mask))
            for region in scene.regions
        ),
        inputs={
            name: along(value, flow=name in flows) if isinstance(value, Raster) else value
            for name, value in scene.inputs.items()
        },
        reduction=scene.reduction * max(size) / max(document),
        window=None,
        margin=_scaled(scene.margin, max(size) / max(document), least=0),
    )


def coarseness(engine: Engine, scene: Scene) -> float:
    """How many pixels of a :func:`proportioned` scene's content one of its first level is, along a side; 1 where the
    content is painted at once.
    """
    if scene.content is None or not in_levels(engine):
        return 1.0
    return scene.content.width / levels_of(engine.descriptor, scene).sizes[0][0]


def in_levels(engine: Engine) -> bool:
    """Whether pictures are painted in levels around ``engine``."""
    return isinstance(engine, FeedForward) and engine.descriptor.native_side > 0


def _short(size: Size, margin: Size) -> int:
    """The short side of a content of ``size`` without its ``margin``."""
    return min(size[0] - 2 * margin[0], size[1] - 2 * margin[1])


def _scaled(size: Size, scale: float, least: int = 1) -> Size:
    return max(least, round(size[0] * scale)), max(least, round(size[1] * scale))


def _weights(mask: Raster) -> Raster:
    """``mask`` as numbers: its transfer says nothing about it."""
    return Raster(mask.pixels) if mask.transfer != "srgb" else mask

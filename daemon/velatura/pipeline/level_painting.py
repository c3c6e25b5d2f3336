"""Painting in levels: large strokes small, finer ones over them, and of each level only what is new.

A level shows the engine what was painted so far, enlarged, with a part of the photo's detail that it had no place for
(``detail``). Of what is painted over it, only what is finer than the level below is added: strokes keep the place and
the colour that they have, and at full size there is the texture of paint.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from velatura.contract.engine import Engine, EngineParams, FeedForward
from velatura.contract.run import Run
from velatura.contract.scene import Scene
from velatura.imaging.alpha import coverage, hidden_fill, with_fill
from velatura.imaging.colour import Floats, from_float, from_unit_floats
from velatura.imaging.pyramid import Octave, Size
from velatura.imaging.raster import Depth, Raster, RasterShape, bands
from velatura.imaging.resample import resize, resized
from velatura.imaging.tiles import Box, Tile
from velatura.pipeline.levels import KEPT, Levels, levels_of
from velatura.pipeline.painting import Piece, TilePainter, Touched, parts_of
from velatura.pipeline.sampling import sample_boxes
from velatura.pipeline.tensors import tile_plan, tile_side
from velatura.runtime.cache_keys import key_of


class InLevels:
    """By an engine of a native size, a level at a time; the finest is painted as it is asked for."""

    def __init__(
        self, engine: FeedForward[Any, Any], scene: Scene, params: EngineParams, run: Run
    ) -> None:
        assert scene.content is not None
        self._engine, self._scene, self._params = engine, scene, params
        self._size: Size = (scene.content.width, scene.content.height)
        self._levels = levels = levels_of(engine.descriptor, scene)
        self._progress = _Progress.of(engine, scene, levels, run)
        if len(levels.sizes) > 1:
            below, is_new = run.remember_painting(self._key(), self._lower)
            if not is_new:
                self._progress.spare(levels.sizes[:-1])
        else:
            below = self._lower()
        self._finest = self._level(len(levels.sizes) - 1, below)
        self._progress.advance(0)
        self._enlarged = levels.sizes[-1] != self._size

    def _key(self) -> str | None:
        """What decides how all levels but the finest are painted; None where that cannot be told. Leaves out the window
        and whatever happens to what is painted.
        """
        common = self._scene.common.model_copy(update={"colours": "none"})
        regions = tuple(
            replace(
                region,
                strength=1.0,
                styles=tuple(replace(style, origin=None) for style in region.styles),
            )
            for region in self._scene.regions
        )
        scene = replace(self._scene, window=None, strength=1.0, regions=regions, common=common)
        facts = (self._engine.descriptor.name, self._levels, scene, self._params, tile_side.get())
        try:
            return key_of(facts)
        except (OSError, TypeError):
            # A file that is not there: whether it matters is for the engine to say.
            return None

    def _lower(self) -> Sequence[_Below | None]:
        """All levels but the finest, painted; of each part what the finest is laid over, None where it is the first."""
        below: Sequence[_Below | None] = [None for _ in parts_of(self._engine, self._scene)]
        for number in range(len(self._levels.sizes) - 1):
            levels = self._level(number, below)
            self._progress.advance(0)
            below = [_Below.of(level, level.whole(self._progress)) for level in levels]
        return below

    def _level(self, number: int, below: Sequence[_Below | None]) -> list[_Level]:
        """Level ``number`` of each part."""
        seen = self._levels.scene(number, self._scene, self._engine.descriptor)
        parts = parts_of(self._engine, seen)
        with self._progress.standing():
            return [
                _Level.of(self._engine, part, under, self._params, self._progress)
                for part, under in zip(parts, below, strict=True)
            ]

    def sample(self) -> Iterator[tuple[Box, list[Floats]]]:
        if self._enlarged:
            yield Box(0, 0, *self._size), self._reduced
            return
        content = self._scene.content
        assert content is not None
        for box in sample_boxes(self._scene, content):
            yield box, [level.sampled(box) for level in self._finest]

    def pieces(self, touched: Touched) -> Iterator[Piece]:
        if self._enlarged:
            yield Box(0, 0, *self._size), list(self._reduced)
            return
        tiles = self._finest[0].tiles
        for tile in tiles:
            seen = touched(tile.core)
            if any(seen) and len(tiles) > 1:
                tile = self._finest[0].painter.trimmed(tile, self._scene.window)
            yield (
                tile.core,
                [
                    level.painted(tile) if is_seen else None
                    for level, is_seen in zip(self._finest, seen, strict=True)
                ],
            )
            self._progress.advance(len(seen))

    def others(self) -> Sequence[Mapping[str, Any]]:
        return [other for level in self._finest for other in level.painter.finish()]

    @cached_property
    def _reduced(self) -> list[Floats]:
        """All of each part, where the content is smaller than what is painted of it."""
        whole = [level.whole(self._progress) for level in self._finest]
        return [np.clip(resize(each, self._size), 0, 1) for each in whole]


@dataclass(frozen=True)
class _Below:
    """What a finer level is laid over: a painting, reduced, (h, w, 3) sRGB 0..1, the photo at that size, and what the
    engine hands on.
    """

    picture: Floats
    photo: Raster
    handed_on: Sequence[Any]

    @classmethod
    def of(cls, level: _Level, picture: Floats) -> _Below:
        """From ``picture``, all that ``level`` has painted; see :data:`KEPT`."""
        photo = level.photo
        size = max(1, round(photo.width / KEPT)), max(1, round(photo.height / KEPT))
        kept = np.clip(resize(picture, size), 0, 1)
        return cls(kept, resized(photo, size), level.painter.handed_on())

    @property
    def size(self) -> Size:
        return self.photo.width, self.photo.height


@dataclass(frozen=True)
class _Level:
    """One part of a scene at one size, of ``photo``; over ``below`` where that is not the first."""

    painter: TilePainter
    photo: Raster
    below: _Below | None
    octave: Octave | None

    @classmethod
    def of(
        cls,
        engine: FeedForward[Any, Any],
        scene: Scene,
        below: _Below | None,
        params: EngineParams,
        progress: _Progress,
    ) -> _Level:
        """``scene`` is of this level's size."""
        run, photo = progress.run, scene.content
        assert photo is not None
        if below is None:
            return cls(TilePainter(engine, [scene], params, run), photo, None, None)
        octave = Octave(below.size, (photo.width, photo.height))
        shown = _shown(photo, below, octave, scene.common.detail, progress)
        scene = replace(scene, content=shown)
        painter = TilePainter(
            engine, [scene], params, run, around=octave.reach, coarser=below.handed_on
        )
        return cls(painter, photo, below, octave)

    @property
    def tiles(self) -> list[Tile]:
        return self.painter.tiles()

    def painted(self, tile: Tile) -> Floats:
        """The core of ``tile``, (h, w, 3) sRGB 0..1."""
        painted = self.painter(tile, [0])[0]
        if self.below is None or self.octave is None:
            return painted
        at = self.painter.painted(tile)
        together = self.octave.refined(self.below.picture, painted, at, tile.core)
        return np.clip(together, 0, 1, out=together)

    def sampled(self, box: Box) -> Floats:
        """A part that need not be exactly as it is in the picture, without the engine's surroundings."""
        return self.painted(Tile(box, self.painter.around(box)))

    def whole(self, progress: _Progress) -> Floats:
        """All of it, (h, w, 3) sRGB 0..1."""
        content = self.painter.content
        picture = np.empty((content.height, content.width, 3), np.float32)
        for tile in self.tiles:
            core = tile.core
            picture[core.y0 : core.y1, core.x0 : core.x1] = self.painted(tile)
            progress.advance(1)
        return picture


class _Progress:
    """Tells how many tiles of all levels and parts are painted."""

    def __init__(self, engine: Engine, parts: int, sizes: Sequence[Size], run: Run) -> None:
        self.run, self._descriptor, self._parts, self._done = run, engine.descriptor, parts, 0
        self._tiles = self.tiles_of(sizes)

    @classmethod
    def of(cls, engine: Engine, scene: Scene, levels: Levels, run: Run) -> _Progress:
        return cls(engine, len(parts_of(engine, scene)), levels.sizes, run)

    def spare(self, sizes: Sequence[Size]) -> None:
        """Do not count levels of ``sizes``, which need not be painted."""
        self._tiles -= self.tiles_of(sizes)

    def tiles_of(self, sizes: Sequence[Size]) -> int:
        """How many tiles levels of ``sizes`` have in all parts."""
        return self._parts * sum(len(tile_plan(*size, self._descriptor)) for size in sizes)

    def advance(self, tiles: int) -> None:
        self._done += tiles
        self.run.step(self._done, self._tiles, phase="paint")

    @contextmanager
    def standing(self) -> Iterator[None]:
        """Once something is painted, nothing that an engine does before it paints takes the progress back."""
        if not self._done:
            yield
            return
        with self.run.standing(self._done, self._tiles, phase="paint"):
            yield


def _shown(
    content: Raster, below: _Below, octave: Octave, detail: float, progress: _Progress
) -> Raster:
    """What the engine is shown at the size of ``content``: the painting so far, enlarged, and ``detail`` of what the
    photo has beyond it. With the content's alpha.
    """
    channels = 3 + content.has_alpha
    shape = RasterShape(content.width, content.height, channels, _depth(content), "srgb")
    fill, pixels = hidden_fill(content), shape.empty()
    ground = below.picture
    if detail:
        # Enlarging is linear: one picture instead of two.
        ground = ground.copy()
        for y0, y1 in bands(below.photo.height, below.photo.width * 12):
            band = below.photo.crop(0, y0, below.photo.width, y1)
            ground[y0:y1] -= np.float32(detail) * np.clip(with_fill(band, fill), 0, 1)
    for y0, y1 in bands(content.height, content.width * 12):
        progress.advance(0)
        band = content.crop(0, y0, content.width, y1)
        shown = octave.enlarged(ground, Box(0, y0, content.width, y1))
        if detail:
            shown += np.float32(detail) * np.clip(with_fill(band, fill), 0, 1)
        pixels[y0:y1, :, :3] = from_float(np.clip(shown, 0, 1), shape)
        if content.alpha is not None:
            pixels[y0:y1, :, 3:] = from_unit_floats(coverage(band), shape.depth)
    return Raster(pixels)


def _depth(content: Raster) -> Depth:
    """The depth in which what is shown of ``content`` loses nothing that a network would see."""
    return "u8" if content.depth == "u8" else "u16"

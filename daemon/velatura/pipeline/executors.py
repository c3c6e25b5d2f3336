"""What an engine paints of a scene, a piece at a time, before it is laid over the content."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from velatura.contract.engine import Engine, EngineParams, FeedForward, Filter, Iterative
from velatura.contract.run import Run
from velatura.contract.scene import Scene
from velatura.contract.tile import FilterTile
from velatura.imaging.alpha import hidden_fill, with_fill
from velatura.imaging.colour import Floats
from velatura.imaging.raster import bands
from velatura.imaging.tiles import Box, Tile, plan
from velatura.pipeline.engine_errors import blamed_on, require_floats, require_size, rgb_floats
from velatura.pipeline.level_painting import InLevels
from velatura.pipeline.levels import proportioned
from velatura.pipeline.painting import Painting, Piece, TilePainter, Touched, parts_of
from velatura.pipeline.sampling import sample_boxes
from velatura.pipeline.tensors import tile_side
from velatura.pipeline.working_size import Working, working


def begin(
    engine: Engine, scene: Scene, params: EngineParams, run: Run, size: tuple[int, int]
) -> Painting:
    """Start painting ``scene``, whose result is ``size`` (height, width)."""
    scene = proportioned(engine, scene)
    smaller = working(engine, scene, _halo(engine, scene, params))
    if smaller is not None:
        return _Elsewhere(engine, scene, smaller, params, run)
    if isinstance(engine, FeedForward):
        if engine.descriptor.native_side:
            return InLevels(engine, scene, params, run)
        return _InTiles(engine, scene, params, run)
    if isinstance(engine, Iterative):
        return _AtOnce(engine, scene, params, run, size)
    if isinstance(engine, Filter):
        return _Filtered(engine, scene, params, run)
    raise TypeError(f"{type(engine).__name__} paints no floats")


def _halo(engine: Engine, scene: Scene, params: EngineParams) -> int:
    """How many pixels of surroundings a pixel needs on each side."""
    if not isinstance(engine, Filter):
        return engine.descriptor.halo
    with blamed_on(engine):
        return max(engine.halo(part, params) for part in parts_of(engine, scene))


class _InTiles:
    """By an engine that looks at the whole scene once and then paints any tile of it."""

    def __init__(
        self, engine: FeedForward[Any, Any], scene: Scene, params: EngineParams, run: Run
    ) -> None:
        self._scene, self._run = scene, run
        self._painter = TilePainter(engine, parts_of(engine, scene), params, run)

    def sample(self) -> Iterator[tuple[Box, list[Floats]]]:
        painter = self._painter
        everything = range(painter.parts)
        for box in sample_boxes(self._scene, painter.content):
            yield box, list(painter(Tile(box, box), everything).values())

    def pieces(self, touched: Touched) -> Iterator[Piece]:
        painter, run = self._painter, self._run
        tiles = painter.tiles()
        run.step(0, len(tiles), phase="paint")
        for number, tile in enumerate(tiles, 1):
            seen = [index for index, is_seen in enumerate(touched(tile.core)) if is_seen]
            if seen and len(tiles) > 1:
                tile = painter.trimmed(tile, self._scene.window)
            painted = painter(tile, seen) if seen else {}
            yield tile.core, [painted.get(index) for index in range(painter.parts)]
            run.step(number, len(tiles), phase="paint")

    def others(self) -> Sequence[Mapping[str, Any]]:
        return self._painter.finish()


class _Filtered:
    """By an engine that looks at a neighbourhood of each pixel."""

    def __init__(self, engine: Filter[Any], scene: Scene, params: EngineParams, run: Run) -> None:
        assert scene.content is not None
        self._engine, self._scene, self._params, self._run = engine, scene, params, run
        self._content = scene.content
        self._parts = parts_of(engine, scene)
        self._halo = _halo(engine, scene, params)
        self._fill = hidden_fill(scene.content)

    def sample(self) -> Iterator[tuple[Box, list[Floats]]]:
        everything = range(len(self._parts))
        for box in sample_boxes(self._scene, self._content):
            yield box, list(self._paint(Tile(box, self._around(box)), everything).values())

    def pieces(self, touched: Touched) -> Iterator[Piece]:
        content, run, window = self._content, self._run, self._scene.window
        multiple = self._engine.descriptor.multiple
        tiles = plan(
            content.width, content.height, core=tile_side.get(), halo=self._halo, multiple=multiple
        )
        run.step(0, len(tiles), phase="paint")
        for number, tile in enumerate(tiles, 1):
            seen = [index for index, is_seen in enumerate(touched(tile.core)) if is_seen]
            if seen and window is not None:
                tile = tile.trimmed(window, halo=self._halo, multiple=multiple)
            painted = self._paint(tile, seen) if seen else {}
            yield tile.core, [painted.get(index) for index in range(len(self._parts))]
            run.step(number, len(tiles), phase="paint")

    def _paint(self, tile: Tile, parts: Sequence[int]) -> dict[int, Floats]:
        engine, run = self._engine, self._run
        piece = self._piece(tile)
        rows, columns = piece.core
        painted = {}
        with blamed_on(engine):
            for index in parts:
                given = engine.apply(piece, self._parts[index], self._params, run)
                painted[index] = require_floats(engine, given, piece.pixels.shape)[rows, columns]
        return painted

    def _piece(self, tile: Tile) -> FilterTile:
        outer, content, halo = tile.outer, self._content, self._halo
        seen = with_fill(content.crop(outer.x0, outer.y0, outer.x1, outer.y1), self._fill)
        rows, columns = tile.inner
        sides = [
            (max(0, halo - inner.start), max(0, halo - (length - inner.stop)))
            for inner, length in ((rows, outer.height), (columns, outer.width))
        ]
        pixels = np.pad(np.clip(seen, 0, 1), (*sides, (0, 0)), mode="edge")
        core = tuple(
            slice(inner.start + before, inner.stop + before)
            for inner, (before, _) in zip(tile.inner, sides, strict=True)
        )
        return FilterTile(pixels, (core[0], core[1]), tile)

    def _around(self, box: Box) -> Box:
        halo, content = self._halo, self._content
        return Box(
            max(0, box.x0 - halo),
            max(0, box.y0 - halo),
            min(content.width, box.x1 + halo),
            min(content.height, box.y1 + halo),
        )

    def others(self) -> Sequence[Mapping[str, Any]]:
        return []


class _AtOnce:
    """By an engine that works on the whole picture."""

    def __init__(
        self,
        engine: Iterative[Any],
        scene: Scene,
        params: EngineParams,
        run: Run,
        size: tuple[int, int],
    ) -> None:
        import torch

        self._box = Box(0, 0, size[1], size[0])
        self._painted: list[Floats] = []
        self._others: list[dict[str, Any]] = []
        for part in parts_of(engine, scene):
            # This job may run between two steps of another that has gradients switched off.
            with blamed_on(engine), torch.inference_mode(False), torch.enable_grad():
                given = engine.stylize(part, params, run)
                outputs: dict[str, Any] = (
                    dict(given) if isinstance(given, Mapping) else {"picture": given}
                )
                picture = outputs.pop("picture")
                self._others.append(outputs)
                require_size(engine, picture, size)
                self._painted.append(rgb_floats(engine, picture))

    def sample(self) -> Iterator[tuple[Box, list[Floats]]]:
        yield self._box, self._painted

    def pieces(self, touched: Touched) -> Iterator[Piece]:
        yield self._box, list(self._painted)

    def others(self) -> Sequence[Mapping[str, Any]]:
        return self._others


class _Elsewhere:
    """By painting another picture in its place: a smaller one, or one that goes on beyond its edges."""

    def __init__(
        self, engine: Engine, scene: Scene, working: Working, params: EngineParams, run: Run
    ) -> None:
        assert scene.content is not None
        self._content = scene.content
        content = working.scene.content
        assert content is not None
        size = (content.height, content.width)
        inner = begin(engine, replace(working.scene, window=None), params, run, size)
        parts = len(parts_of(engine, scene))
        pictures = [np.empty((*size, 3), np.float32) for _ in range(parts)]
        for box, painted in inner.pieces(lambda box: [True] * parts):
            for picture, piece in zip(pictures, painted, strict=True):
                picture[box.y0 : box.y1, box.x0 : box.x1] = piece
        self._layers = [working.enlarger(picture) for picture in pictures]
        self._others = inner.others()
        self._fill = hidden_fill(scene.content)

    def sample(self) -> Iterator[tuple[Box, list[Floats]]]:
        box = Box(0, 0, self._content.width, self._content.height)
        for part in _parted(box):
            yield part, self._painted(part)

    def pieces(self, touched: Touched) -> Iterator[Piece]:
        for part in _parted(Box(0, 0, self._content.width, self._content.height)):
            if any(touched(part)):
                yield part, list(self._painted(part))
            else:
                yield part, [None] * len(self._layers)

    def _painted(self, box: Box) -> list[Floats]:
        return [np.clip(layer(box, self._content, self._fill), 0, 1) for layer in self._layers]

    def others(self) -> Sequence[Mapping[str, Any]]:
        return self._others


def _parted(box: Box) -> Iterator[Box]:
    for y0, y1 in bands(box.height, box.width * 12):
        yield Box(box.x0, y0, box.x1, y1)

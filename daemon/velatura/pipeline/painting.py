"""What every way of painting a scene has in common: its parts, their pieces, and a tile of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Protocol

from velatura.contract.engine import Engine, EngineParams, FeedForward
from velatura.contract.run import Run
from velatura.contract.scene import Scene
from velatura.imaging.alpha import hidden_fill
from velatura.imaging.colour import Floats
from velatura.imaging.tiles import Box, Tile
from velatura.pipeline.engine_errors import blamed_on, require_size, rgb_floats
from velatura.pipeline.regions import blending
from velatura.pipeline.tensors import content_tile, surroundings, tile_plan

Touched = Callable[[Box], Sequence[bool]]
"""Which parts of a scene have any weight in a box."""

Piece = tuple[Box, list[Floats | None]]
"""A box and what each part painted there, (h, w, 3) sRGB 0..1; None where nobody will see it."""


class Painting(Protocol):
    """A scene being painted at full strength, in its parts."""

    def sample(self) -> Iterator[tuple[Box, list[Floats]]]:
        """A fair sample of what :meth:`pieces` will give."""

    def pieces(self, touched: Touched) -> Iterator[Piece]:
        """Everything, row by row from the top."""

    def others(self) -> Sequence[Mapping[str, Any]]:
        """What the engine gives beside the picture of each part, by name, once all is painted."""


def parts_of(engine: Engine, scene: Scene) -> list[Scene]:
    """The scenes to paint: one for each region unless the engine blends them itself."""
    if engine.descriptor.regions == "native" or len(scene.regions) < 2:
        return [scene]
    return [
        replace(scene, regions=(region,), inputs={**scene.inputs, **region.states})
        for region in scene.regions
    ]


class TilePainter:
    """Paints any tile of a scene's ``parts``, which share a content, with an engine that has looked at each of them.

    ``around`` is how many pixels around a tile's core are painted with it, as far as the picture goes. ``coarser``
    was :meth:`handed_on` from the same parts of a smaller picture that this one is laid over.
    """

    def __init__(
        self,
        engine: FeedForward[Any, Any],
        parts: Sequence[Scene],
        params: EngineParams,
        run: Run,
        *,
        around: int = 0,
        coarser: Sequence[Any] | None = None,
    ) -> None:
        import torch

        content = parts[0].content
        assert content is not None
        self.content, self.parts = content, len(parts)
        self._engine, self._scenes, self._run, self._around = engine, parts, run, around
        # No inference mode here: what prepare leaves in the caches may later be part of a gradient.
        with blamed_on(engine), torch.inference_mode(False), torch.no_grad():
            if coarser is None:
                self._prepared = [engine.prepare(part, params, run) for part in parts]
            else:
                self._prepared = [
                    engine.prepare_finer(part, known, params, run)
                    for part, known in zip(parts, coarser, strict=True)
                ]
            self._fill = hidden_fill(content)

    def handed_on(self) -> list[Any]:
        """What the engine knows of each part that a finer level wants to know, too."""
        return [self._engine.handed_on(prepared) for prepared in self._prepared]

    def tiles(self) -> list[Tile]:
        """All of the picture, row by row from the top."""
        content = self.content
        return tile_plan(content.width, content.height, self._engine.descriptor, self._around)

    def trimmed(self, tile: Tile, window: Box | None) -> Tile:
        """What of ``tile`` is painted for the window that was asked for, which touches its core."""
        if window is None:
            return tile
        descriptor = self._engine.descriptor
        return tile.trimmed(
            window, halo=surroundings(descriptor, self._around), multiple=descriptor.multiple
        )

    def __call__(self, tile: Tile, parts: Sequence[int]) -> dict[int, Floats]:
        """What each of ``parts`` shows in the :meth:`painted` box of ``tile``, (h, w, 3) sRGB 0..1."""
        import torch

        engine, run = self._engine, self._run
        rows, columns = Tile(self.painted(tile), tile.outer).inner
        painted = {}
        with blamed_on(engine), torch.inference_mode():
            piece = content_tile(self.content, tile, self._fill, run, engine.descriptor)
            size = piece.tensor.shape[2:]
            for index in parts:
                blend = partial(blending, self._scenes[index], tile.outer, size, run)
                given = engine.apply(replace(piece, blend=blend), self._prepared[index], run)
                require_size(engine, given, size)
                painted[index] = rgb_floats(engine, given[:, :, rows, columns])
        return painted

    def painted(self, tile: Tile) -> Box:
        """The tile's core and what is painted around it."""
        painted = self.around(tile.core).common(tile.outer)
        assert painted is not None
        return painted

    def around(self, box: Box) -> Box:
        """``box`` and what would be painted around it."""
        around, content = self._around, self.content
        return Box(
            max(box.x0 - around, 0),
            max(box.y0 - around, 0),
            min(box.x1 + around, content.width),
            min(box.y1 + around, content.height),
        )

    def finish(self) -> Sequence[Mapping[str, Any]]:
        """What the engine gives beside the picture of each part, by name."""
        with blamed_on(self._engine):
            return [self._engine.finish(prepared, self._run) for prepared in self._prepared]

"""Paints the grey value that a model's file has at an index."""

from __future__ import annotations

from typing import Any, ClassVar

from torch import Tensor

from velatura.contract.engine import Descriptor, EngineParams, FeedForward
from velatura.contract.run import Run
from velatura.contract.scene import Scene
from velatura.contract.tile import ContentTile


class Params(EngineParams):
    """None."""


class Model(FeedForward[Params, float]):
    """A checkpoint, or one style of a bank, instead of a picture."""

    Params: ClassVar[type[EngineParams]] = Params
    descriptor = Descriptor(
        name="toy-model",
        title="Toy model",
        summary="Paints what a model's file says.",
        source="a test",
        styles=("checkpoint", "bank"),
        most_styles=1,
        tiles=True,
        duration="instant",
    )

    def prepare(self, scene: Scene, params: Params, run: Run) -> float:
        (style,) = scene.regions[0].styles
        assert style.checkpoint is not None
        return style.checkpoint.read_bytes()[style.index or 0] / 255

    def apply(self, tile: ContentTile, prepared: float, run: Run) -> Tensor:
        return (tile.tensor * 0).add(prepared)


ENGINE: type[FeedForward[Any, Any]] = Model

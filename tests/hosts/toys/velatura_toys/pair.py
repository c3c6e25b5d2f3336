"""Does to the content what was done to a picture: adds the difference of the means of a pair."""

from __future__ import annotations

from typing import Any, ClassVar

from torch import Tensor

from velatura.contract.engine import Descriptor, EngineParams, FeedForward
from velatura.contract.run import Run
from velatura.contract.scene import Scene
from velatura.contract.tile import ContentTile
from velatura.pipeline.tensors import picture_tensor


class Params(EngineParams):
    """None."""


class Pair(FeedForward[Params, Tensor]):
    """A : A′ instead of a picture."""

    Params: ClassVar[type[EngineParams]] = Params
    descriptor = Descriptor(
        name="toy-pair",
        title="Toy pair",
        summary="Does what was done.",
        source="a test",
        styles=("pair",),
        tiles=True,
    )

    def prepare(self, scene: Scene, params: Params, run: Run) -> Tensor:
        (style,) = scene.regions[0].styles
        assert style.picture is not None
        assert style.before is not None
        means = [
            picture_tensor(each, run).mean(dim=(2, 3), keepdim=True)
            for each in (style.picture, style.before)
        ]
        return means[0] - means[1]

    def apply(self, tile: ContentTile, prepared: Tensor, run: Run) -> Tensor:
        return (tile.tensor + prepared).clamp(0, 1)


ENGINE: type[FeedForward[Any, Any]] = Pair

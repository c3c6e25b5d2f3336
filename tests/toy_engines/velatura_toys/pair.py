"""A style that is a pair: what was done to one picture is done to another."""

from __future__ import annotations

import torch
from torch import Tensor

from velatura.contract.engine import Descriptor, EngineParams, FeedForward
from velatura.contract.run import Run
from velatura.contract.scene import Scene, Style
from velatura.contract.tile import ContentTile
from velatura.pipeline.style_input import USUAL_SIDE, pair_tensors, style_key


class PairParams(EngineParams):
    pass


class ToyPair(FeedForward[PairParams, Tensor]):
    """Adds to every pixel what was added to the first half of the pair, on average, to get the second."""

    descriptor = Descriptor(
        name="toy-pair",
        title="Toy pair",
        purpose="Colours from a pair",
        summary="Does to the picture what was done to another.",
        source="a test",
        rank=201,
        styles=("pair",),
        duration="instant",
        tiles=True,
        memory=64,
        deterministic="bitwise",
    )
    Params = PairParams

    def prepare(self, scene: Scene, params: PairParams, run: Run) -> Tensor:
        total = sum(style.weight for style in scene.styles)
        return torch.stack(
            [style.weight / total * _difference(style, scene, run) for style in scene.styles]
        ).sum(0)

    def apply(self, tile: ContentTile, prepared: Tensor, run: Run) -> Tensor:
        return (tile.tensor + prepared).clamp(0, 1)


def _difference(style: Style, scene: Scene, run: Run) -> Tensor:
    side = scene.style_side(style, USUAL_SIDE)

    def make() -> Tensor:
        before, after, weights = pair_tensors(style, side, run)
        if weights is None:
            weights = torch.ones_like(before[:, :1])
        return ((after - before) * weights).sum((2, 3), keepdim=True) / weights.sum()

    return run.remember(f"toy pair {style_key(style, side)}", make)


ENGINE = ToyPair

"""Paints every frame a tenth lighter than the one before: what came before is in the state."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import torch

from velatura.contract.engine import PICTURE, Descriptor, EngineParams, Input, Iterative, Output
from velatura.contract.run import Run
from velatura.contract.scene import Scene


class Params(EngineParams):
    """None."""


class Frames(Iterative[Params]):
    """Frames in order, each with what the one before gave."""

    Params: ClassVar[type[EngineParams]] = Params
    descriptor = Descriptor(
        name="toy-frames",
        title="Toy frames",
        summary="Counts frames.",
        source="a test",
        styles=(),
        fewest_styles=0,
        frames="ordered",
        inputs=(Input(name="state", kind="state", title="State"),),
        outputs=(PICTURE, Output(name="state", kind="state", title="State", suffix="bin")),
    )

    def stylize(self, scene: Scene, params: Params, run: Run) -> dict[str, Any]:
        assert scene.content is not None
        state = scene.inputs.get("state")
        number = state.read_bytes()[0] + 1 if isinstance(state, Path) else 1
        picture = torch.full((1, 3, scene.content.height, scene.content.width), number / 10)
        return {"picture": picture, "state": bytes([number])}


ENGINE: type[Iterative[Any]] = Frames

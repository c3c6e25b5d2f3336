"""An engine of frames in their order: each goes on from what the one before left."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor

from velatura.contract.engine import PICTURE, Descriptor, EngineParams, Input, Iterative, Output
from velatura.contract.run import Run
from velatura.contract.scene import Scene
from velatura.imaging.raster import Raster
from velatura.pipeline.style_input import style_tensor
from velatura.pipeline.tensors import picture_tensor


class FramesParams(EngineParams):
    pass


class ToyFrames(Iterative[FramesParams]):
    """Fades the picture into the style's colour: a tenth more with each frame."""

    descriptor = Descriptor(
        name="toy-frames",
        title="Toy frames",
        purpose="A fade over frames",
        summary="Fades a film into the style's colour.",
        source="a test",
        rank=203,
        inputs=(
            Input(name="flow", kind="flow", title="Motion since the frame before"),
            Input(name="state", kind="state", title="What the frame before left"),
        ),
        outputs=(
            PICTURE,
            Output(name="amount", title="Amount"),
            Output(name="state", kind="state", title="What this frame leaves", suffix="json"),
        ),
        frames="ordered",
        duration="seconds",
        phases={"fade": "Fading"},
        deterministic="bitwise",
    )
    Params = FramesParams

    def stylize(
        self, scene: Scene, params: FramesParams, run: Run
    ) -> Mapping[str, Raster | Tensor | bytes]:
        assert scene.content is not None
        before = scene.inputs.get("state")
        frame = json.loads(before.read_text())["frame"] + 1 if isinstance(before, Path) else 1
        amount = min(frame / 10, 1.0)
        content = picture_tensor(scene.content, run)
        seen, _ = style_tensor(scene.styles[0], 16, run)
        picture = content + amount * (seen.mean((2, 3), keepdim=True) - content)
        run.step(1, 1, phase="fade", preview=lambda: picture)
        return {
            "picture": picture,
            "amount": torch.full_like(picture[:, :1], amount),
            "state": json.dumps({"frame": frame}).encode(),
        }


ENGINE = ToyFrames

"""An engine that starts from nothing and is told a size."""

from __future__ import annotations

import torch
from pydantic import Field
from torch import Tensor

from velatura.contract.engine import Descriptor, EngineParams, Iterative
from velatura.contract.run import Run
from velatura.contract.scene import Scene
from velatura.pipeline.style_input import style_tensor


class TextureParams(EngineParams):
    steps: int = Field(
        5, ge=1, le=100, title="Steps", description="How often the noise is made weaker."
    )


class ToyTexture(Iterative[TextureParams]):
    """Noise in the mean colour of the style, calmer with each step."""

    descriptor = Descriptor(
        name="toy-texture",
        title="Toy texture",
        purpose="Noise from nothing",
        summary="Fills a new picture with noise of the style's colour.",
        source="a test",
        rank=202,
        content="none",
        fewest_styles=1,
        most_styles=1,
        duration="seconds",
        deterministic="bitwise",
        interruptible=True,
    )
    Params = TextureParams

    def stylize(self, scene: Scene, params: TextureParams, run: Run) -> Tensor:
        assert scene.size is not None
        width, height = scene.size
        seen, _ = style_tensor(scene.styles[0], 16, run)
        colour = seen.mean((2, 3), keepdim=True)
        dice = torch.Generator().manual_seed(scene.seed)
        noise = torch.rand((1, 3, height, width), generator=dice).to(colour) - 0.5
        picture = colour + noise
        for step in range(1, params.steps + 1):
            picture = colour + noise * (1 - step / (2 * params.steps))
            run.step(step, params.steps, preview=lambda now=picture: now.clamp(0, 1))
            if run.ends_early(step, params.steps):
                break
        return picture.clamp(0, 1)


ENGINE = ToyTexture

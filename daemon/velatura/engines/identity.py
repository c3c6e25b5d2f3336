"""The engine that changes nothing, so that the way there and back can be judged and timed."""

from __future__ import annotations

import time

import numpy as np
from pydantic import Field

from velatura.contract.engine import Descriptor, EngineParams, Pixelwise
from velatura.contract.run import Run
from velatura.contract.scene import Scene
from velatura.imaging.raster import Raster


class IdentityParams(EngineParams):
    steps: int = Field(
        1,
        title="Steps",
        description="Steps to report before the picture is painted.",
        ge=1,
        le=10000,
    )
    pause: float = Field(
        0.0,
        title="Pause",
        description="How long each step takes.",
        ge=0,
        le=10,
        json_schema_extra={"unit": "s"},
    )


class Identity(Pixelwise[IdentityParams]):
    """Gives the content back bit for bit, after as many steps as it was told to pretend."""

    descriptor = Descriptor(
        name="identity",
        title="Identity",
        summary="Returns the picture unchanged, to test and time the round trip.",
        source="the identity map",
        styles=("picture",),
        fewest_styles=0,
        duration="instant",
        regions="native",
        tiles=True,
        interruptible=True,
        phases={"pretend": "Pretend"},
        hidden=True,
    )
    Params = IdentityParams

    def render(self, band: Raster, scene: Scene, params: IdentityParams, run: Run) -> Raster:
        content = scene.content
        if content is not None and np.may_share_memory(band.pixels[0], content.pixels[0]):
            for step in range(1, params.steps + 1):
                time.sleep(params.pause)
                run.step(step, params.steps, phase="pretend")
                if run.ends_early(step, params.steps):
                    break
        return band


ENGINE = Identity

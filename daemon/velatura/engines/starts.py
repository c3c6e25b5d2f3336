"""What an optimisation begins with: the content, noise, a picture, or what another engine paints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from velatura.engines import registry
from velatura.engines.run import Run
from velatura.engines.scene import Region, Scene
from velatura.engines.tensors import picture_tensor
from velatura.errors import BadParams, BadRequest
from velatura.imaging.raster import Raster
from velatura.perception.losses import colour_moments, luminance
from velatura.perception.objective import Objective
from velatura.perception.recolour import recoloured

Init = Literal["engine", "content", "colours", "noise", "picture"]


@dataclass(frozen=True)
class Start:
    """A start at any size; what has to be made for it is made once.

    ``given`` is the picture that is begun with, where it is not made of the content.
    """

    init: Init
    seed: int
    keep_hues: bool
    given: Raster | None = None

    @classmethod
    def of(cls, init: Init, engine: str, scene: Scene, run: Run, *, keep_hues: bool) -> Start:
        """The start of ``scene``. ``engine`` paints it where ``init`` says so; ``keep_hues`` takes
        no more than brightness from what was painted.

        Raises :class:`BadRequest` when there is no picture to start from, :class:`BadParams` for an
        engine that is not known, and what that engine raises.
        """
        given = None
        if init == "engine":
            given = _painted_by(engine, scene, run)
        elif init == "picture":
            raster = scene.inputs.get("start")
            if not isinstance(raster, Raster):
                raise BadRequest(
                    "init is “picture”, and there is no picture to start from.",
                    hint="Give one as the input “start”.",
                )
            given = raster
        return cls(init, scene.seed, keep_hues, given)

    @property
    def has_detail(self) -> bool:
        """Whether what the start shows at a finer size is worth keeping there."""
        return self.init != "noise"

    def at(self, content: Tensor, objective: Objective, run: Run) -> Tensor:
        """The picture to begin with, as large as ``content``, (1, 3, h, w) in 0..1."""
        if self.init == "content":
            return content
        if self.init == "noise":
            # On the processor, so that a seed gives the same noise on every device.
            dice = torch.Generator().manual_seed(self.seed)
            return torch.rand(content.shape, generator=dice).to(run.device)
        if self.given is not None:
            size = (content.shape[3], content.shape[2])
            start = picture_tensor(self.given, run, size=size)
        else:
            own = colour_moments(content, objective.visible)
            start = recoloured(content, own, objective.style.colours)
        if self.keep_hues and self.init != "picture":
            return (content + luminance(start) - luminance(content)).clamp(0, 1)
        return start


def _painted_by(name: str, scene: Scene, run: Run) -> Raster:
    """What the engine ``name`` makes of ``scene``, at full strength everywhere."""
    from velatura.engines.stage import render

    engine = registry.load(name)
    if "start" in (each.name for each in engine.descriptor.inputs):
        raise BadParams(
            f"init_engine cannot be {name}: an optimisation does not begin with another.",
            hint="adain is one that can.",
        )
    everywhere = Scene(scene.content, (Region(scene.styles),), seed=scene.seed)
    painted = render(engine, everywhere, registry.validate(engine, {}), run)["picture"]
    assert isinstance(painted, Raster)
    return painted

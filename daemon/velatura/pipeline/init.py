"""What an optimisation begins with: the content, noise, a picture, or what another engine paints."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import torch
from torch import Tensor

from velatura.contract import registry
from velatura.contract.common_params import CommonParams
from velatura.contract.run import Run
from velatura.contract.scene import Scene
from velatura.errors import BadParams, BadRequest
from velatura.imaging.raster import Raster
from velatura.perception.losses import colour_moments, luminance
from velatura.perception.objective import Part
from velatura.perception.recolour import recoloured
from velatura.pipeline.render import render
from velatura.pipeline.tensors import picture_tensor

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
                    "init is “picture”, but there is no picture to start from.",
                    hint="Give one as the input “start”.",
                )
            given = raster
        return cls(init, scene.seed, keep_hues, given)

    @property
    def has_detail(self) -> bool:
        """Whether what the start shows at a finer size is worth keeping there."""
        return self.init != "noise"

    def at(self, content: Tensor, parts: Callable[[], Sequence[Part]], run: Run) -> Tensor:
        """The picture to begin with, as large as ``content``, (1, 3, h, w) in 0..1; ``parts()`` are what
        gets which style's colours.
        """
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
            start = _recoloured(content, parts())
        if self.keep_hues and self.init != "picture":
            return (content + luminance(start) - luminance(content)).clamp(0, 1)
        return start


def _recoloured(content: Tensor, parts: Sequence[Part]) -> Tensor:
    """``content`` (1, 3, h, w), each part of it in the colours of its style."""
    start = content
    for part in parts:
        own = colour_moments(content, part.pixels)
        inside = recoloured(content, own, part.style.colours)
        if part.channels is None or part.pixels is None:
            return inside
        start = start + part.pixels * (inside - content)
    return start


def _painted_by(name: str, scene: Scene, run: Run) -> Raster:
    """What the engine ``name`` makes of ``scene``, at full strength in each of its regions."""
    engine = registry.load(name)
    if "start" in (each.name for each in engine.descriptor.inputs):
        raise BadParams(
            "init_engine cannot be {engine}: an optimisation cannot start from another optimisation.",
            hint="For example, it can be adain.",
            engine=name,
        )
    kept = {"stroke", "feather"} & set(registry.common_knobs(engine))
    common = CommonParams.model_validate({}).model_copy(
        update=scene.common.model_dump(include=kept)
    )
    plainly = replace(
        scene,
        regions=tuple(replace(region, strength=1.0) for region in scene.regions),
        strength=1.0,
        inputs={},
        common=common,
        window=None,
    )
    painted = render(engine, plainly, registry.validate(engine, {}), run)["picture"]
    assert isinstance(painted, Raster)
    return painted

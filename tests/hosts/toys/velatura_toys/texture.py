"""Paints from nothing: red grows to the right, green downwards; and a map of where that is."""

from __future__ import annotations

from typing import Any, ClassVar

import torch

from velatura.contract.engine import PICTURE, Descriptor, EngineParams, Iterative, Output
from velatura.contract.run import Run
from velatura.contract.scene import Scene


class Params(EngineParams):
    """None."""


class Texture(Iterative[Params]):
    """A size instead of a content, and no style."""

    Params: ClassVar[type[EngineParams]] = Params
    descriptor = Descriptor(
        name="toy-texture",
        title="Toy texture",
        summary="Paints from nothing.",
        source="a test",
        content="none",
        styles=(),
        fewest_styles=0,
        outputs=(PICTURE, Output(name="map", title="Toy map")),
        phases={"grow": "Growing a toy"},
    )

    def stylize(self, scene: Scene, params: Params, run: Run) -> dict[str, Any]:
        assert scene.size is not None
        width, height = scene.size
        picture = torch.zeros(1, 3, height, width)
        picture[:, 0] = torch.linspace(0, 1, width)
        picture[:, 1] = torch.linspace(0, 1, height)[:, None]
        run.step(1, 1, phase="grow")
        return {"picture": picture, "map": picture[:, :1]}


ENGINE: type[Iterative[Any]] = Texture

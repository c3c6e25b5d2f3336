"""Painting within the memory there is."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import pytest
import torch
from torch import Tensor

from velatura.contract.engine import Descriptor, EngineParams, FeedForward, Iterative
from velatura.contract.run import Run
from velatura.contract.scene import Region, Scene
from velatura.errors import OutOfMemory
from velatura.imaging.raster import Raster
from velatura.pipeline import memory_fit
from velatura.pipeline.render import render
from velatura.pipeline.tensors import ContentTile, picture_tensor


class NoParams(EngineParams):
    pass


class Models:
    """A device of a kind, which is the processor underneath."""

    dtype = torch.float32

    def __init__(self, kind: str) -> None:
        self.device = torch.device(kind)
        self.freed = 0

    def free(self) -> None:
        self.freed += 1

    def clear(self) -> None:
        self.free()


def described(**facts: Any) -> Descriptor:
    return Descriptor(
        name="hungry", title="Hungry", summary="", source="a test", fewest_styles=0, **facts
    )


class Hungry(FeedForward[NoParams, None]):
    """Has no room for tiles of more than ``most`` pixels a side on ``meta``."""

    descriptor = described(tiles=True, least=1)
    Params: ClassVar[type[EngineParams]] = NoParams

    def __init__(self, most: dict[str, int]) -> None:
        self.most = most
        self.sides: list[int] = []

    def prepare(self, scene: Scene, params: NoParams, run: Run) -> None:
        return None

    def apply(self, tile: ContentTile, prepared: None, run: Run) -> Tensor:
        side = max(tile.tensor.shape[2:])
        self.sides.append(side)
        if side > self.most[run.device.type]:
            raise torch.OutOfMemoryError("out of memory")
        # What a device other than the processor gives is not looked at here.
        return torch.zeros(tile.tensor.shape)


class HungryWhole(Iterative[NoParams]):
    """Has room on the processor alone."""

    descriptor = described()
    Params: ClassVar[type[EngineParams]] = NoParams

    def stylize(self, scene: Scene, params: NoParams, run: Run) -> Tensor:
        if run.device.type != "cpu":
            raise torch.OutOfMemoryError("out of memory")
        assert scene.content is not None
        return picture_tensor(scene.content, run)


def scene(side: int = 600) -> Scene:
    return Scene(Raster(np.full((side, side, 3), 80, np.uint8)), (Region(()),))


def run_on(kind: str) -> Run:
    return Run(Models(kind))  # type: ignore[arg-type]


def test_tiles_are_halved_until_they_fit() -> None:
    run, engine = run_on("cpu"), Hungry({"cpu": 200})
    rows: list[int] = []
    found = render(engine, scene(), NoParams(), run, tile=512, rows_done=rows.append)["picture"]
    assert isinstance(found, Raster)
    assert not found.pixels.any()
    # 600 pixels in three tiles a side.
    assert engine.sides == [300] + [200] * 9
    assert rows == sorted(set(rows))
    assert rows[-1] == 600
    assert run.notes[-1] == "There was not enough memory: painted in tiles of 256 pixels."


def test_the_processor_is_the_last_resort() -> None:
    run = run_on("meta")
    found = render(HungryWhole(), scene(8), NoParams(), run)["picture"]
    assert isinstance(found, Raster)
    assert (found.pixels == 80).all()
    assert run.device.type == "cpu"
    assert run.notes == ["The device did not have enough memory: painted on the processor."]


def test_when_nothing_is_enough_it_is_said() -> None:
    with pytest.raises(OutOfMemory):
        render(Hungry({"cpu": 8}), scene(), NoParams(), run_on("cpu"), tile=512)


@pytest.mark.parametrize(("free", "expected"), [(1 << 33, 1024), (1 << 30, 512), (1, 128)])
def test_tiles_are_planned_from_what_is_free(
    monkeypatch: pytest.MonkeyPatch, free: int, expected: int
) -> None:
    monkeypatch.setattr(memory_fit, "available", lambda device: free)
    run, engine = run_on("cpu"), Hungry({"cpu": 4096})
    render(engine, scene(1024), NoParams(), run)
    assert max(engine.sides) == expected
    assert bool(run.notes) == (expected < 1024)

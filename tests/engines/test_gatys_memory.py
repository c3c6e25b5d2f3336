"""Pictures that do not fit: what a step takes, and painting in tiles."""

from __future__ import annotations

import pytest
import torch
from tests.engines.test_gatys import difference, models_with, painted, picture, scene
from tests.engines.test_gatys_regions import HEIGHT, WIDTH, halves

from velatura.contract.run import Run
from velatura.engines.gatys import memory
from velatura.engines.gatys.memory import SMALLEST, Needs, as_it_fits, tile_for
from velatura.errors import EngineFailed, OutOfMemory
from velatura.pipeline.tensors import tile_side
from velatura.runtime.memory import available
from velatura.runtime.model_cache import WarmModels

NEEDS = Needs(("relu4_1",), ("relu1_1", "relu4_1"), torch.float32)


@pytest.fixture(scope="module")
def models() -> WarmModels:
    return models_with(9)


@pytest.fixture
def run(models: WarmModels) -> Run:
    return Run(models)


def in_tiles(monkeypatch: pytest.MonkeyPatch, side: int) -> None:
    """Leaves so little memory that everything is painted in tiles of ``side`` pixels."""
    monkeypatch.setattr(memory, "available", lambda device: 0)
    monkeypatch.setattr(memory, "SMALLEST", side)


@pytest.mark.parametrize(
    "knobs",
    [
        {},
        {"optimiser": "lbfgs", "rate": 0.1},
        {"sizes": 2},
        {"even_gradients": True, "init": "colours"},
    ],
)
def test_in_tiles_the_same_picture_is_painted(
    knobs: dict[str, object], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Short steps: where a gradient is almost 0, Adam and L-BFGS make a step of what is rounding.
    knobs = {"rate": 0.01, **knobs}
    for what in (scene(picture(HEIGHT, WIDTH)), halves()):
        whole = painted(what, run, **knobs)
        with monkeypatch.context() as patch:
            in_tiles(patch, 32)
            tiled = painted(what, run, **knobs)
        assert difference(whole, tiled) < 0.05 < 0.5 < difference(whole, picture(HEIGHT, WIDTH))
    assert run.notes[-1].startswith(
        "Painted in tiles of 32 pixels, since the whole would have taken"
    )


def test_more_pixels_and_deeper_layers_take_more() -> None:
    assert NEEDS.at_once(512, 512) < NEEDS.at_once(1024, 512) < NEEDS.at_once(1024, 1024)
    deeper = Needs(("relu4_1",), ("relu1_1", "relu5_1"), torch.float32)
    assert deeper.at_once(512, 512) > NEEDS.at_once(512, 512)
    half = Needs(("relu4_1",), ("relu1_1", "relu4_1"), torch.bfloat16)
    assert half.at_once(512, 512) < NEEDS.at_once(512, 512)
    history = Needs(("relu4_1",), ("relu1_1", "relu4_1"), torch.float32, remembered=20)
    assert history.at_once(512, 512) - NEEDS.at_once(512, 512) == 20 * 512 * 512 * 12
    assert NEEDS.in_tiles(4096, 4096, 256) < NEEDS.at_once(4096, 4096) / 4


def test_tiles_are_as_large_as_memory_allows() -> None:
    size = (4096, 4096)
    assert tile_for(size, NEEDS, 1 << 40) is None
    assert tile_for(size, NEEDS, 0) == SMALLEST
    sides = [tile_for(size, NEEDS, free << 30) for free in (4, 6, 12)]
    assert sides == sorted(sides) and len({*sides}) > 1
    token = tile_side.set(512)
    try:
        assert tile_for(size, NEEDS, NEEDS.at_once(*size)) == 512
    finally:
        tile_side.reset(token)


def test_where_the_memory_is_not_enough_after_all_tiles_are_halved(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "available", lambda device: 1 << 40)
    tried: list[int | None] = []

    def paint(side: int | None) -> str:
        tried.append(side)
        if side is None or side > 256:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return "painted"

    assert as_it_fits((2048, 2048), NEEDS, run, paint, tell=True) == "painted"
    assert tried == [None, 1024, 512, 256]
    assert run.notes == [
        "Painted in tiles of 256 pixels, since there was not enough memory for larger ones."
    ]


def test_where_no_tile_fits_it_is_one_clear_sentence(run: Run) -> None:
    def paint(side: int | None) -> str:
        raise MemoryError

    with pytest.raises(OutOfMemory, match="even in small tiles"):
        as_it_fits((64, 64), NEEDS, run, paint, tell=True)


def test_other_failures_are_told_at_once(run: Run) -> None:
    tried: list[int | None] = []

    def paint(side: int | None) -> str:
        tried.append(side)
        raise EngineFailed("The optimisation diverged.")

    with pytest.raises(EngineFailed):
        as_it_fits((64, 64), NEEDS, run, paint, tell=True)
    assert tried == [None]


def test_free_memory_is_known() -> None:
    assert 1 << 20 < available(torch.device("cpu")) < 1 << 50

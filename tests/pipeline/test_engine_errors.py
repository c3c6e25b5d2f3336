"""What engines do wrong, and what is wrong with what they are given."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from velatura.contract.run import Run
from velatura.contract.scene import Scene
from velatura.errors import BadPicture, BadRequest, EngineFailed, OutOfMemory
from velatura.imaging.raster import Raster

from ..toys import Descends, Dims, Gives, Negative, NoParams, Raises, painted


def test_what_an_engine_needs_is_told() -> None:
    with pytest.raises(BadRequest, match="negative needs a picture"):
        painted(Negative(), Scene(None, size=(4, 4)))
    with pytest.raises(BadRequest, match="descends starts from nothing and needs a size"):
        painted(Descends(), Scene(None))
    with pytest.raises(BadPicture, match="0 × 4"):
        painted(Descends(), Scene(None, size=(0, 4)))


CONTENT = Scene(Raster(np.full((4, 4, 3), 100, np.uint8)))


def test_an_engines_error_is_one_sentence_with_its_cause() -> None:
    with pytest.raises(EngineFailed) as caught:
        painted(Raises(KeyError("relu9_1\nand more")), CONTENT)
    assert "\n" not in caught.value.message
    assert caught.value.message.startswith("The engine raises failed: ")
    assert isinstance(caught.value.__cause__, KeyError)
    with pytest.raises(EngineFailed, match=r"failed: ZeroDivisionError\.$"):
        painted(Raises(ZeroDivisionError()), CONTENT)


def test_our_own_errors_pass_unchanged() -> None:
    error = BadRequest("Not like this.")
    with pytest.raises(BadRequest) as caught:
        painted(Raises(error), CONTENT)
    assert caught.value is error


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        torch.OutOfMemoryError("CUDA out of memory."),
        RuntimeError("MPS backend out of memory (MPS allocated: 9 GB)"),
        RuntimeError(
            "[enforce fail at alloc_cpu.cpp:1] DefaultCPUAllocator: can't allocate memory"
        ),
    ],
)
def test_memory_that_runs_out_is_told_as_such(error: Exception) -> None:
    with pytest.raises(OutOfMemory) as caught:
        painted(Raises(error), CONTENT)
    assert caught.value.__cause__ is error


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda tile: tile / 0 * 0, "NaN or infinite"),
        (lambda tile: tile / 0, "NaN or infinite"),
        (lambda tile: tile[:, :, 1:], "was expected"),
        (lambda tile: tile[:, :1], "was expected"),
        (lambda tile: None, "failed"),
    ],
)
def test_garbage_from_an_engine_is_no_picture(make: Any, sentence: str) -> None:
    with pytest.raises(EngineFailed, match=sentence):
        painted(Gives(make), CONTENT)


def test_values_outside_the_range_are_clipped() -> None:
    content = Raster(np.full((4, 4, 3), 0.5, np.float32))
    assert (painted(Gives(lambda tile: tile + 9), Scene(content)).pixels == 1).all()
    assert (painted(Gives(lambda tile: tile - 9), Scene(content)).pixels == 0).all()


def test_networks_may_answer_in_half_precision() -> None:
    out = painted(Gives(lambda tile: (tile * 0 + 0.5).bfloat16()), CONTENT)
    assert (out.pixels == 128).all()


def test_a_band_of_another_shape_is_no_picture() -> None:
    class Shrinks(Dims):
        def render(self, band: Raster, scene: Scene, params: NoParams, run: Run) -> Raster:
            return band.crop(0, 0, 1, 1)

    class Divides(Dims):
        def render(self, band: Raster, scene: Scene, params: NoParams, run: Run) -> Raster:
            return Raster(band.pixels * np.float32(np.nan))

    with pytest.raises(EngineFailed, match="size or depth"):
        painted(Shrinks(), CONTENT)
    with pytest.raises(EngineFailed, match="NaN or infinite"):
        painted(Divides(), Scene(Raster(np.ones((3, 3, 3), np.float32))))

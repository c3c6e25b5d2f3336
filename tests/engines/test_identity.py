"""Identity gives back what it got, and takes as long as it is told."""

from __future__ import annotations

import mmap
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from velatura.contract.run import Run, Silent
from velatura.contract.scene import Region, Scene
from velatura.engines.identity import Identity
from velatura.errors import Cancelled
from velatura.imaging.raster import DTYPES, Depth, Raster, RasterShape
from velatura.pipeline.render import render

from ..observers import Watcher


def new_run(observer: Silent | None = None) -> Run:
    models: Any = SimpleNamespace()
    return Run(models, observer)


def big(channels: int, depth: Depth) -> Raster:
    """A raster of several bands."""
    rng = np.random.default_rng(2)
    dtype = DTYPES[depth]
    if dtype.kind == "u":
        pixels = rng.integers(0, np.iinfo(dtype).max, (1100, 1500, channels), dtype)
    else:
        pixels = (rng.random((1100, 1500, channels)) * 3).astype(dtype)
    return Raster(pixels, "linear")


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("depth", ["u8", "u16", "f16", "f32"])
def test_pixels_come_back_bit_for_bit(depth: Depth, channels: int) -> None:
    content = big(channels, depth)
    out = render(Identity(), Scene(content), Identity.Params(), new_run())["picture"]
    assert out.shape == content.shape
    assert out.to_bytes() == content.to_bytes()


def test_strength_and_masks_change_nothing_either() -> None:
    content = big(4, "u16")
    mask = Raster(np.full((1100, 1500, 1), 99, np.uint8))
    scene = Scene(content, (Region((), mask),), strength=0.3)
    out = render(Identity(), scene, Identity.Params(), new_run())["picture"]
    assert out.to_bytes() == content.to_bytes()


def test_from_one_mapped_file_to_another(tmp_path: Path) -> None:
    content = big(4, "u8")
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(content.to_bytes())
    target.write_bytes(bytes(content.nbytes))
    with source.open("rb") as file:
        read = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    with target.open("r+b") as file:
        written = mmap.mmap(file.fileno(), 0)

    def allocate(shape: RasterShape) -> Any:
        return np.frombuffer(written, shape.dtype).reshape(shape.height, shape.width, -1)

    mapped = Raster.from_buffer(
        read, width=1500, height=1100, channels=4, depth="u8", transfer="linear"
    )
    render(Identity(), Scene(mapped), Identity.Params(), new_run(), allocate=allocate)
    assert target.read_bytes() == source.read_bytes()


def test_it_pretends_once_as_many_steps_as_it_is_told() -> None:
    watcher = Watcher()
    render(Identity(), Scene(big(4, "u8")), Identity.Params(steps=5), new_run(watcher))
    pretended = [each for each in watcher.seen if each.phase == "pretend"]
    assert [(each.step, each.steps) for each in pretended] == [(step, 5) for step in range(1, 6)]
    assert watcher.seen[-1].phase == "paint"
    assert watcher.seen[-1].step == watcher.seen[-1].steps > 1


def test_it_can_be_cancelled_between_its_steps() -> None:
    watcher = Watcher(cancel_at=3)
    with pytest.raises(Cancelled):
        render(Identity(), Scene(big(4, "u8")), Identity.Params(steps=10000), new_run(watcher))
    assert len(watcher.seen) == 3


def test_it_can_be_stopped_and_keeps_what_it_has() -> None:
    run = Run(None, stop_after=3)
    content = big(4, "u8")
    out = render(Identity(), Scene(content), Identity.Params(steps=10000), run)["picture"]
    assert out.to_bytes() == content.to_bytes()
    assert run.notes == ["Stopped after 3 of 10000 steps."]


@pytest.mark.parametrize(
    "knobs", [{"steps": 0}, {"steps": 10001}, {"pause": -1}, {"pause": 10.1}, {"speed": 1}]
)
def test_knobs_out_of_range_are_refused(knobs: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Identity.Params(**knobs)


def test_it_is_hidden_from_menus() -> None:
    assert Identity.descriptor.hidden

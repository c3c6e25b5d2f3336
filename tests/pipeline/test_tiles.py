"""What is done in parts: tiles, rows as they become final, steps, cancelling."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from velatura.contract.common_params import CommonParams
from velatura.contract.run import Run
from velatura.contract.scene import Region, Scene
from velatura.errors import BadRequest, Cancelled
from velatura.imaging.raster import Pixels, Raster, RasterShape
from velatura.imaging.tiles import Box
from velatura.pipeline.render import render
from velatura.pipeline.tensors import ContentTile

from ..observers import Watcher
from ..toys import (
    Blur,
    Descends,
    Dims,
    Halves,
    Mean,
    Negative,
    NoParams,
    Toy,
    Whole,
    described,
    new_run,
    noise,
    painted,
)


@pytest.mark.parametrize(
    "engine", [Negative(), Blur(), Halves(), Mean()], ids=lambda e: type(e).__name__
)
@pytest.mark.parametrize("size", [(1, 1), (1, 300), (300, 1), (131, 257), (129, 64), (66, 200)])
def test_tiles_give_the_picture_painted_whole(engine: Any, size: tuple[int, int]) -> None:
    content = Raster(noise(*size, 4, "f32") / 4)
    whole = painted(engine, Scene(content), tile=1024)
    tiled = painted(engine, Scene(content), tile=32)
    np.testing.assert_allclose(tiled.pixels, whole.pixels, atol=2e-6)


def test_a_blur_is_a_blur() -> None:
    content = Raster(noise(70, 80, 3, "f32") / 4)
    out = painted(Blur(), Scene(content), tile=16)
    padded = np.pad(content.pixels, ((2, 2), (2, 2), (0, 0)), mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, (5, 5), axis=(0, 1))
    np.testing.assert_allclose(out.pixels, windows.mean(axis=(3, 4)), atol=1e-6)


@pytest.mark.parametrize("engine", [Negative(), Dims(), Mean()], ids=lambda e: type(e).__name__)
def test_no_float_copy_of_the_whole_picture_is_made(engine: Any) -> None:
    content = Raster(noise(2000, 2000, 4, "u8"))
    canvas = np.empty_like(content.pixels)
    tracemalloc.start()
    painted(engine, Scene(content, strength=0.5), allocate=lambda shape: canvas, tile=256)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2000 * 2000 * 3 * 4


def test_an_engine_that_cannot_be_tiled_sees_the_whole_picture() -> None:
    content = Raster(noise(100, 200, 3, "f32") / 4)
    out = painted(Whole(), Scene(content), tile=16)
    expected = content.pixels.mean(axis=(0, 1), dtype=np.float64)
    np.testing.assert_allclose(out.pixels, np.broadcast_to(expected, out.pixels.shape), atol=1e-5)


def test_rows_are_told_when_they_are_final() -> None:
    content = Raster(noise(200, 90, 3, "u8"))
    canvas = np.zeros_like(content.pixels)
    expected = 255 - content.pixels
    told = []

    def rows_done(rows: int) -> None:
        told.append(rows)
        np.testing.assert_array_equal(canvas[:rows], expected[:rows])

    painted(Negative(), Scene(content), allocate=lambda shape: canvas, rows_done=rows_done, tile=64)
    assert told == sorted(told)
    assert told[-1] == 200
    assert len(set(told)) >= 4


@pytest.mark.parametrize("strength", [0, 0.5, 1])
@pytest.mark.parametrize("engine", [Negative(), Dims(), Descends()], ids=lambda e: type(e).__name__)
def test_all_rows_are_told_in_the_end(engine: Any, strength: float) -> None:
    told: list[int] = []
    content = Raster(noise(30, 20, 3, "u8"))
    painted(engine, Scene(content, strength=strength), rows_done=told.append)
    assert told[-1] == 30


def test_the_canvas_is_the_one_allocated() -> None:
    shapes: list[RasterShape] = []
    canvas = np.zeros((7, 9, 4), np.uint16)

    def allocate(shape: RasterShape) -> Pixels:
        shapes.append(shape)
        return canvas

    out = painted(Negative(), Scene(Raster(noise(7, 9, 2, "u16"), "linear")), allocate=allocate)
    assert shapes == [RasterShape(9, 7, 4, "u16", "linear")]
    assert out.pixels is canvas


def test_every_tile_is_a_step() -> None:
    watcher = Watcher()
    content = Raster(noise(128, 128, 3, "u8"))
    render(Negative(), Scene(content), NoParams(), new_run(watcher), tile=64)
    assert [(each.phase, each.step, each.steps) for each in watcher.seen] == [
        ("paint", step, 4) for step in range(5)
    ]


def test_a_cancelled_render_stops_between_tiles() -> None:
    watcher = Watcher(cancel_at=3)
    told: list[int] = []
    with pytest.raises(Cancelled):
        render(
            Negative(),
            Scene(Raster(noise(256, 64, 3, "u8"))),
            NoParams(),
            new_run(watcher),
            rows_done=told.append,
            tile=64,
        )
    assert told == [64, 128]


class Places(Toy):
    """Paints where each pixel is: only an engine that knows its tile's place can."""

    descriptor = described("places", tiles=True, halo=8)

    def apply(self, tile: ContentTile, prepared: Any, run: Run) -> Tensor:
        box = tile.tile.outer
        rows = torch.arange(tile.tensor.shape[2]) + box.y0
        columns = torch.arange(tile.tensor.shape[3]) + box.x0
        painted = torch.zeros_like(tile.tensor)
        painted[0, 0] = (rows / 255)[:, None]
        painted[0, 1] = (columns / 255)[None, :]
        return painted


def test_an_engine_knows_where_its_tile_lies() -> None:
    content = Raster(np.zeros((200, 230, 3), np.uint8))
    outputs = render(Places(), Scene(content), NoParams(), new_run(), tile=64)
    picture = outputs["picture"]
    assert isinstance(picture, Raster)
    assert (picture.pixels[:, :, 0] == np.arange(200)[:, None]).all()
    assert (picture.pixels[:, :, 1] == np.arange(230)[None, :]).all()


WINDOW = Box(21, 30, 90, 71)


@pytest.mark.parametrize(
    "engine",
    [Negative(), Blur(), Halves(), Mean(), Dims(), Descends()],
    ids=lambda e: type(e).__name__,
)
@pytest.mark.parametrize("common", [{}, {"finest": 64}, {"colours": "histogram"}], ids=str)
def test_a_window_is_that_part_of_the_whole_picture(engine: Any, common: dict[str, Any]) -> None:
    content = Raster(noise(100, 130, 4, "u8"))
    mask = Raster(noise(100, 130, 1, "u8"))
    regions = (Region((), mask, 0.7), Region(()))
    scene = Scene(content, regions, common=CommonParams.model_validate(common))
    whole = painted(engine, scene, tile=32)
    part = painted(engine, replace(scene, window=WINDOW), tile=32)
    np.testing.assert_array_equal(part.pixels, whole.pixels[30:71, 21:90])


def test_tiles_beyond_a_window_are_not_painted() -> None:
    tiles: list[int] = []

    class Counts(Negative):
        def paint(self, tile: Tensor, prepared: Any, run: Run) -> Tensor:
            tiles.append(1)
            return super().paint(tile, prepared, run)

    scene = Scene(Raster(noise(96, 128, 3, "u8")), window=Box(33, 0, 60, 31))
    told: list[int] = []
    render(Counts(), scene, NoParams(), new_run(), tile=32, rows_done=told.append)
    assert len(tiles) == 1
    assert told[-1] == 31


@pytest.mark.parametrize("window", [Box(0, 0, 11, 5), Box(-1, 0, 4, 4), Box(3, 3, 3, 5)], ids=str)
def test_a_window_beyond_the_picture_is_refused(window: Box) -> None:
    with pytest.raises(BadRequest, match="window"):
        painted(Negative(), Scene(Raster(noise(8, 10, 3, "u8")), window=window))

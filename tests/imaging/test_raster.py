"""A raster is what it says it is, and shares its pixels."""

from __future__ import annotations

import mmap
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from velatura.errors import BadPicture
from velatura.imaging.raster import (
    DTYPES,
    Depth,
    Raster,
    RasterShape,
    bands,
    bytes_per_pixel,
    require_finite,
)

DEPTHS: tuple[Depth, ...] = ("u8", "u16", "f16", "f32")


@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_bytes_come_back_as_they_went(depth: Depth, channels: int) -> None:
    data = bytes(range(1, 1 + 3 * 2 * bytes_per_pixel(channels, depth)))
    raster = Raster.from_buffer(
        data, width=3, height=2, channels=channels, depth=depth, transfer="linear"
    )
    assert (raster.width, raster.height, raster.channels, raster.depth) == (3, 2, channels, depth)
    assert raster.has_alpha == (channels in (2, 4))
    assert raster.nbytes == len(data)
    assert raster.to_bytes() == data
    assert raster.to_memoryview() == data


def test_wire_order_is_little_endian() -> None:
    raster = Raster.from_buffer(
        b"\x01\x02", width=1, height=1, channels=1, depth="u16", transfer="srgb"
    )
    assert raster.pixels[0, 0, 0] == 0x0201
    swapped = Raster(np.full((1, 1, 1), 0x0201, ">u2"))
    assert swapped.to_bytes() == b"\x01\x02"


def test_pixels_of_a_mapped_file_are_shared(tmp_path: Path) -> None:
    path = tmp_path / "pixels"
    path.write_bytes(bytes(24))
    with path.open("r+b") as file:
        mapped = mmap.mmap(file.fileno(), 24)
    raster = Raster.from_buffer(mapped, width=3, height=2, channels=4, depth="u8", transfer="srgb")
    mapped[4] = 77
    assert raster.pixels[0, 1, 0] == 77


@pytest.mark.parametrize("size", [0, 11, 13])
def test_a_buffer_of_another_length_is_refused(size: int) -> None:
    with pytest.raises(BadPicture, match=f"takes 12 bytes, not {size}"):
        Raster.from_buffer(bytes(size), width=2, height=2, channels=3, depth="u8", transfer="srgb")


@pytest.mark.parametrize(
    "shape",
    [(0, 4, 3), (4, 0, 3), (4, 4, 0), (4, 4, 5)],
)
def test_sizes_and_channels_that_no_picture_has_are_refused(shape: tuple[int, int, int]) -> None:
    with pytest.raises(BadPicture):
        Raster(np.zeros(shape, np.uint8))


def test_arrays_that_are_no_pixels_are_refused() -> None:
    with pytest.raises(BadPicture, match="2 dimensions"):
        Raster(np.zeros((4, 4), np.uint8))
    with pytest.raises(BadPicture, match="float64"):
        Raster(np.zeros((4, 4, 3), np.float64))
    with pytest.raises(BadPicture, match="int8"):
        Raster(np.zeros((4, 4, 3), np.int8))
    with pytest.raises(BadPicture, match="gamma"):
        Raster(np.zeros((4, 4, 3), np.uint8), "gamma")  # type: ignore[arg-type]
    with pytest.raises(BadPicture, match="u32"):
        RasterShape(4, 4, 3, "u32", "srgb")  # type: ignore[arg-type]


def test_a_crop_is_a_view() -> None:
    raster = Raster(np.arange(6 * 5 * 3, dtype=np.uint8).reshape(6, 5, 3))
    part = raster.crop(1, 2, 4, 6)
    assert (part.width, part.height) == (3, 4)
    assert np.shares_memory(part.pixels, raster.pixels)
    assert part.to_bytes() == raster.pixels[2:6, 1:4].tobytes()


def test_alpha_and_colours_are_views_of_their_channels() -> None:
    pixels = np.arange(2 * 2 * 2, dtype=np.uint8).reshape(2, 2, 2)
    raster = Raster(pixels)
    assert raster.alpha is not None
    assert raster.alpha[..., 0].tolist() == [[1, 3], [5, 7]]
    assert raster.colours[..., 0].tolist() == [[0, 2], [4, 6]]
    assert Raster(pixels[:, :, :1]).alpha is None


@pytest.mark.parametrize("depth", ["f16", "f32"])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_one_value_that_is_no_number_is_found_wherever_it_is(depth: Depth, value: float) -> None:
    pixels = np.zeros((3000, 200, 4), DTYPES[depth])
    require_finite(Raster(pixels))
    pixels[2999, 199, 3] = value
    with pytest.raises(BadPicture, match="to 2999 that are not finite"):
        require_finite(Raster(pixels))


def test_largest_values_and_integers_are_finite() -> None:
    require_finite(Raster(np.full((2, 2, 3), np.finfo(np.float16).max, np.float16)))
    require_finite(Raster(np.full((2, 2, 3), -np.finfo(np.float32).max, np.float32)))
    require_finite(Raster(np.full((2, 2, 3), 0x7C00, np.uint16)))


@pytest.mark.parametrize(("height", "row_bytes"), [(1, 1), (1000, 10**5), (7, 10**9)])
def test_bands_cover_all_rows_in_order(height: int, row_bytes: int) -> None:
    covered = [row for y0, y1 in bands(height, row_bytes) for row in range(y0, y1)]
    assert covered == list(range(height))


def test_a_raster_needs_no_pillow_and_no_torch() -> None:
    code = (
        "import sys, velatura.imaging.raster;"
        "sys.exit(any(name in sys.modules for name in ('PIL', 'torch')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

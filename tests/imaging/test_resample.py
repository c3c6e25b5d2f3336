"""Other sizes keep the picture what it is."""

from __future__ import annotations

import numpy as np
import pytest

from velatura.imaging.raster import Raster
from velatura.imaging.resample import fit, resize, resize_visible, resized, thumbnail


@pytest.mark.parametrize(
    ("size", "sides", "expected"),
    [
        ((400, 200), {"short": 100}, (200, 100)),
        ((400, 200), {"long": 100}, (100, 50)),
        ((400, 200), {"short": 100, "long": 100}, (100, 50)),
        ((400, 200), {}, (400, 200)),
        ((100, 300), {"short": 200}, (200, 600)),
        ((60000, 2), {"long": 100}, (100, 1)),
    ],
)
def test_fitting_keeps_the_aspect(
    size: tuple[int, int], sides: dict[str, int], expected: tuple[int, int]
) -> None:
    assert fit(*size, **sides) == expected


@pytest.mark.parametrize("size", [(7, 5), (64, 90), (200, 3), (1, 1)])
def test_a_flat_picture_stays_flat(size: tuple[int, int]) -> None:
    flat = np.full((40, 60, 3), [0.1, 0.5, 2.0], np.float32)
    out = resize(flat, size)
    assert out.shape == (size[1], size[0], 3)
    np.testing.assert_allclose(out, np.broadcast_to([0.1, 0.5, 2.0], out.shape), rtol=1e-5)


def test_a_ramp_stays_a_ramp() -> None:
    ramp = np.repeat(np.linspace(0, 1, 400, dtype=np.float32)[None, :, None], 8, axis=0)
    half = resize(ramp, (200, 8))[4, :, 0]
    centres = (np.arange(200) * 2 + 0.5) / 399
    np.testing.assert_allclose(half[5:-5], centres[5:-5], atol=1e-4)


def test_the_same_size_changes_nothing() -> None:
    floats = np.random.default_rng(0).random((5, 6, 3), np.float32)
    np.testing.assert_array_equal(resize(floats, (6, 5)), floats)


def test_averaging_blocks_first_gives_nearly_the_same_picture() -> None:
    y, x = np.mgrid[0:901, 0:1203]
    waves = 0.5 + 0.25 * np.sin(x / 90) + 0.2 * np.cos(y / 70)
    raster = Raster(np.repeat(waves[:, :, None], 3, axis=2).astype(np.float32))
    direct = resize(raster.pixels, (120, 90))
    np.testing.assert_allclose(resize_visible(raster, (120, 90)), direct, atol=0.01)


def test_a_thumbnail_fits_and_keeps_transparency() -> None:
    pixels = np.full((300, 600, 4), 200, np.uint16) * np.uint16(257)
    pixels[:, 300:, 3] = 0
    small = thumbnail(Raster(pixels), 64)
    assert (small.width, small.height, small.channels, small.depth) == (64, 32, 4, "u8")
    assert small.pixels[16, 10].tolist() == [200] * 4
    assert small.pixels[16, 54, 3] == 0


def test_a_thumbnail_never_enlarges() -> None:
    small = thumbnail(Raster(np.full((2, 3, 1), 77, np.uint8)), 64)
    assert (small.width, small.height, small.channels) == (3, 2, 1)
    assert (small.pixels == 77).all()


@pytest.mark.parametrize("size", [(90, 60), (11, 7), (300, 200)])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("dtype", ["u1", "u2", "f2", "f4"])
def test_a_flat_raster_stays_flat_in_its_own_depth(
    dtype: str, channels: int, size: tuple[int, int]
) -> None:
    raster = Raster(np.full((60, 90, channels), 0.5 if dtype[0] == "f" else 100, dtype), "linear")
    out = resized(raster, size)
    assert (out.width, out.height) == size
    assert (out.depth, out.transfer, out.channels) == (raster.depth, "linear", channels)
    np.testing.assert_allclose(out.pixels.astype(float), float(raster.pixels[0, 0, 0]), rtol=1e-5)


@pytest.mark.parametrize("size", [(31, 40), (10, 10)])
def test_hidden_colours_do_not_bleed(size: tuple[int, int]) -> None:
    pixels = np.zeros((100, 100, 4), np.float32)
    pixels[:, :50] = [0.2, 0.4, 0.6, 1]
    pixels[:, 50:] = [1, 0, 1, 0]
    out = resized(Raster(pixels), size).pixels
    visible = out[:, :, 3] > 0.01
    assert 0.4 < visible.mean() < 0.7
    expected = np.broadcast_to([0.2, 0.4, 0.6], out[visible][:, :3].shape)
    np.testing.assert_allclose(out[visible][:, :3], expected, atol=1e-3)


@pytest.mark.parametrize("size", [(1500, 1100), (997, 701), (2400, 2100), (1999, 1)])
def test_bands_are_what_they_are_in_the_whole(size: tuple[int, int]) -> None:
    pixels = np.random.default_rng(3).integers(0, 256, (1500, 2000, 4), np.uint8)
    raster = Raster(pixels[:, :, :3])
    whole = resize(pixels[:, :, :3].astype(np.float32) / 255, size)
    np.testing.assert_allclose(resize_visible(raster, size), whole, atol=1e-4)

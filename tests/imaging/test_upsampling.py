"""Enlarging a painting along the content's edges."""

from __future__ import annotations

import numpy as np
import pytest
import skimage.data
from PIL import Image

from velatura.imaging.colour import Floats, luma
from velatura.imaging.raster import Raster
from velatura.imaging.resample import resize
from velatura.imaging.tiles import Box
from velatura.imaging.upsampling import Upsampler


def photo(side: int = 256) -> Floats:
    image = Image.fromarray(skimage.data.astronaut()).resize((side, side))
    return np.asarray(image, np.float32) / 255


def edges(picture: Floats) -> Floats:
    grey = luma(picture)[:, :, 0]
    across, down = np.diff(grey, axis=1)[:-1], np.diff(grey, axis=0)[:, :-1]
    return np.hypot(across, down)


def agreement(one: Floats, other: Floats) -> float:
    return float(np.corrcoef(edges(one).ravel(), edges(other).ravel())[0, 1])


def enlarged(painted: Floats, small: Floats, large: Floats) -> Floats:
    height, width = large.shape[:2]
    upsampler = Upsampler.of(painted, small, (width, height), (False, False))
    return upsampler(Box(0, 0, width, height), large)


def test_a_content_painted_as_itself_becomes_itself() -> None:
    large = photo()
    small = resize(large, (64, 64))
    found = enlarged(small, small, large)
    bilinear = resize(small, (256, 256))
    assert np.abs(found - large).mean() < 0.5 * np.abs(bilinear - large).mean()


def test_edges_are_those_of_the_content() -> None:
    large = photo()
    small = resize(large, (64, 64))
    warm = np.clip(0.2 + 0.7 * small[:, :, ::-1], 0, 1)
    found, plain = enlarged(warm, small, large), resize(warm, (256, 256))
    assert agreement(found, large) > agreement(plain, large) + 0.2


def test_strokes_stay_as_they_were_painted() -> None:
    large = np.full((128, 128, 3), 0.4, np.float32)
    strokes = resize(np.random.default_rng(0).random((11, 11, 3), np.float32), (32, 32))
    found = enlarged(strokes, resize(large, (32, 32)), large)
    assert np.abs(resize(found, (32, 32)) - strokes).mean() < 0.02


@pytest.mark.parametrize("wraps", [(False, False), (True, True)])
def test_a_piece_is_a_piece_of_the_whole(wraps: tuple[bool, bool]) -> None:
    large = photo(200)
    small = resize(large, (72, 72))
    upsampler = Upsampler.of(1 - small, small, (200, 200), wraps)
    whole = upsampler(Box(0, 0, 200, 200), large)
    piece = upsampler(Box(31, 60, 120, 171), large[60:171, 31:120])
    np.testing.assert_allclose(piece, whole[60:171, 31:120], atol=1e-4)


def test_a_picture_that_wraps_is_enlarged_across_its_edge() -> None:
    ramp = np.linspace(0, 1, 32, dtype=np.float32)
    wave = np.repeat((np.sin(2 * np.pi * ramp[:, None]) / 3 + 0.5)[None], 16, 0).repeat(3, 2)
    flat = np.full((64, 128, 3), 0.5, np.float32)
    upsampler = Upsampler.of(wave, resize(flat, (32, 16)), (128, 64), (True, True))
    found = upsampler(Box(0, 0, 128, 64), flat)
    steps = np.abs(np.diff(np.concatenate([found, found[:, :1]], axis=1), axis=1)).max(axis=(0, 2))
    assert steps[-1] <= 1.2 * steps[:-1].max()


def test_a_raster_of_any_size_can_be_enlarged() -> None:
    for size in ((1, 1), (1, 9), (5, 3)):
        content = Raster(np.full((size[1] * 3, size[0] * 3, 3), 99, np.uint8))
        large = content.pixels.astype(np.float32) / 255
        small = resize(large, size)
        assert enlarged(small, small, large) == pytest.approx(large, abs=1e-3)

"""Colours that nobody sees say nothing."""

from __future__ import annotations

import numpy as np
import pytest

from velatura.imaging.alpha import coverage, hidden_fill, with_fill
from velatura.imaging.colour import Floats, to_float
from velatura.imaging.raster import Raster


def visible_rgb(raster: Raster) -> Floats:
    """The raster as engines see it."""
    return with_fill(raster, hidden_fill(raster))


def test_hidden_colours_become_the_weighted_mean_of_visible_ones() -> None:
    pixels = np.array(
        [[[1.0, 0.0, 0.25, 0.75], [0.0, 1.0, 0.25, 0.25], [0.9, 0.9, 0.9, 0.0]]], np.float32
    )
    rgb = visible_rgb(Raster(pixels))
    np.testing.assert_allclose(rgb[0, 2], [0.75, 0.25, 0.25], atol=1e-7)
    np.testing.assert_array_equal(rgb[0, :2], pixels[0, :2, :3])


@pytest.mark.parametrize("colour", [0, 255])
def test_the_colour_under_zero_alpha_changes_nothing(colour: int) -> None:
    pixels = np.random.default_rng(3).integers(1, 256, (900, 700, 4), np.uint8)
    pixels[200:800, 100:500, 3] = 0
    reference = visible_rgb(Raster(pixels))
    pixels[200:800, 100:500, :3] = colour
    np.testing.assert_array_equal(visible_rgb(Raster(pixels)), reference)


def test_a_picture_without_hidden_pixels_is_left_alone() -> None:
    opaque = Raster(np.full((2, 2, 4), 9, np.uint8))
    assert hidden_fill(opaque) is None
    np.testing.assert_array_equal(visible_rgb(opaque), to_float(opaque))
    assert hidden_fill(Raster(np.zeros((2, 2, 3), np.uint8))) is None


def test_an_invisible_picture_is_mid_grey() -> None:
    assert (visible_rgb(Raster(np.zeros((2, 3, 2), np.uint16))) == 0.5).all()


def test_coverage_is_alpha_in_any_depth() -> None:
    assert coverage(Raster(np.full((1, 1, 2), 51, np.uint8))).item() == pytest.approx(0.2)
    assert coverage(Raster(np.full((1, 1, 4), 2.0, np.float16), "linear")).item() == 1
    assert coverage(Raster(np.zeros((1, 1, 3), np.uint8))).item() == 1

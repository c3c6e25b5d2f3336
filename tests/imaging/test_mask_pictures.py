"""Masks from pictures that people draw: grey, transparent, coloured."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image, ImageDraw

from velatura.imaging.mask_pictures import largest_colours, mask_at, mask_of, masks_by_colour
from velatura.imaging.raster import Raster

RED, BLUE, LIME = (255, 0, 0), (0, 0, 255), (0, 255, 0)


def map_of(size: int = 64, *, smooth: bool = True) -> Raster:
    """A blue disc on red, its edge smooth or not."""
    factor = 4 if smooth else 1
    image = Image.new("RGB", (size * factor, size * factor), RED)
    ImageDraw.Draw(image).ellipse([side * size * factor // 4 for side in (1, 1, 3, 3)], fill=BLUE)
    return Raster(np.asarray(image.resize((size, size), Image.Resampling.BOX)))


@given(arrays(np.uint8, (5, 4, 1)))
def test_grey_values_are_the_mask_to_the_bit(grey: np.ndarray) -> None:
    np.testing.assert_array_equal(mask_of(Raster(grey)).pixels, grey)
    np.testing.assert_array_equal(mask_of(Raster(np.repeat(grey, 3, axis=2))).pixels, grey)


@given(arrays(np.uint16, (5, 4, 1)))
def test_sixteen_bits_stay_sixteen_bits(grey: np.ndarray) -> None:
    np.testing.assert_array_equal(mask_of(Raster(grey)).pixels, grey)


@pytest.mark.parametrize("colour", [(0, 0, 0), (255, 255, 255), (9, 80, 200)])
def test_a_drawing_of_one_colour_is_its_opacity(colour: tuple[int, int, int]) -> None:
    opacity = np.arange(64, dtype=np.uint8).reshape(8, 8, 1) * np.uint8(4)
    drawn = np.concatenate([np.tile(np.array(colour, np.uint8), (8, 8, 1)), opacity], axis=2)
    drawn[0, 0, :3] = 77  # what cannot be seen has no colour
    np.testing.assert_array_equal(mask_of(Raster(drawn)).pixels, opacity)


def test_what_is_transparent_is_not_in_a_mask_of_greys() -> None:
    picture = np.full((4, 4, 2), 255, np.uint8)
    picture[:2, :, 0] = 100
    picture[:, :2, 1] = 0
    mask = mask_of(Raster(picture)).pixels[:, :, 0]
    assert mask.tolist() == [[0, 0, 100, 100]] * 2 + [[0, 0, 255, 255]] * 2


@pytest.mark.parametrize("size", [(64, 48), (7, 5), (300, 200)])
def test_a_mask_of_another_size_has_no_overshoot(size: tuple[int, int]) -> None:
    half = np.zeros((48, 64, 1), np.float32)
    half[:, 32:] = 1
    mask = mask_at(Raster(half), size)
    assert (mask.width, mask.height) == size
    assert mask.pixels.min() == 0
    assert mask.pixels.max() == 1
    assert (np.diff(mask.pixels[:, :, 0], axis=1) >= 0).all()


def test_two_colours_of_a_smooth_map_cover_it_together() -> None:
    red, blue = (mask.pixels.astype(int) for mask in masks_by_colour(map_of(), [RED, BLUE]))
    assert np.abs(red + blue - 255).max() <= 1
    soft = (blue > 0) & (blue < 255)
    assert soft.any()
    # In proportion: a pixel's blue is how much of it is blue.
    np.testing.assert_allclose(blue[soft], map_of().pixels[:, :, 2:][soft], atol=2)


def test_the_noise_of_jpeg_makes_no_holes() -> None:
    noise = np.random.default_rng(2).normal(0, 12, (64, 64, 3))
    noisy = np.clip(map_of(smooth=False).pixels + noise, 0, 255).astype(np.uint8)
    _, blue = masks_by_colour(Raster(noisy), [RED, BLUE])
    exact = map_of(smooth=False).pixels[:, :, 2]
    assert (blue.pixels[:, :, 0] == exact).mean() > 0.98


def test_what_nobody_named_is_in_no_mask() -> None:
    (blue,) = masks_by_colour(map_of(), [BLUE])
    assert blue.pixels[0, 0, 0] == 0
    assert blue.pixels[32, 32, 0] == 255
    blue, lime = masks_by_colour(map_of(), [BLUE, LIME])
    assert not lime.pixels.any()
    hidden = np.dstack([map_of().pixels, np.zeros((64, 64), np.uint8)])
    assert not any(mask.pixels.any() for mask in masks_by_colour(Raster(hidden), [RED, BLUE]))


@given(st.lists(st.tuples(*[st.integers(0, 255)] * 3), min_size=1, max_size=5, unique=True))
def test_masks_never_claim_more_than_a_pixel(colours: list[tuple[int, int, int]]) -> None:
    picture = np.random.default_rng(3).integers(0, 256, (16, 16, 3), np.uint8)
    picture[:8, :8] = colours[0]
    masks = masks_by_colour(Raster(picture), colours)
    assert sum(mask.pixels.astype(int) for mask in masks).max() <= 256
    assert (masks[0].pixels[1:7, 1:7] == 255).all()


def test_the_commonest_colours_come_first() -> None:
    assert largest_colours(map_of(), 2) == [RED, BLUE]

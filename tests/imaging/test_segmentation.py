"""Parting a picture by what it shows."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import skimage.data

from velatura.imaging.raster import Raster
from velatura.imaging.segmentation import segments


def quarters(width: int = 240, height: int = 160) -> Raster:
    """A large field, two smaller ones and a spot, in different colours, with a little noise."""
    pixels = np.full((height, width, 3), (40, 90, 200), np.float64)
    pixels[: height // 2, : width // 2] = (200, 60, 40)
    pixels[height // 2 :, : width // 3] = (240, 240, 230)
    pixels += np.random.default_rng(0).normal(0, 4, pixels.shape)
    return Raster(pixels.clip(0, 255).astype(np.uint8))


@pytest.mark.parametrize("count", [2, 3, 5, 12])
def test_masks_cover_every_pixel_once(count: int) -> None:
    photo = Raster(np.ascontiguousarray(skimage.data.astronaut()))
    masks = segments(photo, count)
    assert 2 <= len(masks) <= count
    total = np.sum([mask.pixels.astype(int) for mask in masks], axis=0)
    assert np.abs(total - 255).max() <= len(masks)
    areas = [mask.pixels.mean() for mask in masks]
    # The largest first; edges are softened after the count.
    assert all(one >= other - 1 for one, other in pairwise(areas))


def test_parts_are_what_differs_in_colour() -> None:
    masks = segments(quarters(), 3)
    assert len(masks) == 3
    for mask, (y, x) in zip(masks, [(120, 200), (40, 60), (120, 40)], strict=True):
        assert mask.pixels[y, x, 0] == 255
    assert (np.stack([mask.pixels for mask in masks]) == 255).any(0).mean() > 0.9


def test_the_same_picture_is_always_parted_alike() -> None:
    one, other = (segments(quarters(), 4) for _ in range(2))
    assert all(np.array_equal(a.pixels, b.pixels) for a, b in zip(one, other, strict=True))


def test_a_picture_that_shows_one_thing_is_one_part() -> None:
    for flat in (
        Raster(np.full((1, 1, 3), 9, np.uint8)),
        Raster(np.full((40, 50, 1), 9, np.uint8)),
    ):
        masks = segments(flat, 4)
        assert sum(mask.pixels.mean() for mask in masks) == pytest.approx(255, abs=4)


def test_what_is_hidden_decides_nothing() -> None:
    photo = quarters()
    alpha = np.full((160, 240, 1), 255, np.uint8)
    alpha[:, 200:] = 0
    one = np.concatenate([photo.pixels, alpha], axis=2)
    other = one.copy()
    other[:, 200:, :3] = np.random.default_rng(1).integers(0, 255, (160, 40, 3))
    for a, b in zip(segments(Raster(one), 3), segments(Raster(other), 3), strict=True):
        assert np.array_equal(a.pixels[:, :190], b.pixels[:, :190])

"""Enlarging any part of a picture, and what a smaller one could not hold."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from velatura.imaging.colour import Floats
from velatura.imaging.pyramid import Octave, Size
from velatura.imaging.tiles import Box

SIZES: list[tuple[Size, Size]] = [((40, 30), (80, 60)), ((41, 30), (123, 97)), ((13, 64), (99, 64))]
OCTAVES = pytest.mark.parametrize(("below", "size"), SIZES)


def random_picture(size: Size) -> Floats:
    return np.random.default_rng(3).random((size[1], size[0], 3), np.float32)


def boxes_of(size: Size) -> list[Box]:
    """Parts that touch every edge, and one that touches none."""
    width, height = size
    across, down = width // 3 + 1, height // 2 + 1
    parts = [
        Box(x, y, min(x + across, width), min(y + down, height))
        for y in range(0, height, down)
        for x in range(0, width, across)
    ]
    return [*parts, Box(width // 3, height // 3, width // 2, height // 2)]


@OCTAVES
def test_a_part_is_enlarged_as_in_the_whole(below: Size, size: Size) -> None:
    octave, small = Octave(below, size), random_picture(below)
    whole = octave.enlarged(small, Box(0, 0, *size))
    assert whole.shape == (size[1], size[0], 3)
    for box in boxes_of(size):
        part = octave.enlarged(small, box)
        np.testing.assert_allclose(part, whole[box.y0 : box.y1, box.x0 : box.x1], atol=2e-6)


@OCTAVES
def test_a_part_is_refined_as_in_the_whole(below: Size, size: Size) -> None:
    octave, floats, small = Octave(below, size), random_picture(size), random_picture(below)
    everything = Box(0, 0, *size)
    whole = octave.refined(small, floats, everything, everything)
    for box in boxes_of(size):
        reach = octave.reach
        around = Box(
            max(0, box.x0 - reach),
            max(0, box.y0 - reach),
            min(size[0], box.x1 + reach),
            min(size[1], box.y1 + reach),
        )
        piece = floats[around.y0 : around.y1, around.x0 : around.x1]
        part = octave.refined(small, piece, around, box)
        np.testing.assert_allclose(part, whole[box.y0 : box.y1, box.x0 : box.x1], atol=2e-6)


@OCTAVES
def test_reduced_and_refined_by_itself_a_picture_is_what_it_was(below: Size, size: Size) -> None:
    octave, everything = Octave(below, size), Box(0, 0, *size)
    floats = random_picture(size)
    planes = [
        np.asarray(
            Image.fromarray(np.ascontiguousarray(floats[:, :, channel])).resize(
                below, Image.Resampling.LANCZOS
            )
        )
        for channel in range(3)
    ]
    small = np.stack(planes, axis=2)
    together = octave.refined(small, floats, everything, everything)
    np.testing.assert_allclose(together, floats, atol=2e-6)


def test_only_fine_forms_are_added() -> None:
    octave, everything = Octave((64, 64), (256, 256)), Box(0, 0, 256, 256)
    x = np.arange(256, dtype=np.float32)
    for period, least, most in ((128, 0.0, 0.02), (3, 0.95, 1.05)):
        wave = np.sin(2 * np.pi * x / period)
        picture = np.broadcast_to(wave[None, :, None], (256, 256, 3)).astype(np.float32)
        ground = np.zeros((64, 64, 3), np.float32)
        fine = octave.refined(ground, picture, everything, everything)[:, 32:-32]
        assert least <= float(fine.std() / picture.std()) <= most

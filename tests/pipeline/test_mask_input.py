"""Masks from pictures, as large as what they lie over."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from velatura.errors import BadRequest
from velatura.imaging.raster import Raster
from velatura.imaging.resample import fit
from velatura.pipeline.mask_input import check_aspect, fitted, masks_by_colour_at
from velatura_link.text import Text


class Notes(list[str]):
    """What was noted, in words."""

    def __call__(self, sentence: str, /, **values: str | int | float) -> None:
        self.append(sentence.format(**values))


def plane(height: int, width: int, value: int = 200) -> Raster:
    return Raster(np.full((height, width, 1), value, np.uint8))


def test_a_mask_is_brought_to_its_pictures_size() -> None:
    notes = Notes()
    mask = fitted(plane(6, 8), (160, 120), Text("The mask of region 1"), notes)
    assert (mask.width, mask.height) == (160, 120)
    assert (mask.pixels == 200).all()
    assert notes == ["The mask of region 1 was resized from 8 × 6 to 160 × 120."]


def test_a_mask_that_fits_is_left_as_it_is() -> None:
    notes = Notes()
    assert (fitted(plane(6, 8), (8, 6), Text("The mask"), notes).pixels == 200).all()
    assert (fitted(plane(6, 8), None, Text("The mask"), notes).pixels == 200).all()
    assert notes == []


@pytest.mark.parametrize("size", [(800, 700), (1600, 1100), (600, 800)])
def test_a_mask_of_other_proportions_is_refused(size: tuple[int, int]) -> None:
    with pytest.raises(
        BadRequest, match=r"The mask has 800 × 600 pixels; .* different proportions"
    ):
        fitted(plane(600, 800), size, Text("The mask"), Notes())


@given(st.integers(100, 4000), st.integers(100, 4000), st.integers(50, 4000))
def test_a_picture_made_smaller_still_fits_its_mask(width: int, height: int, long: int) -> None:
    mask = Raster(np.broadcast_to(np.uint8(0), (height, width, 1)))
    check_aspect(Text("The mask"), mask, fit(width, height, long=long))


def test_a_maps_colours_become_masks() -> None:
    picture = np.zeros((6, 8, 3), np.uint8)
    picture[:, :4] = 0, 0, 255
    picture[:, 4:] = 255, 0, 0
    blue, red = masks_by_colour_at(Raster(picture), [(0, 0, 255), (255, 0, 0)], (8, 6), Notes())
    assert blue.pixels[0, :, 0].tolist() == [255] * 4 + [0] * 4
    assert (blue.pixels + red.pixels == 255).all()
    (large,) = masks_by_colour_at(Raster(picture), [(0, 0, 255)], (16, 12), notes := Notes())
    assert (large.width, large.height) == (16, 12)
    assert notes == ["The map was resized from 8 × 6 to 16 × 12."]
    with pytest.raises(BadRequest, match=r"The map has no #00ff00") as refusal:
        masks_by_colour_at(Raster(picture), [(0, 255, 0)], (8, 6), Notes())
    assert refusal.value.hint == "It has #0000ff, #ff0000."

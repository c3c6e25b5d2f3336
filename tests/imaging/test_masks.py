"""How masks share pixels, and how softly they pass into each other."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from velatura.imaging.masks import shares
from velatura.imaging.raster import Raster
from velatura.imaging.tiles import Box


def mask(values: object) -> Raster:
    return Raster((np.asarray(values, np.float32) * 255).round().astype(np.uint8)[..., None])


def half(width: int = 64, height: int = 16, *, at: int = 32) -> Raster:
    values = np.zeros((height, width))
    values[:, :at] = 1
    return mask(values)


def whole(raster: Raster) -> Box:
    return Box(0, 0, raster.width, raster.height)


def test_what_no_mask_claims_stays_unclaimed() -> None:
    one = mask([[0.2, 0.0, 1.0]])
    assert shares([one], whole(one))[0][0, :, 0] == pytest.approx([0.2, 0, 1], abs=1 / 255)


def test_masks_that_overlap_share_in_proportion() -> None:
    one, other = mask([[1.0, 0.6]]), mask([[1.0, 0.2]])
    found = shares([one, other], whole(one))
    assert found[0][0, :, 0] == pytest.approx([0.5, 0.6], abs=1 / 255)
    assert found[1][0, :, 0] == pytest.approx([0.5, 0.2], abs=1 / 255)


def test_no_mask_is_what_the_others_leave() -> None:
    one = mask([[1.0, 0.6, 0.0]])
    rest = shares([one, None], whole(one))[1]
    assert rest[0, :, 0] == pytest.approx([0, 0.4, 1], abs=1 / 255)
    assert np.array_equal(shares([None], whole(one))[0], np.ones((1, 3, 1)))
    twice = shares([one, None, None], whole(one))
    assert twice[1][0, :, 0] == pytest.approx([0, 0.2, 0.5], abs=1 / 255)


@given(
    feather=st.floats(0.5, 20),
    at=st.integers(8, 56),
    left=st.integers(0, 40),
    width=st.integers(1, 24),
)
def test_a_feather_is_the_same_however_the_picture_is_cut(
    feather: float, at: int, left: int, width: int
) -> None:
    one = half(at=at)
    cut = shares([one, None], Box(left, 3, left + width, 9), feather=feather)
    uncut = shares([one, None], whole(one), feather=feather)
    for part, all_of_it in zip(cut, uncut, strict=True):
        np.testing.assert_allclose(part, all_of_it[3:9, left : left + width], atol=1e-5)


def test_a_feather_softens_inner_borders_alone() -> None:
    values = np.zeros((16, 64))
    values[4:12, 8:32] = 1
    one = mask(values)
    other = mask(np.roll(values, 24, axis=1))
    hard, soft = (shares([one, other], whole(one), feather=feather) for feather in (0, 8))
    np.testing.assert_allclose(np.sum(soft, axis=0), np.sum(hard, axis=0), atol=1e-6)
    border = soft[0][8, 20:44, 0]
    assert np.all(np.diff(border) <= 1e-6)
    assert 0.4 < border[12] < 0.6
    assert soft[0][8, 9, 0] == pytest.approx(1, abs=1e-3)

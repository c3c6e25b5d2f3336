"""What a profile means is found by trying it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.imaging import icc

from velatura.imaging.profiles import from_linear, linear_profile, to_linear, transfer_of, usable

ADOBE = icc.rgb_profile(icc.ADOBE, icc.gamma(icc.ADOBE_GAMMA))


@pytest.mark.parametrize("points", [256, 1024, 4096])
def test_srgb_is_known_by_what_it_does(points: int) -> None:
    assert transfer_of(icc.rgb_profile(icc.SRGB, icc.srgb_curve(points)), 3) == "srgb"
    assert transfer_of(icc.grey_profile(icc.srgb_curve(points)), 1) == "srgb"


def test_linear_light_is_known() -> None:
    assert transfer_of(icc.rgb_profile(icc.SRGB, icc.gamma(1)), 3) == "linear"
    assert transfer_of(icc.grey_profile(icc.gamma(1)), 1) == "linear"


def test_other_colours_and_curves_are_neither() -> None:
    assert transfer_of(ADOBE, 3) is None
    assert transfer_of(icc.rgb_profile(icc.SRGB, icc.gamma(2.2)), 3) is None
    assert transfer_of(icc.rgb_profile(icc.DISPLAY_P3, icc.gamma(1)), 3) is None
    assert transfer_of(icc.grey_profile(icc.gamma(2.2)), 1) is None


def test_colours_outside_of_srgb_are_not_clipped() -> None:
    green = np.array([[[0, 1, 0]]], np.float32)
    light = to_linear(green, ADOBE)
    assert light.min() < -0.3
    np.testing.assert_allclose(from_linear(light, ADOBE), green, atol=1e-3)


def test_a_linear_profile_is_made_of_chromaticities() -> None:
    profile = linear_profile((0.680, 0.320, 0.265, 0.690, 0.150, 0.060), (0.3127, 0.3290))
    values = np.random.default_rng(1).random((4, 5, 3)).astype(np.float32) * 3
    expected = values @ (np.linalg.inv(icc.SRGB) @ icc.DISPLAY_P3).T
    np.testing.assert_allclose(to_linear(values, profile), expected, atol=2e-3)


@pytest.mark.parametrize("colours", [1, 3, 4])
def test_a_profile_is_usable_for_its_own_kind_alone(colours: int) -> None:
    for own, profile in ((1, icc.grey_profile(icc.gamma(2))), (3, ADOBE), (4, icc.cmyk_profile())):
        assert usable(profile, colours) == (own == colours)


@settings(max_examples=200)
@given(
    places=st.lists(st.tuples(st.integers(0, len(ADOBE) - 1), st.integers(0, 255)), max_size=6),
    kept=st.integers(0, len(ADOBE)),
)
def test_no_damage_to_a_profile_harms(places: list[tuple[int, int]], kept: int) -> None:
    data = bytearray(ADOBE)
    for where, value in places:
        data[where] = value
    assert usable(bytes(data[:kept]), 3) in (True, False)
    assert usable(bytes(data), 3) in (True, False)

"""Colours survive the way to floats and back to the last bit of their depth."""

from __future__ import annotations

import numpy as np
import pytest

from velatura.imaging.colour import (
    converted,
    from_float,
    linear_from_srgb,
    srgb_from_linear,
    to_float,
)
from velatura.imaging.raster import DTYPES, Depth, Pixels, Raster, RasterShape, Transfer

TRANSFERS: tuple[Transfer, ...] = ("srgb", "linear")


def like(depth: Depth, transfer: Transfer = "srgb") -> RasterShape:
    return RasterShape(1, 1, 3, depth, transfer)


def every_value(depth: Depth) -> Pixels:
    """All values that a depth has, finite ones for floats, (1, n, 1)."""
    if depth == "u8":
        values = np.arange(1 << 8, dtype="u1")
    else:
        values = np.arange(1 << 16, dtype="<u2").view(DTYPES[depth])
        values = values[np.isfinite(values)]
    return values.reshape(1, -1, 1)


@pytest.mark.parametrize("transfer", TRANSFERS)
@pytest.mark.parametrize("depth", ["u8", "u16", "f16"])
def test_every_value_comes_back_bit_for_bit(depth: Depth, transfer: Transfer) -> None:
    pixels = every_value(depth)
    back = from_float(to_float(Raster(pixels, transfer)), like(depth, transfer))
    assert back.dtype == pixels.dtype
    for channel in range(3):
        assert back[:, :, channel].tobytes() == pixels.tobytes()


def test_floats_of_32_bits_come_back() -> None:
    near_the_break = np.linspace(0.0031, 0.0032, 200_001)
    values = np.concatenate([[0], np.geomspace(1e-30, 1e4, 400_001), near_the_break])
    pixels = np.concatenate([-values, values]).astype("<f4").reshape(1, -1, 1)
    as_they_are = from_float(to_float(Raster(pixels)), like("f32"))
    assert as_they_are[:, :, :1].tobytes() == pixels.tobytes()
    linear = to_float(Raster(pixels, "linear"))
    back = from_float(linear, like("f32", "linear"))
    np.testing.assert_allclose(back[:, :, :1], pixels, rtol=1e-6)


def test_curve_is_that_of_the_standard() -> None:
    linear = np.linspace(0, 1, 100_001)
    standard = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    np.testing.assert_allclose(srgb_from_linear(linear), standard, atol=2e-7)
    np.testing.assert_allclose(linear_from_srgb(standard), linear, atol=4e-7)
    assert srgb_from_linear(np.array([0.0, 1.0])).tolist() == [0, 1]
    # The grey of half the light has 188 of 255, that of the middle value a fifth of the light.
    assert np.rint(srgb_from_linear(np.array(0.5)) * 255) == 188
    assert linear_from_srgb(np.array(0.5)) == pytest.approx(0.21404114)


def test_curve_goes_on_above_one_and_is_odd_below_zero() -> None:
    values = np.geomspace(1e-6, 100, 1001)
    np.testing.assert_array_equal(srgb_from_linear(-values), -srgb_from_linear(values))
    np.testing.assert_array_equal(linear_from_srgb(-values), -linear_from_srgb(values))
    assert (np.diff(srgb_from_linear(values)) > 0).all()
    assert srgb_from_linear(np.array(4.0)) == pytest.approx(1.055 * 4 ** (1 / 2.4) - 0.055)


def test_grey_is_repeated_and_alpha_left_out() -> None:
    grey = Raster(np.array([[[51, 7]]], np.uint8))
    assert to_float(grey).tolist() == [[[np.float32(0.2)] * 3]]
    colour = Raster(np.array([[[0, 51, 255, 7]]], np.uint8))
    assert to_float(colour).tolist() == [[[0, np.float32(0.2), 1]]]


@pytest.mark.parametrize(
    ("depth", "expected"),
    [("u8", [0, 255]), ("u16", [0, 65535]), ("f16", [-65504, 65504]), ("f32", [-1e9, 1e9])],
)
def test_what_a_depth_cannot_hold_is_clipped(depth: Depth, expected: list[float]) -> None:
    assert from_float(np.array([-1e9, 1e9], np.float32), like(depth)).tolist() == expected


def test_converting_there_and_back_loses_nothing() -> None:
    rng = np.random.default_rng(1)
    raster = Raster(rng.integers(0, 256, (700, 900, 4), np.uint8))
    wide = converted(raster, depth="f16", transfer="linear")
    assert (wide.depth, wide.transfer, wide.channels) == ("f16", "linear", 4)
    back = converted(wide, depth="u8", transfer="srgb")
    assert back.to_bytes() == raster.to_bytes()
    assert converted(raster, depth="u8", transfer="srgb") is raster


def test_converting_keeps_grey_grey_and_alpha_linear() -> None:
    raster = Raster(np.array([[[128, 128]]], np.uint8))
    linear = converted(raster, depth="f32", transfer="linear")
    assert linear.pixels[0, 0].tolist() == pytest.approx([0.21586051, 128 / 255])

"""From a raster's own depth and transfer to sRGB floats and back, exact to the depth's last bit.

The curve is that of IEC 61966-2-1, continued beyond 1 by its own formula and below 0 by point
symmetry, so that nothing is lost on the way through.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from velatura.imaging.raster import DTYPES, Depth, Pixels, Raster, RasterShape, Transfer, bands

Floats = NDArray[np.float32]

LUMA = (0.299, 0.587, 0.114)
"""Rec. 601: how bright red, green and blue look in sRGB."""

# The standard rounds the point where its two branches meet to 0.0031308 (0.04045 encoded), which
# leaves a step of 3e-8 that would not survive a round trip. These are the points where the branches
# are equal.
_BREAK_LINEAR = np.float32(0.0031306684425005883)
_BREAK_SRGB = np.float32(0.04044823627710785)

_SCALE = np.float32(1.055)
# Not 0.055 rounded by itself: white has to stay exactly 1.
_OFFSET = _SCALE - np.float32(1)
_SLOPE = np.float32(12.92)

_FULL_SCALE: dict[Depth, int] = {"u8": 0xFF, "u16": 0xFFFF}


def srgb_from_linear(linear: NDArray[Any]) -> Floats:
    """Encode linear light, any shape, float: 1.055·x^(1/2.4) − 0.055, and 12.92·x near zero (IEC
    61966-2-1).
    """
    light = np.asarray(linear, np.float32)
    size = np.abs(light)
    curved: Floats = np.asarray(np.maximum(size, _BREAK_LINEAR))
    np.power(curved, np.float32(1 / 2.4), out=curved)
    curved *= _SCALE
    curved -= _OFFSET
    np.multiply(size, _SLOPE, out=curved, where=size <= _BREAK_LINEAR)
    return np.copysign(curved, light, out=curved)


def linear_from_srgb(srgb: NDArray[Any]) -> Floats:
    """Decode to linear light, any shape, float: ((x + 0.055) / 1.055)^2.4, x / 12.92 near zero."""
    encoded = np.asarray(srgb, np.float32)
    size = np.abs(encoded)
    curved: Floats = np.asarray(np.maximum(size, _BREAK_SRGB))
    curved += _OFFSET
    curved /= _SCALE
    np.power(curved, np.float32(2.4), out=curved)
    np.divide(size, _SLOPE, out=curved, where=size <= _BREAK_SRGB)
    return np.copysign(curved, encoded, out=curved)


@cache
def _encoded_integers(depth: Depth) -> Floats:
    """sRGB value of every linear integer of ``depth``."""
    top = _FULL_SCALE[depth]
    return srgb_from_linear(np.arange(top + 1, dtype=np.float32) / np.float32(top))


def unit_floats(pixels: Pixels, depth: Depth) -> Floats:
    """``pixels`` as float32 in which a full integer is 1; no transfer curve is applied."""
    if depth in _FULL_SCALE:
        floats: Floats = pixels.astype(np.float32)
        floats /= np.float32(_FULL_SCALE[depth])
        return floats
    return pixels.astype(np.float32)


def from_unit_floats(values: Floats, depth: Depth) -> Pixels:
    """The inverse of :func:`unit_floats`: rounded to the nearest value of ``depth``, clipped to
    what it can hold.
    """
    if depth in _FULL_SCALE:
        scaled = np.clip(values, 0, 1)
        scaled *= np.float32(_FULL_SCALE[depth])
        return np.rint(scaled, out=scaled).astype(DTYPES[depth])
    if depth == "f16":
        limit = np.finfo(np.float16).max
        return np.clip(values, -limit, limit).astype(DTYPES[depth])
    return values.astype(DTYPES[depth])


def to_float(raster: Raster) -> Floats:
    """The raster's colours as (h, w, 3) float32, sRGB-encoded, a full integer being 1; grey is
    repeated, alpha left out.

    Values outside 0…1 of float rasters are kept. The result is the caller's own.
    """
    colours, depth = raster.colours, raster.depth
    if raster.transfer == "srgb":
        encoded = unit_floats(colours, depth)
    elif depth in _FULL_SCALE:
        encoded = _encoded_integers(depth)[colours]
    else:
        encoded = srgb_from_linear(colours)
    return np.repeat(encoded, 3, axis=2) if encoded.shape[2] == 1 else encoded


def from_float(rgb: Floats, like: Raster | RasterShape | None = None) -> Pixels:
    """sRGB floats of any shape as pixels of ``like``'s depth and transfer: undoes :func:`to_float`.

    Exact for every u8, u16 and f16 value, and for f32 within a relative 1e-6. What the depth cannot
    hold is clipped. Without ``like`` they become u8 sRGB.
    """
    if like is None:
        return from_unit_floats(rgb, "u8")
    encoded = linear_from_srgb(rgb) if like.transfer == "linear" else rgb
    return from_unit_floats(encoded, like.depth)


def luma(rgb: Floats) -> Floats:
    """How bright each pixel of ``rgb`` (h, w, 3) sRGB looks, (h, w, 1)."""
    return (rgb @ np.array(LUMA, np.float32))[:, :, None]


def converted(raster: Raster, *, depth: Depth, transfer: Transfer) -> Raster:
    """The raster in another depth and transfer, channels kept; itself when it has both. Made in
    bands.
    """
    if (raster.depth, raster.transfer) == (depth, transfer):
        return raster
    shape = RasterShape(raster.width, raster.height, raster.channels, depth, transfer)
    pixels = shape.empty()
    colours = raster.channels - raster.has_alpha
    for y0, y1 in bands(raster.height, raster.width * 12):
        band = raster.crop(0, y0, raster.width, y1)
        pixels[y0:y1, :, :colours] = from_float(to_float(band)[:, :, :colours], shape)
        if band.alpha is not None:
            opacity = unit_floats(band.alpha, band.depth)
            pixels[y0:y1, :, colours:] = from_unit_floats(opacity, depth)
    return Raster(pixels, transfer)

"""What a file's values mean: from them to a raster of sRGB's primaries, and back as they were meant."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from velatura.imaging import profiles
from velatura.imaging.alpha import coverage
from velatura.imaging.colour import (
    Floats,
    converted,
    from_unit_floats,
    linear_from_srgb,
    srgb_from_linear,
    to_float,
    unit_floats,
)
from velatura.imaging.decoders import Decoded
from velatura.imaging.encoders import Encoded, depth_in
from velatura.imaging.raster import Depth, Pixels, Raster, RasterShape, Transfer, bands

_UNCLIPPED: dict[Depth, Depth] = {"u8": "f16", "u16": "f32", "f16": "f16", "f32": "f32"}
"""By a file's depth, floats that tell all its levels apart: what a raster has when some of the file's
colours may lie outside of sRGB.
"""

_INTEGERS = ("u8", "u16")


@dataclass(frozen=True)
class Encoding:
    """How a file holds its picture, as far as one that is like it needs to know.

    ``profile`` is there unless the file has none that can be used, ``chromaticities`` where an EXR
    has some. ``pixels`` are the file's own values where the raster holds others.
    """

    depth: Depth
    profile: bytes | None = None
    chromaticities: tuple[float, ...] | None = None
    pixels: Pixels | None = None


@dataclass(frozen=True)
class Picture:
    """A file's pixels and what is known about them.

    ``raster`` has sRGB's primaries, whatever profile the file has. ``format`` is PNG, JPEG and so on;
    ``notes`` are sentences for the person about what was not taken over.
    """

    raster: Raster
    encoding: Encoding
    format: str
    notes: tuple[str, ...] = ()


def picture_of(file: Decoded) -> Picture:
    """The picture that a file's values mean.

    It has the values themselves where they are sRGB, or linear light of its primaries, which floats
    without a profile are. Otherwise it has floats that clip nothing, sRGB for integers and linear
    for floats. CMYK becomes sRGB of its depth.
    """
    notes = list(file.notes)
    if file.inks:
        raster = _from_inks(file, notes)
        return Picture(raster, Encoding(raster.depth), file.format, tuple(notes))
    own = Raster(file.pixels)
    profile = _usable(file.profile, own.colours.shape[2], notes)
    transfer = _transfer(own.depth, profile, own.colours.shape[2])
    if transfer is not None and not file.associated:
        raster, kept = Raster(file.pixels, transfer), None
    else:
        raster, kept = _translated(file, own, profile if transfer is None else None), file.pixels
    encoding = Encoding(own.depth, profile, file.chromaticities, kept)
    return Picture(raster, encoding, file.format, tuple(notes))


def encoded(raster: Raster, file_format: str, like: Picture | None) -> tuple[Encoded, list[str]]:
    """``raster`` as a file of ``file_format`` shall hold it, and notes about what that format cannot.

    Like ``like``: in its depth and profile, and with its own values where ``raster`` still has the
    pixels that were read.
    """
    wanted = like.encoding.depth if like is not None else raster.depth
    depth = depth_in(file_format, wanted)
    notes = _losses(raster, file_format, wanted, depth)
    if file_format == "JPEG" and raster.has_alpha:
        notes.append("JPEG has no transparency; the picture was laid on white.")
        raster = _on_white(raster)
    profile, chromaticities = _target(raster, file_format, depth, like)
    pixels = _values(raster, depth, profile)
    if file_format == "EXR" and raster.has_alpha:
        pixels = _associated(pixels)
    if like is not None:
        own = _own_values(raster, pixels, file_format, profile, like)
        if own is not None:
            _keep_untouched(pixels, own, raster, like.raster)
    return Encoded(pixels, profile, chromaticities), notes


def _usable(profile: bytes | None, colours: int, notes: list[str]) -> bytes | None:
    if profile is None or profiles.usable(profile, colours):
        return profile
    # Many programs give grey files the profile of sRGB, which changes nothing.
    meant = profiles.usable(profile, 3) and profiles.transfer_of(profile, 3) == "srgb"
    if not meant:
        notes.append("The file's colour profile cannot be used; its colours were read as sRGB.")
    return None


def _transfer(depth: Depth, profile: bytes | None, colours: int) -> Transfer | None:
    """What values of ``depth`` in ``profile`` are, None for neither: floats without one are linear."""
    if profile is not None:
        return profiles.transfer_of(profile, colours)
    return "srgb" if depth in _INTEGERS else "linear"


def _translated(file: Decoded, own: Raster, profile: bytes | None) -> Raster:
    """The values of a file in sRGB's primaries and with straight alpha, unclipped. Made in bands."""
    depth = _UNCLIPPED[own.depth]
    transfer: Transfer = "srgb" if own.depth in _INTEGERS else "linear"
    shape = RasterShape(own.width, own.height, own.channels, depth, transfer)
    pixels = shape.empty()
    colours = own.channels - own.has_alpha
    for y0, y1 in bands(own.height, own.width * 12):
        band = own.crop(0, y0, own.width, y1)
        values: Pixels = band.colours
        if band.alpha is not None:
            opacity = unit_floats(band.alpha, own.depth)
            pixels[y0:y1, :, colours:] = from_unit_floats(opacity, depth)
            if file.associated:
                # Light that is added by pixels of no opacity is kept as it is.
                values = values / np.where(opacity > 0, opacity, 1)
        light = values if profile is None else profiles.to_linear(values, profile)
        meant = srgb_from_linear(light) if transfer == "srgb" else light
        pixels[y0:y1, :, :colours] = from_unit_floats(meant, depth)
    return Raster(pixels, transfer)


def _from_inks(file: Decoded, notes: list[str]) -> Raster:
    """CMYK, with alpha or without, as sRGB of 8 or 16 bits. Made in bands."""
    depth: Depth = "u8" if file.pixels.dtype == np.uint8 else "u16"
    profile = file.profile
    if profile is None:
        notes.append("The file is CMYK without a profile; its colours are approximate.")
    elif not profiles.usable(profile, 4):
        notes.append("The file's CMYK profile cannot be used; its colours are approximate.")
        profile = None
    height, width, channels = file.pixels.shape
    pixels = RasterShape(width, height, channels - 1, depth, "srgb").empty()
    for y0, y1 in bands(height, width * 16):
        band = file.pixels[y0:y1]
        if band.dtype.kind == "f":
            band = from_unit_floats(band, depth)
        inks = band[:, :, :4]
        if profile is None:
            paper = 1 - unit_floats(inks, depth)
            rgb: Floats = paper[:, :, :3] * paper[:, :, 3:]
        else:
            rgb = srgb_from_linear(profiles.to_linear(inks, profile))
        pixels[y0:y1, :, :3] = from_unit_floats(rgb, depth)
        pixels[y0:y1, :, 3:] = band[:, :, 4:]
    return Raster(pixels)


def _losses(raster: Raster, file_format: str, wanted: Depth, depth: Depth) -> list[str]:
    if depth == wanted or depth not in _INTEGERS:
        return []
    bits = 8 if depth == "u8" else 16
    notes = [f"{file_format} was written with {bits} bits per channel instead of {wanted}."]
    if wanted not in _INTEGERS and raster.depth not in _INTEGERS and raster.colours.max() > 1:
        notes.append(f"{file_format} cannot store values brighter than white; they were clipped.")
    return notes


def _on_white(raster: Raster) -> Raster:
    opacity = coverage(raster)
    return Raster(to_float(raster) * opacity + (1 - opacity))


def _target(
    raster: Raster, file_format: str, depth: Depth, like: Picture | None
) -> tuple[bytes | None, tuple[float, ...] | None]:
    """In whose profile and chromaticities to write. EXR has none but its own, which are of linear light
    and nothing for integers.
    """
    if like is None or like.encoding.profile is None:
        return None, None
    profile, chromaticities = like.encoding.profile, like.encoding.chromaticities
    if not profiles.is_for(profile, raster.colours.shape[2]):
        return None, None
    if file_format == "EXR":
        return (profile, chromaticities) if chromaticities is not None else (None, None)
    if chromaticities is not None and depth in _INTEGERS:
        return None, None
    return profile, None


def _values(raster: Raster, depth: Depth, profile: bytes | None) -> Pixels:
    """The raster's pixels of ``depth`` in ``profile``, alpha straight. Made in bands."""
    colours = raster.colours.shape[2]
    transfer = _transfer(depth, profile, colours)
    if transfer is not None or profile is None:
        return converted(raster, depth=depth, transfer=transfer or "srgb").pixels
    pixels = RasterShape(raster.width, raster.height, raster.channels, depth, "srgb").empty()
    for y0, y1 in bands(raster.height, raster.width * 12):
        band = raster.crop(0, y0, raster.width, y1)
        values = unit_floats(band.colours, band.depth)
        light = linear_from_srgb(values) if band.transfer == "srgb" else values
        pixels[y0:y1, :, :colours] = from_unit_floats(profiles.from_linear(light, profile), depth)
        if band.alpha is not None:
            opacity = unit_floats(band.alpha, band.depth)
            pixels[y0:y1, :, colours:] = from_unit_floats(opacity, depth)
    return pixels


def _associated(pixels: Pixels) -> Pixels:
    """Straight floats with their colours multiplied by alpha, as EXR has them."""
    alpha = pixels[:, :, -1:]
    return np.concatenate([pixels[:, :, :-1] * alpha, alpha], axis=2)


def _own_values(
    raster: Raster, pixels: Pixels, file_format: str, profile: bytes | None, like: Picture
) -> Pixels | None:
    """``like``'s own values, if they could stand in ``pixels``."""
    own = like.encoding.pixels
    if (
        own is not None
        and (own.shape, own.dtype) == (pixels.shape, pixels.dtype)
        and raster.shape == like.raster.shape
        and profile == like.encoding.profile
        and (file_format == "EXR") == (like.format == "EXR")
    ):
        return own
    return None


def _keep_untouched(pixels: Pixels, own: Pixels, painted: Raster, read: Raster) -> None:
    """Put the file's own values into ``pixels`` where what is ``painted`` is what was ``read``. In bands."""
    for y0, y1 in bands(painted.height, painted.nbytes // painted.height):
        same = (painted.pixels[y0:y1] == read.pixels[y0:y1]).all(axis=2, keepdims=True)
        np.copyto(pixels[y0:y1], own[y0:y1], where=same)

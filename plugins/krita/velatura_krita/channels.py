"""The order of a pixel's channels: Krita's integers have blue first, the wire has red first. No Qt here."""

from __future__ import annotations

from array import array

_CHANNELS = 4


def swapped(pixels: bytearray, bytes_each: int) -> bytearray:
    """``pixels`` of four channels of 1 or 2 bytes with the first and the third exchanged; changed where they are."""
    if bytes_each == 1:
        pixels[0::_CHANNELS], pixels[2::_CHANNELS] = pixels[2::_CHANNELS], pixels[0::_CHANNELS]
        return pixels
    words = array("H")
    words.frombytes(pixels)
    words[0::_CHANNELS], words[2::_CHANNELS] = words[2::_CHANNELS], words[0::_CHANNELS]
    return bytearray(memoryview(words).cast("B"))


def alpha_of(pixels: bytes, channels: int, bytes_each: int) -> bytes:
    """The last of ``channels`` of every pixel, as it is."""
    if bytes_each == 1:
        return pixels[channels - 1 :: channels]
    words = array("H" if bytes_each == 2 else "I")
    words.frombytes(pixels)
    return words[channels - 1 :: channels].tobytes()

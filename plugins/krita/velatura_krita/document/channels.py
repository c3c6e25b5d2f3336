"""Single channels of pixels. No Qt here."""

from __future__ import annotations

from array import array


def alpha_of(pixels: bytes, channels: int, bytes_each: int) -> bytes:
    """The last of ``channels`` of every pixel, as it is."""
    if bytes_each == 1:
        return pixels[channels - 1 :: channels]
    words = array("H" if bytes_each == 2 else "I")
    words.frombytes(pixels)
    return words[channels - 1 :: channels].tobytes()

"""Single channels of pixels. No Qt here."""

from __future__ import annotations

from array import array

from velatura_link.messages import DEPTH_BYTES

_OPAQUE = {"u8": b"\xff", "u16": b"\xff\xff", "f16": b"\x00\x3c", "f32": b"\x00\x00\x80\x3f"}


def alpha_of(pixels: bytes, channels: int, bytes_each: int) -> bytes:
    """The last of ``channels`` of every pixel, as it is."""
    if bytes_each == 1:
        return pixels[channels - 1 :: channels]
    words = array("H" if bytes_each == 2 else "I")
    words.frombytes(pixels)
    return words[channels - 1 :: channels].tobytes()


def as_rgba(pixels: bytes, channels: int, depth: str) -> bytes:
    """Pixels of 1 to 4 ``channels`` with all four: grey is all three colours, and what has no alpha is opaque."""
    if channels == 4:
        return pixels
    size = DEPTH_BYTES[depth]
    count = len(pixels) // (channels * size)
    colours = (0, 0, 0) if channels < 3 else (0, 1, 2)
    made = bytearray(_OPAQUE[depth] * (4 * count))
    parts = (*colours, 1) if channels == 2 else colours
    for to, given in enumerate(parts):
        for byte in range(size):
            made[to * size + byte :: 4 * size] = pixels[given * size + byte :: channels * size]
    return bytes(made)

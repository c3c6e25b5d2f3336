"""Small pictures of large ones, for a quick look, and parts of them. No Qt here."""

from __future__ import annotations

import struct
from array import array
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from velatura_link.request import Pixels

from .viewport import Window

SIDE = 240


@dataclass(frozen=True)
class Thumbnail:
    """RGB, 8 bits each, no padding."""

    data: bytes
    width: int
    height: int


def downsampled(pixels: Pixels, side: int = SIDE) -> Thumbnail | None:
    """Every so many pixels of ``pixels``; None for depths and channels that no engine shows."""
    if pixels.channels < 3 or pixels.depth not in ("u8", "f32"):
        return None
    step = max(-(-max(pixels.width, pixels.height) // side), 1)
    rows = range(0, pixels.height, step)
    columns = len(range(0, pixels.width, step))
    small = bytearray(columns * len(rows) * 3)
    size = len(pixels.view) // pixels.height
    for place, row in enumerate(rows):
        line = _row(pixels, row * size, size)
        start = place * columns * 3
        for channel in range(3):
            small[start + channel : start + columns * 3 : 3] = line[
                channel :: step * pixels.channels
            ]
    return Thumbnail(bytes(small), columns, len(rows))


def downsampled_mask(mask: Pixels, width: int, height: int) -> Pixels:
    """A mask (one channel, any depth) at a smaller size, 8 bits deep: the nearest pixel of each place."""
    columns = [(2 * x + 1) * mask.width // (2 * width) for x in range(width)]
    pick: Callable[[Any], tuple[float, ...]] = itemgetter(*columns, columns[0])
    code, to_byte = _BYTES[mask.depth]
    size = len(mask.view) // mask.height
    small = bytearray()
    for y in range(height):
        start = (2 * y + 1) * mask.height // (2 * height) * size
        row = struct.unpack(f"<{mask.width}{code}", mask.view[start : start + size])
        small += to_byte(pick(row)[:-1])
    return Pixels(small, width, height, 1, "u8", "linear")


def cropped(picture: Pixels, window: Window) -> Pixels:
    """``picture``, or the window of it where an older daemon gives the whole."""
    left, top, right, bottom = window
    width, height = right - left, bottom - top
    if (picture.width, picture.height) == (width, height):
        return picture
    pixel = len(picture.view) // (picture.width * picture.height)
    rows = bytearray()
    for y in range(top, bottom):
        start = (y * picture.width + left) * pixel
        rows += picture.view[start : start + width * pixel]
    return Pixels(rows, width, height, picture.channels, picture.depth, picture.transfer)


def _of_floats(values: Iterable[float]) -> bytes:
    return bytes(int(min(max(each, 0.0), 1.0) * 255 + 0.5) for each in values)


def _of_words(values: Iterable[float]) -> bytes:
    return bytes(int(each) >> 8 for each in values)


_BYTES: dict[str, tuple[str, Callable[..., bytes]]] = {
    "u8": ("B", bytes),
    "u16": ("H", _of_words),
    "f16": ("e", _of_floats),
    "f32": ("f", _of_floats),
}


def _row(pixels: Pixels, start: int, size: int) -> bytes:
    data = pixels.view[start : start + size]
    if pixels.depth == "u8":
        return bytes(data)
    values = array("f")
    values.frombytes(data)
    return _of_floats(values)

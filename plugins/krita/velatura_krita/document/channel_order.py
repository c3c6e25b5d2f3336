"""The order of a pixel's channels: Krita's integers have blue first, the wire has red first."""

from __future__ import annotations

from typing import Any

from ..qt import QtGui

_CHANNELS = 4


def swapped(pixels: Any, width: int, bytes_each: int) -> bytes:
    """``pixels`` (any buffer), whole rows of ``width`` four channels of 1 or 2 bytes, with the first and the third
    exchanged.

    Qt does it with vector instructions: at 16 bits in a thirtieth of the time that Python's own slices take.
    """
    formats = QtGui.QImage.Format
    kind = formats.Format_RGBA8888 if bytes_each == 1 else formats.Format_RGBA64
    row = width * _CHANNELS * bytes_each
    # A QImage is a view of the bytes that it is given, so they stay named until it is read.
    held = bytes(pixels)
    image = QtGui.QImage(held, width, len(held) // row, row, kind).rgbSwapped()
    return bytes_of(image, len(held))


def bytes_of(image: QtGui.QImage, size: int) -> bytes:
    """The first ``size`` bytes of an image's pixels."""
    bits: Any = image.constBits()
    if bits is None:
        return b""
    bits.setsize(size)
    return bytes(bits)

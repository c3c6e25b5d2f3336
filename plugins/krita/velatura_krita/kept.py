"""Selections as text, so that a region's can travel in the document."""

from __future__ import annotations

import base64
import zlib

from .formats import Bounds


def packed(mask: bytes) -> str:
    """One byte a pixel, deflated, as base64."""
    return base64.b64encode(zlib.compress(mask, 6)).decode()


def unpacked(text: str, bounds: Bounds) -> bytes:
    """What :func:`packed` made of a mask over ``bounds``; raises ``ValueError`` for anything else."""
    size = bounds.width * bounds.height
    try:
        mask = zlib.decompressobj().decompress(base64.b64decode(text, validate=True), size + 1)
    except zlib.error as error:
        raise ValueError("The kept selection is damaged.") from error
    if len(mask) != size:
        raise ValueError("The kept selection is damaged.")
    return mask

"""Masks as text, so that they can travel in a host's document."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterator

_PIECE = 1 << 20
"""Bytes that are deflated at once."""


def packed(mask: bytes | memoryview) -> str:
    """One byte a pixel, deflated, as base64."""
    return "".join(packing(mask))


def packing(mask: bytes | memoryview) -> Iterator[str]:
    """:func:`packed` in steps that are short, also for a large mask: nothing, and the text at last."""
    deflater, found = zlib.compressobj(), b""
    for start in range(0, len(mask), _PIECE):
        found += deflater.compress(mask[start : start + _PIECE])
        yield ""
    yield base64.b64encode(found + deflater.flush()).decode()


def unpacked(text: str, size: int) -> bytes:
    """The ``size`` bytes that :func:`packed` was given; raises ``ValueError`` for anything else."""
    try:
        mask = zlib.decompressobj().decompress(base64.b64decode(text, validate=True), size + 1)
    except zlib.error as error:
        raise ValueError("The kept selection is damaged.") from error
    if len(mask) != size:
        raise ValueError("The kept selection is damaged.")
    return mask

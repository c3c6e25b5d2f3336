"""Selections as text, so that a region's, or the one that a result was painted in, can travel in the document."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from velatura_link.request import Pixels

from .formats import Bounds, placed
from .turns import Steps

_PIECE = 1 << 20
"""Bytes that are deflated in one step."""


@dataclass(frozen=True)
class KeptMask:
    """A mask over ``bounds`` of the document, 0 outside; ``kept`` as :func:`packed` makes it."""

    bounds: Bounds
    kept: str

    def over(self, bounds: Bounds) -> Pixels:
        """It over other bounds, as the wire has it. Raises ``ValueError`` when it is damaged."""
        mask = placed(unpacked(self.kept, self.bounds), self.bounds, bounds)
        return Pixels(mask, bounds.width, bounds.height, 1, "u8", "linear")

    def described(self) -> dict[str, Any]:
        """It as JSON has it."""
        return {"bounds": asdict(self.bounds), "kept": self.kept}


def kept_mask(mask: Pixels, bounds: Bounds) -> Steps[KeptMask]:
    """``mask``, one byte a pixel over ``bounds``, to be kept; a large one takes a while to deflate."""
    deflater, found = zlib.compressobj(), b""
    for start in range(0, len(mask.view), _PIECE):
        found += deflater.compress(mask.view[start : start + _PIECE])
        yield
    return KeptMask(bounds, base64.b64encode(found + deflater.flush()).decode())


def kept_mask_of(facts: Mapping[str, Any]) -> KeptMask:
    """What :meth:`KeptMask.described` told. Raises ``ValueError``, ``TypeError`` or ``KeyError`` for anything else."""
    kept = facts["kept"]
    if not isinstance(kept, str):
        raise TypeError
    bounds = Bounds(**{name: int(each) for name, each in facts["bounds"].items()})
    return KeptMask(bounds, kept)


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

"""Selections as text, so that a region's, or the one that a result was painted in, can travel in the document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from velatura_link import packed_masks
from velatura_link.packed_masks import packing
from velatura_link.request import Pixels

from .cooperative_tasks import Steps
from .formats import Bounds, placed


@dataclass(frozen=True)
class KeptMask:
    """A mask over ``bounds`` of the document, 0 outside; ``kept`` as :mod:`velatura_link.packed_masks` has it."""

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
    pieces: list[str] = []
    for piece in packing(mask.view):
        pieces.append(piece)
        yield
    return KeptMask(bounds, "".join(pieces))


def kept_mask_of(facts: Mapping[str, Any]) -> KeptMask:
    """What :meth:`KeptMask.described` told. Raises ``ValueError``, ``TypeError`` or ``KeyError`` for anything else."""
    kept = facts["kept"]
    if not isinstance(kept, str):
        raise TypeError
    bounds = Bounds(**{name: int(each) for name, each in facts["bounds"].items()})
    return KeptMask(bounds, kept)


def unpacked(text: str, bounds: Bounds) -> bytes:
    """What was packed of a mask over ``bounds``; raises ``ValueError`` for anything else."""
    return packed_masks.unpacked(text, bounds.width * bounds.height)

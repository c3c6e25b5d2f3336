"""Between the sizes of one picture: enlarging any part of the smaller, and adding what it could not hold.

The Laplacian pyramid of Burt & Adelson 1983 (doi:10.1109/TCOM.1983.1095851), a piece at a time and for any two sizes:
what a part gives does not depend on how the picture was cut.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor

from PIL import Image

from velatura.imaging.colour import Floats
from velatura.imaging.resample import LOBES, resampled
from velatura.imaging.tiles import Box

Size = tuple[int, int]
"""Width and height in pixels."""

_CUBIC = 3
"""Pixels of the smaller picture around a place that enlarging looks at."""


@dataclass(frozen=True)
class Octave:
    """What lies between a picture of ``size`` and the same of size ``below``, which is smaller."""

    below: Size
    size: Size

    @property
    def scale(self) -> tuple[float, float]:
        """How many pixels of the larger picture one of the smaller is, along columns and rows."""
        return self.size[0] / self.below[0], self.size[1] / self.below[1]

    @property
    def reach(self) -> int:
        """Pixels around a part of the larger picture that :meth:`refined` looks at."""
        return ceil((_CUBIC + LOBES + 1) * max(self.scale))

    def enlarged(self, small: Floats, box: Box) -> Floats:
        """``box`` of the larger picture, (h, w, c) float32, from the smaller one, (h, w, c); bicubic."""
        seen = self._seen_by(box)
        return self._up(small[seen.y0 : seen.y1, seen.x0 : seen.x1], seen, box)

    def refined(self, small: Floats, piece: Floats, at: Box, box: Box) -> Floats:
        """:meth:`enlarged`, and of ``piece`` only what the smaller picture has no place for: fine detail.

        ``piece`` (h, w, c) is what lies ``at`` a part of the larger picture: ``box`` and :attr:`reach` pixels around
        it, as far as the picture goes.
        """
        seen = self._seen_by(box)
        across, down = self.scale
        frame = (
            seen.x0 * across - at.x0,
            seen.y0 * down - at.y0,
            min(float(at.width), seen.x1 * across - at.x0),
            min(float(at.height), seen.y1 * down - at.y0),
        )
        known = resampled(piece, (seen.width, seen.height), frame, Image.Resampling.LANCZOS)
        inside = piece[box.y0 - at.y0 : box.y1 - at.y0, box.x0 - at.x0 : box.x1 - at.x0]
        # Enlarging is linear: the difference, once, instead of both.
        return inside + self._up(small[seen.y0 : seen.y1, seen.x0 : seen.x1] - known, seen, box)

    def _seen_by(self, box: Box) -> Box:
        """The pixels of the smaller picture that enlarging to ``box`` looks at."""
        (across, down), (width, height) = self.scale, self.below
        return Box(
            max(0, floor(box.x0 / across) - _CUBIC),
            max(0, floor(box.y0 / down) - _CUBIC),
            min(width, ceil(box.x1 / across) + _CUBIC),
            min(height, ceil(box.y1 / down) + _CUBIC),
        )

    def _up(self, small: Floats, seen: Box, box: Box) -> Floats:
        across, down = self.scale
        frame = (
            box.x0 / across - seen.x0,
            box.y0 / down - seen.y0,
            min(float(seen.width), box.x1 / across - seen.x0),
            min(float(seen.height), box.y1 / down - seen.y0),
        )
        return resampled(small, (box.width, box.height), frame, Image.Resampling.BICUBIC)

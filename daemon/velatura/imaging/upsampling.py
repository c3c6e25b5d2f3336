"""Making a small painting large along the edges of the large picture that it is of.

Fast guided filtering (He & Sun 2015, arXiv:1505.00996) finds how strongly what was painted follows the content's
brightness around each pixel. The painting is enlarged smoothly, and what the enlarged content lacks of the real one is
added as strongly: edges are as sharp as the content's, and strokes stay as they were painted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from velatura.imaging.colour import Floats, luma
from velatura.imaging.tiles import Box

RADIUS = 3
"""Pixels of the small picture around one in which it is compared with what was painted."""

EVEN = np.float32(1e-3)
"""Variance of brightness (0..1 squared) below which a place counts as even: nothing is followed there."""

STEEPEST = np.float32(1.5)
"""How much stronger than in the content an edge may become."""

_REACH = 4
"""Pixels that enlarging looks at on either side."""


@dataclass(frozen=True)
class Upsampler:
    """A painting, ready to be enlarged: all (h, w, …) float32 of the small size.

    ``gains`` (h, w, 3) say how far each of its channels follows the content's ``brightness`` (h, w, 1). ``scale`` is
    how many pixels of the large picture one of the small is, along columns and rows. ``wraps`` says along which of
    them (columns, rows) the small picture goes on with its other end.
    """

    painted: Floats
    brightness: Floats
    gains: Floats
    scale: tuple[float, float]
    wraps: tuple[bool, bool]

    @classmethod
    def of(
        cls, painted: Floats, content: Floats, size: tuple[int, int], wraps: tuple[bool, bool]
    ) -> Upsampler:
        """For ``painted`` and ``content``, (h, w, 3) sRGB, to become ``size`` (width, height)."""
        from scipy.ndimage import uniform_filter

        brightness = luma(content)
        modes = tuple("wrap" if wrap else "nearest" for wrap in (wraps[1], wraps[0]))

        def around(plane: Floats) -> Floats:
            mean: Floats = uniform_filter(plane, 2 * RADIUS + 1, mode=modes, axes=(0, 1))
            return mean

        mean, mean_painted = around(brightness), around(painted)
        variance = around(brightness * brightness) - mean * mean
        covariance = around(brightness * painted) - mean * mean_painted
        gains = around(covariance / (variance + EVEN))
        height, width = painted.shape[:2]
        return cls(
            painted,
            brightness,
            np.clip(gains, -STEEPEST, STEEPEST),
            (size[0] / width, size[1] / height),
            wraps,
        )

    def __call__(self, box: Box, content: Floats) -> Floats:
        """The painting in ``box`` of the large picture, where it shows ``content`` (h, w, 3); as large."""
        lacking = luma(content) - self._enlarged(self.brightness, box)
        return self._enlarged(self.painted, box) + self._enlarged(self.gains, box) * lacking

    def _enlarged(self, small: Floats, box: Box) -> Floats:
        across, down = self.scale
        x0, x1, left = _piece(box.x0, box.x1, across)
        y0, y1, top = _piece(box.y0, box.y1, down)
        columns = self._places(x0, x1, small.shape[1], self.wraps[0])
        rows = self._places(y0, y1, small.shape[0], self.wraps[1])
        piece = small[rows[:, None], columns]
        frame = (left, top, left + box.width / across, top + box.height / down)
        planes = [
            np.asarray(
                Image.fromarray(np.ascontiguousarray(piece[:, :, channel])).resize(
                    (box.width, box.height), Image.Resampling.BICUBIC, box=frame
                )
            )
            for channel in range(piece.shape[2])
        ]
        return np.stack(planes, axis=2)

    @staticmethod
    def _places(
        start: int, end: int, length: int, wraps: bool
    ) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
        places = np.arange(start, end)
        return places % length if wraps else places.clip(0, length - 1)


def _piece(start: int, end: int, scale: float) -> tuple[int, int, float]:
    """Which small pixels enlarging to ``start`` … ``end`` looks at, and where in them it begins."""
    first = int(np.floor(start / scale)) - _REACH
    last = int(np.ceil(end / scale)) + _REACH
    return first, last, start / scale - first

"""How a picture is cut so that it can be painted a piece at a time with the result of painting it
whole.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Box:
    """Columns ``x0 … x1 − 1`` and rows ``y0 … y1 − 1`` of a picture, in pixels."""

    x0: int
    y0: int
    x1: int
    y1: int

    @property
    def width(self) -> int:
        return self.x1 - self.x0

    @property
    def height(self) -> int:
        return self.y1 - self.y0

    def common(self, other: Box) -> Box | None:
        """What lies in both; None where they are apart."""
        x0, x1 = max(self.x0, other.x0), min(self.x1, other.x1)
        y0, y1 = max(self.y0, other.y0), min(self.y1, other.y1)
        return Box(x0, y0, x1, y1) if x0 < x1 and y0 < y1 else None


@dataclass(frozen=True)
class Tile:
    """A piece of a picture: ``core`` is what it paints, ``outer`` what has to be looked at for
    that.
    """

    core: Box
    outer: Box

    @property
    def inner(self) -> tuple[slice, slice]:
        """The core's (rows, columns) inside the outer box."""
        return (
            slice(self.core.y0 - self.outer.y0, self.core.y1 - self.outer.y0),
            slice(self.core.x0 - self.outer.x0, self.core.x1 - self.outer.x0),
        )

    def trimmed(self, window: Box, *, halo: int, multiple: int) -> Tile:
        """What of the tile has to be painted to see ``window``, which touches its core, in the same phase."""
        seen = self.core.common(window)
        assert seen is not None
        core = _around(seen, 0, multiple, self.core)
        return Tile(core, _around(core, halo, multiple, self.outer))


def _around(box: Box, margin: int, multiple: int, limits: Box) -> Box:
    """``box`` and ``margin`` more, out to the next multiples, inside ``limits``."""
    return Box(
        max((box.x0 - margin) // multiple * multiple, limits.x0),
        max((box.y0 - margin) // multiple * multiple, limits.y0),
        min(round_up(box.x1 + margin, multiple), limits.x1),
        min(round_up(box.y1 + margin, multiple), limits.y1),
    )


def round_up(length: int, multiple: int) -> int:
    """The smallest multiple of ``multiple`` that is not below ``length``."""
    return -(-length // multiple) * multiple


def plan(
    width: int, height: int, *, core: int, halo: int, multiple: int, least: int = 1
) -> list[Tile]:
    """Cut ``width`` × ``height`` pixels into tiles, row by row from the top left.

    Cores partition the picture, are no longer than ``core`` (rounded up to ``multiple``) and about
    equally long; cores and outer boxes start at multiples of ``multiple``, so that every tile meets
    a strided network in the same phase. ``outer`` is the core and at least ``halo`` pixels around
    it, and at least ``least`` pixels long, wherever the picture has them.
    """
    columns = _cut(width, core, halo, multiple, least)
    rows = _cut(height, core, halo, multiple, least)
    return [
        Tile(Box(x.core0, y.core0, x.core1, y.core1), Box(x.outer0, y.outer0, x.outer1, y.outer1))
        for y in rows
        for x in columns
    ]


@dataclass(frozen=True)
class _Span:
    core0: int
    core1: int
    outer0: int
    outer1: int


def _cut(length: int, core: int, halo: int, multiple: int, least: int) -> list[_Span]:
    units = -(-length // multiple)
    # Equal shares instead of full tiles and a rest: a sliver at the far end costs nearly a tile's
    # halo for nothing.
    count = -(-units // -(-core // multiple))
    starts = [units * index // count * multiple for index in range(count)]
    spans = []
    for start, following in zip(starts, [*starts[1:], length], strict=True):
        end = min(following, length)
        before = max(0, start - halo)
        outer1 = min(length, max(round_up(end + halo, multiple), before + least))
        outer0 = max(0, min(before, outer1 - least)) // multiple * multiple
        spans.append(_Span(start, end, outer0, outer1))
    return spans

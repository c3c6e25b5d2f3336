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

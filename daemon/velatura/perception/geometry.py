"""What a layer of VGG-19 sees of a picture: strides, receptive fields, and the pieces that show all of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import pairwise

from velatura.imaging.tiles import Box, Tile, round_up
from velatura.perception.vgg import LAYERS

SHIFT = 8
"""Cuts between pieces move by up to this part of a piece's side to either side."""

_TURNS = (0.7548776662466927, 0.5698402909980532)
"""Parts of a turn by which cuts between columns and rows move on: never the same twice (Roberts 2018, R2)."""


def until(layers: Collection[str]) -> Iterator[str]:
    """All layers of VGG-19 up to the deepest of ``layers``, shallow to deep; none for none."""
    deepest = max((LAYERS.index(layer) for layer in layers), default=-1)
    return iter(LAYERS[: deepest + 1])


@dataclass(frozen=True)
class Field:
    """How the deepest of some layers sees: one of its positions stands for ``stride`` pixels a side, and
    looks ``reach`` pixels further to each side.
    """

    stride: int
    reach: int

    @classmethod
    def of(cls, layers: Collection[str]) -> Field:
        stride, reach = 1, 0
        for layer in until(layers):
            if layer.startswith("conv"):
                reach += stride
            elif layer.startswith("pool"):
                stride *= 2
        return cls(stride, reach)


def side_at(layer: str, side: int, *, ceil: bool) -> int:
    """How many positions ``layer`` has along ``side`` pixels."""
    for each in until((layer,)):
        if each.startswith("pool"):
            side = -(-side // 2) if ceil else side // 2
    return side


Window = tuple[slice, slice]
"""Rows and columns of a layer."""


def window(layer: str, tile: Tile, size: tuple[int, int], *, ceil: bool) -> tuple[Window, Window]:
    """The positions of ``layer`` that a piece's core has: in the picture of ``size`` (height, width) pixels,
    and in the piece.
    """
    stride, core, outer = Field.of((layer,)).stride, tile.core, tile.outer
    spans = []
    for start, end, side in ((core.y0, core.y1, size[0]), (core.x0, core.x1, size[1])):
        last = side_at(layer, side, ceil=ceil) if end == side else end // stride
        spans.append(slice(start // stride, last))
    before = (outer.y0 // stride, outer.x0 // stride)
    inside = [
        slice(span.start - skipped, span.stop - skipped)
        for span, skipped in zip(spans, before, strict=True)
    ]
    return (spans[0], spans[1]), (inside[0], inside[1])


def pieces(width: int, height: int, *, core: int, field: Field, turn: int) -> list[Tile]:
    """Cut ``width`` × ``height`` pixels so that each position of a layer is in one piece's core, and
    all that it sees in that piece.

    Cores are at most ``core`` pixels a side, but never less than the stride, and begin at multiples
    of it, as pieces do. Every ``turn`` cuts elsewhere.
    """
    columns, rows = (
        _spans(length, core, field, turn * by % 1 - 0.5)
        for length, by in zip((width, height), _TURNS, strict=True)
    )
    return [
        Tile(Box(*_zipped(x_core, y_core)), Box(*_zipped(x_outer, y_outer)))
        for y_core, y_outer in rows
        for x_core, x_outer in columns
    ]


_Span = tuple[int, int]


def _zipped(x: _Span, y: _Span) -> tuple[int, int, int, int]:
    return x[0], y[0], x[1], y[1]


def _spans(length: int, core: int, field: Field, shift: float) -> list[tuple[_Span, _Span]]:
    """Cores and what has to be looked at for them; ``shift`` −½…½ says where between two extremes cuts lie."""
    stride = field.stride
    if length <= core:
        return [((0, length), (0, length))]
    halo = round_up(field.reach, stride)
    moved = shift * 2 * (core / SHIFT)
    count = -(-length // max(stride, int(core * (1 - 1 / SHIFT)) // stride * stride))
    cuts = {
        round((length * number / count + moved) / stride) * stride for number in range(1, count)
    }
    ends = [0, *sorted(cut for cut in cuts if 0 < cut < length), length]
    return [
        ((start, end), (max(0, start - halo), min(length, end + halo)))
        for start, end in pairwise(ends)
    ]

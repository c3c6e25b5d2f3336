"""What an optimisation of pixels takes of memory, and into how large tiles it is cut where it does not fit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import torch

from velatura.contract.run import Run
from velatura.errors import OutOfMemory
from velatura.imaging.tiles import round_up
from velatura.perception.geometry import Field, until
from velatura.perception.vgg import WIDTHS
from velatura.pipeline.engine_errors import is_out_of_memory
from velatura.pipeline.tensors import tile_side
from velatura.runtime.memory import SMALLEST, SPARED, available

T = TypeVar("T")

Size = tuple[int, int]
"""Width and height in pixels."""

HELD = 4.0
LIVE = 1.5
"""A step's worst moment takes so many bytes for each number of the activations, and so many times what it takes in
the network's type (measured: ``benchmarks.gatys needs``): what is compared is float32 in any case.
"""

PLANES = 11
"""Copies of the picture in float32 that a descent holds: content, start, gradient, moments, what a coarser size has
found and what is put in its place, and what is between.
"""


@dataclass(frozen=True)
class Needs:
    """What decides how much memory a step takes: ``content`` and all ``layers`` that are looked at, the
    type they are computed in, how many pictures the optimiser remembers, and where histograms are ``matched``.
    """

    content: tuple[str, ...]
    layers: tuple[str, ...]
    dtype: torch.dtype
    remembered: int = 0
    matched: tuple[str, ...] = ()

    def at_once(self, width: int, height: int) -> int:
        """Bytes for a step that looks at the whole picture."""
        return self._lasting(width * height) + self._passing(width * height)

    def in_tiles(self, width: int, height: int, side: int) -> int:
        """Bytes for a step in tiles of ``side`` pixels a side."""
        field = Field.of(self.layers)
        outer = side + 2 * round_up(field.reach, field.stride)
        return self._lasting(width * height) + self._passing(min(width, outer) * min(height, outer))

    def _lasting(self, pixels: int) -> int:
        """Bytes that are held however the picture is cut."""
        targets = sum(_numbers(layer) * 4 for layer in self.content)
        return int(pixels * ((PLANES + self.remembered) * 3 * 4 + targets))

    def _passing(self, pixels: int) -> int:
        """Bytes that activations and their gradients take."""
        layers = [layer for layer in until(self.layers) if layer.startswith("conv")]
        numbers = sum(_numbers(layer) for layer in layers)
        slopes = sum(_numbers(layer) * 4 for layer in self.matched)
        return int(pixels * (numbers * (HELD + LIVE * self.dtype.itemsize) + slopes))


def _numbers(layer: str) -> float:
    """How many numbers ``layer`` has for a pixel."""
    block = next(int(letter) for letter in layer if letter.isdecimal())
    return WIDTHS[block - 1] / Field.of((layer,)).stride ** 2


def as_it_fits(
    size: Size,
    needs: Needs,
    run: Run,
    paint: Callable[[int | None], T],
    *,
    tell: bool,
) -> T:
    """``paint(None)``, or ``paint(side)`` in tiles of so many pixels where a picture of ``size`` is too large at once.

    Where the memory is not enough after all tiles are halved, and halved again; raises
    :class:`OutOfMemory` when the smallest are too large. ``tell`` tells the run what was done.
    """
    whole = needs.at_once(*size)
    side = tile_for(size, needs, available(run.device))
    failed = False
    while True:
        painted = _tried(paint, side, run)
        if painted is not None:
            break
        side = tile_side.get() if side is None else side // 2
        failed = True
        if side < SMALLEST:
            raise OutOfMemory(
                "There is not enough memory for the optimisation, even in small tiles.",
                hint="Paint a smaller picture, or close other programs that use the device.",
            )
    if side is not None:
        run.cut(side)
    if tell and side is not None:
        run.note(
            "Painted in tiles of {side} pixels, since there was not enough memory for larger ones."
            if failed
            else "Painted in tiles of {side} pixels, since the whole would have taken {size} GB.",
            side=side,
            size=f"{whole / 1e9:.1f}",
        )
    return painted


def tile_for(size: Size, needs: Needs, free: int) -> int | None:
    """The side of the tiles in which a picture of ``size`` is optimised with ``free`` bytes; None where it
    fits at once.
    """
    budget = int(free * (1 - SPARED))
    if needs.at_once(*size) <= budget:
        return None
    side = tile_side.get()
    while side // 2 >= SMALLEST and needs.in_tiles(*size, side) > budget:
        side //= 2
    return side


def _tried(paint: Callable[[int | None], T], side: int | None, run: Run) -> T | None:
    """``paint(side)``, or None where the memory is not enough; by then what it held is free again."""
    try:
        return paint(side)
    except Exception as error:
        if not is_out_of_memory(error):
            raise
    run.models.free()
    return None

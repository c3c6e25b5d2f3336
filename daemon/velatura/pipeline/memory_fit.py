"""Painting within the memory there is: tiles that fit, smaller ones when it was too much, the processor last."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from velatura.contract.engine import Engine, FeedForward, Filter
from velatura.contract.run import Run
from velatura.errors import OutOfMemory
from velatura.imaging.tiles import round_up
from velatura.pipeline.levels import MOST_AROUND
from velatura.pipeline.tensors import surroundings, tile_side
from velatura.runtime.memory import SMALLEST, SPARED, available

T = TypeVar("T")


def within_memory(engine: Engine, run: Run, tile: int, paint: Callable[[], T]) -> T:
    """``paint()`` with tiles of ``tile`` pixels a side, or fewer where more would not fit.

    Where memory runs out all the same, tiles are halved, and again; at last any engine with networks paints on the
    processor. ``run`` notes what was done. Raises
    :class:`OutOfMemory` when that was not enough either.
    """
    side, in_tiles = tile, isinstance(engine, (FeedForward, Filter))
    if isinstance(engine, FeedForward):
        side = _largest(engine, run, tile)
        if side < tile:
            run.note(
                "Painted in tiles of {side} pixels: there is not enough free memory for larger ones.",
                side=side,
            )
    while True:
        token = tile_side.set(side)
        try:
            painted = paint()
            if in_tiles:
                run.cut(side)
            return painted
        except OutOfMemory:
            if in_tiles and side // 2 >= SMALLEST:
                side //= 2
                if engine.networks:
                    run.models.free()
                run.note(
                    "There was not enough memory: painted in tiles of {side} pixels.", side=side
                )
            elif engine.networks and run.device.type != "cpu":
                side = tile
                run.use_processor()
                run.note("The device did not have enough memory: painted on the processor.")
            else:
                raise
        finally:
            tile_side.reset(token)


def _largest(engine: FeedForward[Any, Any], run: Run, tile: int) -> int:
    """The longest side of a tile, at most ``tile``, that fits into what is free."""
    budget = available(run.device) * (1 - SPARED)
    descriptor = engine.descriptor
    halo = surroundings(descriptor, MOST_AROUND if descriptor.native_side else 0)
    while tile // 2 >= SMALLEST:
        outer = round_up(tile + 2 * halo, descriptor.multiple)
        if outer**2 * descriptor.memory <= budget:
            break
        tile //= 2
    return tile

"""What engines give beside the picture: as their descriptors say, and one for all regions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from velatura.contract import engine as contract
from velatura.contract.engine import Engine
from velatura.contract.run import Run
from velatura.errors import EngineFailed
from velatura.imaging.colour import Floats
from velatura.imaging.raster import Pixels, Raster, RasterShape, bands
from velatura.imaging.tiles import Box
from velatura.pipeline.engine_errors import blamed_on
from velatura.pipeline.states import packed

Allocate = Callable[[RasterShape], Pixels]
Output = Raster | bytes
"""What an engine gives under one name: a raster, or a file's bytes."""

Shares = Callable[[Box], Sequence[Floats]]
"""How much of each pixel in a box each part has, (h, w, 1) each."""


def outputs_of(
    engine: Engine,
    parts: Sequence[Mapping[str, Any]],
    size: tuple[int, int],
    shares: Shares,
    allocate: Allocate,
    run: Run,
) -> dict[str, Output]:
    """What the engine gave beside the picture for each part, by name, as one output each.

    Of a raster each pixel is that of the part which has most of it; ``shares`` says so for the picture of ``size``
    (width, height). States are packed into one. Files of several parts cannot be joined: they are left out, and ``run``
    notes it. Raises :class:`EngineFailed` for what the descriptor does not name.
    """
    named = {each.name: each for each in engine.descriptor.outputs[1:]}
    given = {name for part in parts for name in part}
    if given - set(named):
        raise EngineFailed(
            "The engine {engine} gave “{output}”, which its descriptor does not name.",
            engine=engine.descriptor.name,
            output=min(given - set(named)),
        )
    found: dict[str, Output] = {}
    for name in sorted(given, key=list(named).index):
        kind = named[name].kind
        values = [_checked(engine, part[name], kind, name) for part in parts if name in part]
        first = values[0]
        if len(parts) > 1 and kind == "state":
            states = [part.get(name, b"") for part in parts]
            found[name] = packed(states)
        elif len(values) == 1:
            found[name] = first if isinstance(first, bytes) else _placed(first, allocate)
        elif kind == "file":
            run.note(
                "Files of several regions cannot be combined: paint the regions one after the other."
            )
        else:
            whose = [index for index, part in enumerate(parts) if name in part]
            pictures = [each for each in values if isinstance(each, Raster)]
            joined = _joined(engine, name, pictures, _winners(size, shares, whose))
            found[name] = _placed(joined, allocate)
    return found


def _checked(engine: Engine, value: Any, kind: contract.OutputKind, name: str) -> Output:
    """``value`` as what the descriptor says: a raster, or bytes. A (1, 1…4, h, w) tensor becomes f32 sRGB."""
    if kind == "raster":
        if isinstance(value, Raster):
            return value
        with blamed_on(engine):
            floats = value[0].detach().float().permute(1, 2, 0).cpu().numpy()
            return Raster(np.ascontiguousarray(floats))
    if not (isinstance(value, bytes) and value):
        raise EngineFailed(
            "The engine {engine} gave no bytes as “{output}”.",
            engine=engine.descriptor.name,
            output=name,
        )
    return value


def _placed(raster: Raster, allocate: Allocate) -> Raster:
    pixels = allocate(raster.shape)
    pixels[...] = raster.pixels
    return Raster(pixels, raster.transfer)


def _winners(size: tuple[int, int], shares: Shares, whose: Sequence[int]) -> NDArray[np.uint16]:
    """Which of the parts ``whose`` has most of each pixel, (h, w): its place in the list."""
    width, height = size
    winners = np.empty((height, width), np.uint16)
    for y0, y1 in bands(height, width * 16):
        there = shares(Box(0, y0, width, y1))
        winners[y0:y1] = np.argmax(np.concatenate([there[each] for each in whose], axis=2), axis=2)
    return winners


def _joined(
    engine: Engine, name: str, pictures: Sequence[Raster], winners: NDArray[np.uint16]
) -> Raster:
    shape = pictures[0].shape
    if any(each.shape != shape for each in pictures):
        raise EngineFailed(
            "The engine {engine} gave “{output}” in different sizes for different regions.",
            engine=engine.descriptor.name,
            output=name,
        )
    rows = (np.arange(shape.height) + 0.5) * winners.shape[0] / shape.height
    columns = (np.arange(shape.width) + 0.5) * winners.shape[1] / shape.width
    there = winners[rows.astype(int)[:, None], columns.astype(int)]
    joined = pictures[0].pixels.copy()
    for number, picture in enumerate(pictures):
        np.copyto(joined, picture.pixels, where=(there == number)[:, :, None])
    return Raster(joined, shape.transfer)

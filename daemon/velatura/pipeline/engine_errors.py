"""What an engine may get wrong, turned into one sentence of ours: what it raises and what it
paints.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from velatura.contract.engine import Engine
from velatura.errors import EngineFailed, OutOfMemory, VelaturaError
from velatura.imaging.colour import Floats
from velatura.imaging.raster import Raster, all_finite

if TYPE_CHECKING:
    from torch import Tensor


@contextmanager
def blamed_on(engine: Engine) -> Iterator[None]:
    """Turn whatever an engine raises into one sentence of ours; the original is chained."""
    name = engine.descriptor.name
    try:
        yield
    except VelaturaError:
        raise
    except Exception as error:
        if is_out_of_memory(error):
            raise OutOfMemory(
                "There is not enough memory for the engine {engine}.",
                hint="Paint a smaller picture, or close other programs that use the device.",
                engine=name,
            ) from error
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
        raise EngineFailed(
            "The engine {engine} failed: {reason}.", engine=name, reason=reason
        ) from error


def is_out_of_memory(error: Exception) -> bool:
    if isinstance(error, MemoryError):
        return True
    torch = sys.modules.get("torch")
    if torch is None or not isinstance(error, RuntimeError):
        return False
    # MPS and the processor's allocator raise a plain RuntimeError and say it only in words.
    words = str(error).lower()
    return (
        isinstance(error, torch.OutOfMemoryError)
        or "out of memory" in words
        or "can't allocate memory" in words
    )


def rgb_floats(engine: Engine, painted: Tensor) -> Floats:
    """(1, 3, h, w) on any device as (h, w, 3) float32 in 0…1.

    Raises :class:`EngineFailed` for NaN."""
    import torch

    if not bool(torch.isfinite(painted).all()):
        raise EngineFailed(
            "The engine {engine} produced NaN or infinite pixels.",
            hint="Other settings may help; if not, the model's file may be damaged.",
            engine=engine.descriptor.name,
        )
    floats: Floats = (
        painted[0].detach().float().clamp(0, 1).permute(1, 2, 0).contiguous().cpu().numpy()
    )
    return floats


def require_floats(engine: Engine, painted: Any, shape: Sequence[int]) -> Floats:
    """What a filter painted, clipped to 0…1, as float32.

    Raises :class:`EngineFailed` for NaN, and for an array that is not of ``shape``."""
    _require_shape(engine, getattr(painted, "shape", ()), shape)
    floats: Floats = np.asarray(painted, np.float32)
    if not all_finite(floats):
        raise EngineFailed(
            "The engine {engine} produced NaN or infinite pixels.",
            engine=engine.descriptor.name,
        )
    return np.clip(floats, 0, 1)


def require_size(engine: Engine, painted: Tensor, sides: Sequence[int]) -> None:
    _require_shape(engine, painted.shape, (1, 3, *sides))


def _require_shape(engine: Engine, shape: Sequence[int], wanted: Sequence[int]) -> None:
    if tuple(shape) != tuple(wanted):
        raise EngineFailed(
            "The engine {engine} painted {shape} where {wanted} was expected.",
            engine=engine.descriptor.name,
            shape=str(tuple(shape)),
            wanted=str(tuple(wanted)),
        )


def require_like(engine: Engine, painted: Raster, band: Raster) -> None:
    if painted is band:
        return
    if painted.shape != band.shape:
        raise EngineFailed(
            "The engine {engine} changed the picture's size or depth.",
            engine=engine.descriptor.name,
        )
    if not all_finite(painted.pixels):
        raise EngineFailed(
            "The engine {engine} produced NaN or infinite pixels.",
            engine=engine.descriptor.name,
        )

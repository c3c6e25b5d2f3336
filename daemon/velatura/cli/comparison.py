"""Whether a picture that was painted again is the one in a file."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from velatura.imaging.colour import to_float
from velatura.imaging.files import Picture, read_picture, write_picture
from velatura.imaging.raster import Raster

Verdict = Literal["bytes", "pixels", "different"]


@dataclass(frozen=True)
class Comparison:
    """What is the same: the file's ``bytes``, its ``pixels`` alone, or neither. ``sentence`` says so to a person."""

    verdict: Verdict
    sentence: str


def compared(file: Path, painted: Raster, content: Picture | None, recipe: str) -> Comparison:
    """Compare ``file`` with ``painted``, written as a file of the same kind with ``recipe`` in it."""
    with tempfile.TemporaryDirectory(prefix="velatura-") as folder:
        again = Path(folder) / f"again{file.suffix}"
        write_picture(again, painted, like=content, recipe=recipe)
        if again.read_bytes() == file.read_bytes():
            return Comparison("bytes", "The same bytes.")
        was, now = read_picture(file).raster, read_picture(again).raster
    if was.shape != now.shape:
        return Comparison(
            "different",
            f"It is now {now.width} × {now.height} pixels of {now.channels} × {now.depth}, and was "
            f"{was.width} × {was.height} of {was.channels} × {was.depth}.",
        )
    if was.to_bytes() == now.to_bytes():
        return Comparison("pixels", "The same pixels; other parts of the file differ.")
    return Comparison("different", _distance(was, now))


def _distance(was: Raster, now: Raster) -> str:
    other = (was.pixels != now.pixels).any(axis=2)
    largest = float(np.abs(to_float(was) - to_float(now)).max()) * 255
    share = other.mean() * 100
    shown = f"{share:.1f} %" if share >= 0.1 else "Less than 0.1 %"
    return f"{shown} of the pixels differ, by {largest:.3g}/255 at most."

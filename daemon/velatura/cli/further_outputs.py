"""What an engine gives beside the picture, as files beside the picture's."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from velatura.imaging.files import write_picture
from velatura.imaging.raster import Raster


def place_of(output: Path, name: str) -> Path:
    """Where the output ``name`` goes when the picture goes to ``output``: ``out.NAME.png`` beside ``out.jpg``."""
    return output.with_name(f"{output.stem}.{name}.png")


def write_further(output: Path, outputs: Mapping[str, Raster]) -> list[str]:
    """Write all of ``outputs`` beside ``output``; a note for each that says where it is.

    Raises what :func:`~velatura.imaging.files.write_picture` does.
    """
    notes = []
    for name, raster in outputs.items():
        path = place_of(output, name)
        notes += [f"Wrote {path}.", *write_picture(path, raster)]
    return notes

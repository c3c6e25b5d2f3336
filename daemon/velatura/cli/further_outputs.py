"""What an engine gives beside the picture, as files beside the picture's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from velatura.imaging.files import write_picture
from velatura.imaging.raster import Raster
from velatura_link.request import EncodedFile


def place_of(output: Path, name: str, suffix: str = "png") -> Path:
    """Where the output ``name`` goes when the picture goes to ``output``: ``out.NAME.png`` beside ``out.jpg``."""
    return output.with_name(f"{output.stem}.{name}.{suffix}")


def write_further(
    output: Path,
    outputs: Mapping[str, Raster | EncodedFile],
    facts: Sequence[Mapping[str, Any]] = (),
) -> list[str]:
    """Write all of ``outputs`` beside ``output``; a note for each that says where it is.

    ``facts`` are what the manifest says of the engine's outputs. What one frame hands to the next is no file of
    anybody's. Raises what :func:`~velatura.imaging.files.write_picture` does.
    """
    known = {each["name"]: each for each in facts}
    notes = []
    for name, given in outputs.items():
        said = known.get(name, {})
        if said.get("kind") == "state":
            continue
        if isinstance(given, Raster):
            path = place_of(output, name)
            notes += [f"Wrote {path}.", *write_picture(path, given)]
        else:
            path = place_of(output, name, said.get("suffix") or "bin")
            path.write_bytes(given.view)
            notes.append(f"Wrote {path}.")
    return notes

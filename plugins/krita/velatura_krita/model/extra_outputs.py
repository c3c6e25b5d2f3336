"""What an engine gives beside the painted picture: as layers for a person, or for the next frame. No Qt here."""

from __future__ import annotations

from velatura_link import engines
from velatura_link.engines import Manifest

PICTURE = "picture"


def extra_outputs(manifest: Manifest, engine: str) -> dict[str, str]:
    """English titles, by name, of the pictures that ``engine`` gives beside the painted one."""
    return {
        str(each["name"]): str(each.get("title") or each["name"])
        for each in engines.outputs_of(manifest, engine)
        if each.get("kind", "raster") == "raster" and each["name"] != PICTURE
    }


def carried_outputs(manifest: Manifest, engine: str) -> tuple[str, ...]:
    """Names of what the next frame of a sequence is given of this one's outputs."""
    if not engines.is_ordered(manifest, engine):
        return ()
    return tuple(
        str(each["name"])
        for each in engines.outputs_of(manifest, engine)
        if each.get("kind") == "state"
    )

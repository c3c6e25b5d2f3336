"""Kinds of styles, as the daemon's list and an engine's descriptor in the manifest name them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

PICTURE, CODE = "picture", "code"


def needs_pictures(descriptor: Mapping[str, Any]) -> bool:
    """Whether the engine paints from pictures and cannot read the codes that built-in styles are."""
    takes = descriptor.get("styles", ())
    return PICTURE in takes and CODE not in takes

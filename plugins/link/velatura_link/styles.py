"""Kinds of styles, as the daemon's list and an engine's descriptor in the manifest name them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

PICTURE, CODE = "picture", "code"
CHECKPOINT, BANK, PAIR = "checkpoint", "bank", "pair"


def needs_pictures(descriptor: Mapping[str, Any]) -> bool:
    """Whether the engine paints from pictures and cannot read the codes that built-in styles are."""
    takes = descriptor.get("styles", ())
    return PICTURE in takes and CODE not in takes


def is_small(style: Mapping[str, Any], descriptor: Mapping[str, Any]) -> bool:
    """Whether an engine would enlarge the picture of ``style``: built-in paintings have a short side of 320 pixels or
    less, and engines that paint from pictures want more.
    """
    return (
        bool(style.get("builtin")) and style.get("kind") == PICTURE and needs_pictures(descriptor)
    )

"""Whether a daemon is there, and what it has. No Qt here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True)
class LinkState:
    """Where the link stands. ``message`` and ``hint`` say why, when there is something to say."""

    kind: Literal["looking", "starting", "ready", "absent", "lost"] = "looking"
    message: str = ""
    hint: str = ""


@dataclass(frozen=True)
class Offer:
    """What the daemon has: engines with their knobs, styles and presets, and models by name.

    ``keeps``: styles can be added and removed; ``keeps_presets``: presets can be saved; ``marks``: styles can be marked
    as favourites, put into collections and called anew.
    """

    manifest: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    styles: tuple[Mapping[str, Any], ...] = ()
    presets: tuple[Mapping[str, Any], ...] = ()
    models: tuple[str, ...] = ()
    keeps: bool = False
    keeps_presets: bool = False
    marks: bool = False

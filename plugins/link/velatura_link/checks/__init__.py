"""What a server must do, a function for each claim (docs/reference/protocol.md)."""

from __future__ import annotations

from collections.abc import Callable

from . import blobs, handshake, jobs, library, presets
from .bench import Bench

CHECKS: tuple[Callable[[Bench], None], ...] = (
    *handshake.CHECKS,
    *blobs.CHECKS,
    *jobs.CHECKS,
    *library.CHECKS,
    *presets.CHECKS,
)

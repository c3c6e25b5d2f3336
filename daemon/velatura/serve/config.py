"""What a daemon is told before it starts; nothing here changes while it runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from velatura.library.places import cache_dir
from velatura_link.messages import CHUNK_LIMIT, WINDOW
from velatura_link.places import runtime_dir

MIB = 1 << 20
GIB = 1 << 30


@dataclass(frozen=True)
class Limits:
    """What is refused before its bytes arrive (docs/reference/protocol.md, section 3)."""

    chunk: int = CHUNK_LIMIT
    window: int = WINDOW
    blob: int = 4 * GIB
    pixels: int = 1 << 29
    side: int = 65_535
    jobs: int = 64
    blobs: int = 64
    sessions: int = 64
    style: int = 64 * MIB
    preset: int = 64 * 1024
    collections: int = 32


@dataclass(frozen=True)
class Config:
    """Settings of one daemon.

    ``idle_stop`` is in seconds, None for a daemon that stays. ``engines`` limits the engines that are loaded (a worker
    with nothing but ``identity`` never imports torch). ``quota`` is in bytes of spool. ``tcp`` asks for a loopback port
    besides the Unix socket; every user of the machine can connect to it (:mod:`velatura.serve.broker.endpoints`).
    ``log_level`` is one of :data:`velatura.serve.logs.LEVELS`, for the daemon and its workers.
    """

    runtime: Path = field(default_factory=runtime_dir)
    cache: Path = field(default_factory=cache_dir)
    device: str = "auto"
    engines: tuple[str, ...] | None = None
    idle_stop: float | None = None
    quota: int = 4 * GIB
    tcp: bool = False
    log_level: str = "info"
    heartbeat: float = 5.0
    probe: float = 0.25
    resume_grace: float = 60.0
    drain_grace: float = 60.0
    limits: Limits = Limits()

"""How much may be under way over one connection, so that a cancel never waits behind much."""

from __future__ import annotations

import time

from .session import Limits
from .transport import SLOW_CHUNK, is_local

_MEASURE = 2 << 20
_FAST = 50e6
_SLOW = 10e6
_SLOW_WINDOW = 1 << 20


class Pace:
    """Chunk and window sizes for one session: full over a Unix socket, small over TCP until it proves fast."""

    def __init__(self, endpoint: str, limits: Limits) -> None:
        self._local = is_local(endpoint)
        self._limits = limits
        self._fast = self._local
        self.begin()

    @property
    def chunk(self) -> int:
        """Bytes of a chunk."""
        return self._limits.chunk if self._fast else min(SLOW_CHUNK, self._limits.chunk)

    @property
    def window(self) -> int:
        """Bytes that a download may have under way."""
        return self._limits.window if self._fast else min(_SLOW_WINDOW, self._limits.window)

    def begin(self) -> None:
        """A transfer starts now; the time before it says nothing."""
        self._since = time.monotonic()
        self._moved = 0

    def moved(self, count: int) -> None:
        """``count`` more bytes are known to have reached the other side."""
        self._moved += count
        if self._local or self._moved < _MEASURE:
            return
        rate = self._moved / max(time.monotonic() - self._since, 1e-6)
        self._fast = rate > (_SLOW if self._fast else _FAST)
        self.begin()

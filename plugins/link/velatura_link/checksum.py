"""Checks on a thread of their own, while bytes flow elsewhere (docs/reference/protocol.md, 4)."""

from __future__ import annotations

import threading
import zlib
from collections.abc import Callable
from queue import SimpleQueue

_SLICE = 1 << 20


class ChecksumThread:
    """Computes checks one after another. zlib lets other threads run meanwhile."""

    def __init__(self) -> None:
        self._tasks: SimpleQueue[Callable[[], object] | None] = SimpleQueue()
        self._closed = False
        threading.Thread(target=self._run, name="velatura-check", daemon=True).start()

    def check(self, data: memoryview, done: Callable[[int], object]) -> None:
        """Call ``done`` with the check of ``data``, on this object's thread."""
        running = self.begin()
        for start in range(0, len(data), _SLICE):
            running.feed(data[start : start + _SLICE])
        running.finish(done)

    def begin(self) -> RunningCheck:
        """A check of bytes that are still to come."""
        return RunningCheck(self._tasks)

    def close(self) -> None:
        """Forget what is still to be done and end the thread."""
        self._closed = True
        self._tasks.put(None)

    def _run(self) -> None:
        while (task := self._tasks.get()) is not None and not self._closed:
            task()
            # Else the last buffer would stay alive until the next one comes.
            del task


class RunningCheck:
    """A check in the making; :meth:`feed` and :meth:`finish` return at once."""

    def __init__(self, tasks: SimpleQueue[Callable[[], object] | None]) -> None:
        self._tasks = tasks
        self._value = 0

    def feed(self, data: memoryview) -> None:
        """Add ``data``, which must not change until the check is finished."""
        self._tasks.put(lambda: self._add(data))

    def finish(self, done: Callable[[int], object]) -> None:
        """Call ``done`` with the check of all that was fed."""
        self._tasks.put(lambda: done(self._value))

    def _add(self, data: memoryview) -> None:
        self._value = zlib.crc32(data, self._value)

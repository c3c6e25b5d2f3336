"""SHA-256 on a thread of its own, while bytes flow elsewhere."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from queue import SimpleQueue

_SLICE = 1 << 20


class HashThread:
    """Computes digests one after another. hashlib lets other threads run meanwhile."""

    def __init__(self) -> None:
        self._tasks: SimpleQueue[Callable[[], object] | None] = SimpleQueue()
        self._closed = False
        threading.Thread(target=self._run, name="velatura-hash", daemon=True).start()

    def digest(self, data: memoryview, done: Callable[[bytes], object]) -> None:
        """Call ``done`` with the digest of ``data``, on this object's thread."""
        running = self.begin()
        for start in range(0, len(data), _SLICE):
            running.feed(data[start : start + _SLICE])
        running.finish(done)

    def begin(self) -> RunningDigest:
        """A digest of bytes that are still to come."""
        return RunningDigest(self._tasks)

    def close(self) -> None:
        """Forget what is still to be done and end the thread."""
        self._closed = True
        self._tasks.put(None)

    def _run(self) -> None:
        while (task := self._tasks.get()) is not None and not self._closed:
            task()
            # Else the last buffer would stay alive until the next one comes.
            del task


class RunningDigest:
    """A digest in the making; :meth:`feed` and :meth:`finish` return at once."""

    def __init__(self, tasks: SimpleQueue[Callable[[], object] | None]) -> None:
        self._tasks = tasks
        self._hash = hashlib.sha256()

    def feed(self, data: memoryview) -> None:
        """Add ``data``, which must not change until the digest is finished."""
        self._tasks.put(lambda: self._hash.update(data))

    def finish(self, done: Callable[[bytes], object]) -> None:
        """Call ``done`` with the digest of all that was fed."""
        self._tasks.put(lambda: done(self._hash.digest()))

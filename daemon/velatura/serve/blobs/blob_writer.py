"""Writing and checking off the event loop.

Chunks of one blob are handled in order, by whichever thread is free; different blobs at the same time. File writes,
``zlib`` and ``hashlib`` let go of the interpreter's lock, so the event loop goes on while bytes flow.
"""

from __future__ import annotations

import threading
import zlib
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from io import FileIO
from typing import Any

Buffer = Any
"""Something with the buffer protocol: bytes, a memoryview, a ZeroMQ frame."""


@dataclass(eq=False)
class PendingWrite:
    """A blob being written, in order from ``position``, and whom to tell.

    ``on_written`` gets the bytes written so far after every chunk; ``on_finished`` the CRC-32, and the SHA-256 if there
    is a ``hasher``, once :meth:`BlobWriter.finish` is reached; ``on_error`` what the system said when it would not
    write, and nothing follows that.
    """

    file: FileIO
    on_written: Callable[[int], None]
    on_finished: Callable[[int, bytes | None], None]
    on_error: Callable[[OSError], None]
    hasher: Any = None
    position: int = 0
    check: int = 0
    waiting: deque[Buffer | None] = field(default_factory=deque)
    busy: bool = False
    abandoned: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)


class BlobWriter:
    """Two threads that write and check. ``report`` is called from them with what the event loop is to call."""

    def __init__(self, report: Callable[[Callable[[], None]], None]) -> None:
        self._report = report
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="blob-writer")

    def write(self, inscription: PendingWrite, chunk: Buffer) -> None:
        """Append ``chunk``."""
        self._add(inscription, chunk)

    def finish(self, inscription: PendingWrite) -> None:
        """Tell the check once all chunks handed in so far are written."""
        self._add(inscription, None)

    def abandon(self, inscription: PendingWrite) -> None:
        """Drop what waits and wait until no thread touches the file any more (at most one chunk's write)."""
        inscription.abandoned = True
        with inscription.lock:
            inscription.waiting.clear()
        while inscription.busy:
            threading.Event().wait(0.0005)

    def close(self) -> None:
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _add(self, inscription: PendingWrite, item: Buffer | None) -> None:
        with inscription.lock:
            inscription.waiting.append(item)
            if inscription.busy:
                return
            inscription.busy = True
        self._threads.submit(self._work, inscription)

    def _work(self, inscription: PendingWrite) -> None:
        while True:
            with inscription.lock:
                if inscription.abandoned or not inscription.waiting:
                    inscription.busy = False
                    return
                chunk = inscription.waiting.popleft()
            try:
                self._handle(inscription, chunk)
            except OSError as error:
                with inscription.lock:
                    inscription.abandoned, inscription.busy = True, False
                self._report(partial(inscription.on_error, error))
                return

    def _handle(self, inscription: PendingWrite, chunk: Buffer | None) -> None:
        if chunk is None:
            digest = inscription.hasher.digest() if inscription.hasher is not None else None
            self._report(partial(inscription.on_finished, inscription.check, digest))
            return
        view = memoryview(chunk).cast("B")
        inscription.file.seek(inscription.position)
        while view:
            count = inscription.file.write(view)
            inscription.check = zlib.crc32(view[:count], inscription.check)
            if inscription.hasher is not None:
                inscription.hasher.update(view[:count])
            inscription.position += count
            view = view[count:]
        self._report(partial(inscription.on_written, inscription.position))

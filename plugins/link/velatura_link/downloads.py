"""Pixels on their way from the broker, received into their own buffers and checked (docs/reference/protocol.md, 4)."""

from __future__ import annotations

import contextlib
import mmap
from collections.abc import Callable
from dataclasses import dataclass, field

from .checksum import ChecksumThread, RunningCheck
from .errors import JobFailed, ProtocolError
from .messages import (
    BLOB_CHUNK,
    BLOB_CREDIT,
    BLOB_DROP,
    BLOB_GET,
    Header,
    natural,
)
from .pace import Pace
from .uploads import Post, Send

_HUGE = 4 << 20

Done = Callable[["Download", "JobFailed | None"], None]


@dataclass(eq=False)
class Download:
    """One blob and how much of it is here. ``done`` is called once, with an error or None."""

    blob: bytes
    size: int
    check: int | None
    done: Done
    running: RunningCheck
    buffer: bytearray | mmap.mmap = field(init=False, repr=False)
    received: int = 0
    granted: int = 0
    tries: int = 1

    def __post_init__(self) -> None:
        self.buffer = room(self.size)


class Downloads:
    """All downloads of a client's session; no sockets, and only for the thread that owns the session."""

    def __init__(self, checking: ChecksumThread, post: Post) -> None:
        self._checking = checking
        self._post = post
        self._all: dict[bytes, Download] = {}
        self._placed: memoryview | None = None
        self._send: Send | None = None
        self._pace: Pace | None = None

    def attach(self, send: Send, pace: Pace) -> None:
        """A new session is there; what was under way goes on when :meth:`get` is called again."""
        self._send, self._pace = send, pace

    def detach(self) -> None:
        """The session is over."""
        self._send = None

    def get(self, blob: bytes, size: int, check: int | None, done: Done) -> Download:
        """Fetch a blob of ``size`` bytes; goes on with what an earlier session received of it."""
        download = self._all.get(blob)
        if download is None or download.size != size:
            download = Download(blob, size, check, done, self._checking.begin())
            self._all[blob] = download
        download.done = done
        self._ask(download)
        return download

    def __contains__(self, blob: bytes) -> bool:
        """Whether a download is under way."""
        return blob in self._all

    def drop(self, blob: bytes) -> None:
        """Give up a download, or let a blob go that is not needed."""
        self._all.pop(blob, None)
        if self._send is not None:
            self._send({"t": BLOB_DROP, "blob": blob})

    def place(self, header: Header, size: int) -> memoryview | None:
        """Where the chunk that follows ``header`` belongs, when it is the one that comes next."""
        self._placed = None
        if header["t"] == BLOB_CHUNK:
            download = self._all.get(header.get("blob", b""))
            if download is not None and _fits(download, header, size):
                start = download.received
                self._placed = memoryview(download.buffer)[start : start + size]
        return self._placed

    def chunk(self, header: Header, chunk: memoryview | None) -> Download | None:
        """Take a ``blob.chunk``; the download that got further. Raises :class:`ProtocolError`."""
        download = self._all.get(header.get("blob", b""))
        if download is None or chunk is None:
            return None
        if not _fits(download, header, len(chunk)):
            raise ProtocolError("The daemon sent a chunk out of turn.")
        view = memoryview(download.buffer)[download.received : download.received + len(chunk)]
        if chunk is not self._placed:
            view[:] = chunk
        self._placed = None
        download.received += len(chunk)
        download.running.feed(view)
        self._credit(download, len(chunk))
        return download

    def end(self, header: Header) -> None:
        """Take a ``blob.end``; raises :class:`ProtocolError`."""
        download = self._all.get(header.get("blob", b""))
        if download is None:
            return
        check = natural(header, "check")
        if download.received != download.size:
            raise ProtocolError("The daemon ended a transfer too early.")
        download.running.finish(
            lambda computed: self._post(lambda: self._check(download, check, computed))
        )

    def refused(self, blob: bytes, error: JobFailed) -> bool:
        """Take a ``blob.refused``; whether it was about a download."""
        download = self._all.pop(blob, None)
        if download is not None:
            download.done(download, error)
        return download is not None

    def _check(self, download: Download, told: int, computed: int) -> None:
        if self._all.get(download.blob) is not download:
            return
        expected = told if download.check is None else download.check
        if computed == expected == told:
            del self._all[download.blob]
            download.done(download, None)
        elif download.tries == 1:
            download.tries += 1
            download.received = download.granted = 0
            download.running = self._checking.begin()
            self._ask(download)
        else:
            message = "The finished picture was damaged in transit, twice."
            self.refused(download.blob, JobFailed("bad_check", message))

    def _ask(self, download: Download) -> None:
        if self._send is None or self._pace is None:
            return
        self._pace.begin()
        download.granted = min(download.received + self._pace.window, download.size)
        self._send(
            {
                "t": BLOB_GET,
                "blob": download.blob,
                "offset": download.received,
                "upto": download.granted,
            }
        )

    def _credit(self, download: Download, count: int) -> None:
        if self._send is None or self._pace is None:
            return
        self._pace.moved(count)
        window = self._pace.window
        if download.granted < download.size and download.granted - download.received <= window // 2:
            download.granted = min(download.received + window, download.size)
            self._send({"t": BLOB_CREDIT, "blob": download.blob, "upto": download.granted})


def room(size: int) -> bytearray | mmap.mmap:
    """A writable buffer of ``size`` bytes: for large ones in huge pages, which come at a third of the cost."""
    if size < _HUGE or not hasattr(mmap, "MADV_HUGEPAGE"):
        return bytearray(size)
    buffer = mmap.mmap(-1, size)
    with contextlib.suppress(OSError):  # a kernel without huge pages
        buffer.madvise(mmap.MADV_HUGEPAGE)
    return buffer


def _fits(download: Download, header: Header, size: int) -> bool:
    offset = natural(header, "offset")
    return offset == download.received and 0 < size <= download.granted - offset

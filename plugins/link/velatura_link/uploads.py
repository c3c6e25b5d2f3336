"""Pixels on their way to the broker: what is sent, what may be sent, what is there (docs/reference/protocol.md, 4)."""

from __future__ import annotations

import hashlib
import weakref
from collections import deque
from collections.abc import Callable, Iterable
from typing import Protocol

from .checksum import ChecksumThread
from .messages import (
    BLOB_CHUNK,
    BLOB_CREDIT,
    BLOB_DONE,
    BLOB_DROP,
    BLOB_END,
    BLOB_GO,
    BLOB_PUT,
    Bytes,
    Header,
    natural,
    new_id,
)
from .pace import Pace
from .request import Payload

NAMED_AT_ONCE = 4 << 20
"""Payloads up to this many bytes are named by their digest before they are put: that takes 3 ms at most, and a style
that the daemon knows is then not sent again by any client. A larger one is, unless its maker knows its digest: over a
local connection finding out takes as long as sending.
"""

Post = Callable[[Callable[[], None]], object]
"""Has something done on the thread that owns the session."""


class Send(Protocol):
    """Sends a header, perhaps with a chunk, over the present session."""

    def __call__(self, header: Header, chunk: Bytes | None = None) -> None: ...


class Upload:
    """One payload and how far it is. ``payload`` is held only while bytes of it may still be needed."""

    def __init__(self, payload: Payload) -> None:
        self.blob = new_id()
        self.size = len(payload.view)
        self.restart(payload)

    def restart(self, payload: Payload) -> None:
        """Nothing is known of what the broker has."""
        self.payload: Payload | None = payload
        self.check: int | None = None
        self.offset = 0
        self.upto = 0
        self.told = False
        self.named = False
        self.begun = False
        self.ended = False
        self.done = False


class Uploads:
    """All uploads of a client's session; no sockets, and only for the thread that owns the session."""

    def __init__(self, checking: ChecksumThread, post: Post) -> None:
        self._checking = checking
        self._post = post
        self._known: weakref.WeakKeyDictionary[Payload, Upload] = weakref.WeakKeyDictionary()
        self._waiting: dict[bytes, Upload] = {}
        self._open: dict[bytes, Upload] = {}
        self._collected: deque[bytes] = deque()
        self._send: Send | None = None
        self._pace: Pace | None = None
        self._at_once = 0

    def attach(self, send: Send, pace: Pace, at_once: int, needed: Iterable[Payload]) -> None:
        """A new session is there: only what ``needed`` names is to be put again, under its old names.

        ``at_once`` uploads may be unfinished at a time (0: any number).
        """
        self._send, self._pace, self._at_once = send, pace, at_once
        kept = {payload: self._known.get(payload) or Upload(payload) for payload in needed}
        self._known.clear()
        self._waiting.clear()
        self._open.clear()
        for payload, upload in kept.items():
            upload.restart(payload)
            self._known[payload] = upload
            self._waiting[upload.blob] = upload

    def detach(self) -> None:
        """The session is over."""
        self._send = None

    def want(self, payload: Payload) -> Upload:
        """The upload of ``payload``; begun if there is none. A payload goes to a session once."""
        upload = self._known.get(payload)
        if upload is None:
            upload = self._known[payload] = Upload(payload)
            self._waiting[upload.blob] = upload
            # Garbage is collected in the middle of whatever any thread does, even while it posts to this one: what is
            # called then takes no lock.
            weakref.finalize(payload, self._collected.append, upload.blob).atexit = False
        return upload

    def again(self, payload: Payload) -> Upload:
        """The broker has lost ``payload``: put it again."""
        upload = self.want(payload)
        upload.restart(payload)
        self._open.pop(upload.blob, None)
        self._waiting[upload.blob] = upload
        return upload

    def drop(self, payload: Payload) -> None:
        """Give up an unfinished upload; one that is there stays."""
        upload = self._known.get(payload)
        if upload is None or upload.done:
            return
        del self._known[payload]
        self._forget(upload.blob)

    def refused(self, blob: bytes) -> Payload | None:
        """The payload of a refused upload, which is forgotten; None if there is none of that name."""
        upload = self._open.pop(blob, None)
        if upload is None or upload.payload is None:
            return None
        self._known.pop(upload.payload, None)
        return upload.payload

    def handle(self, header: Header) -> Upload | None:
        """Take a ``blob.go``, ``blob.credit`` or ``blob.done``; the upload that got further."""
        upload = self._open.get(header.get("blob", b""))
        if upload is None:
            return None
        kind = header["t"]
        if kind == BLOB_GO:
            upload.offset = min(natural(header, "offset"), upload.size)
            upload.upto = natural(header, "upto")
            upload.begun = True
            # The broker, which was told the digest, has all bytes and will say so by itself.
            upload.ended = upload.named and upload.offset == upload.size
        elif kind == BLOB_CREDIT:
            upto = natural(header, "upto")
            if self._pace is not None:
                self._pace.moved(max(upto - upload.upto, 0))
            upload.upto = max(upload.upto, upto)
        elif kind == BLOB_DONE:
            upload.offset = upload.size
            upload.done = True
            upload.payload = None
            del self._open[upload.blob]
        return upload

    def pump(self) -> Upload | None:
        """Send one message if one may be sent: the upload that it belongs to, or None."""
        if self._send is None:
            return None
        while self._collected:
            self._forget(self._collected.popleft())
        if self._waiting and (not self._at_once or len(self._open) < self._at_once):
            return self._put(self._waiting.pop(next(iter(self._waiting))))
        for upload in self._open.values():
            if upload.offset < min(upload.upto, upload.size):
                return self._chunk(upload)
            if upload.begun and upload.offset == upload.size and self._end(upload):
                return upload
        return None

    @property
    def unfinished(self) -> bool:
        """Whether anything is on its way."""
        return bool(self._waiting or self._open)

    def _put(self, upload: Upload) -> Upload:
        assert self._send is not None and self._pace is not None and upload.payload is not None
        payload = upload.payload
        upload.told = True
        if payload.digest is None and upload.size <= NAMED_AT_ONCE:
            payload.digest = hashlib.sha256(payload.view).digest()
        upload.named = payload.digest is not None
        self._open[upload.blob] = upload
        self._send(
            {"t": BLOB_PUT, "blob": upload.blob, "size": upload.size, "digest": payload.digest}
        )
        self._pace.begin()
        self._checking.check(
            payload.view, lambda check: self._post(lambda: self._checked(upload, check))
        )
        return upload

    def _chunk(self, upload: Upload) -> Upload:
        assert self._send is not None and self._pace is not None and upload.payload is not None
        stop = min(upload.offset + self._pace.chunk, upload.upto, upload.size)
        chunk = upload.payload.view[upload.offset : stop]
        self._send({"t": BLOB_CHUNK, "blob": upload.blob, "offset": upload.offset}, chunk)
        upload.offset = stop
        return upload

    def _end(self, upload: Upload) -> bool:
        assert self._send is not None and upload.payload is not None
        if upload.ended or upload.check is None:
            return False
        self._send({"t": BLOB_END, "blob": upload.blob, "check": upload.check})
        upload.ended = True
        return True

    def _checked(self, upload: Upload, check: int) -> None:
        upload.check = check

    def _forget(self, blob: bytes) -> None:
        asked = self._waiting.pop(blob, None) is None
        self._open.pop(blob, None)
        if asked and self._send is not None:
            self._send({"t": BLOB_DROP, "blob": blob})

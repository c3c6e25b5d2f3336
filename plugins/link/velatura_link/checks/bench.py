"""What the checks are written with: raw sessions, and the few exchanges that most of them need."""

from __future__ import annotations

import contextlib
import hashlib
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .. import messages as m
from ..connection import Connection
from ..errors import Disconnected, LinkError
from ..messages import Header
from ..session import Message, Session, Welcome
from ..text import Text, decode_text
from ..transport import Transport

PATIENCE = 10.0
SILENCE = 0.3
"""Seconds without an answer that count as no answer."""


@dataclass(frozen=True)
class CheckResult:
    """A check's name, what was wrong or None, and how long it took."""

    name: str
    problem: str | None
    seconds: float


class Broken(LinkError):
    """The server did not do what docs/reference/protocol.md says."""


def require(condition: object, claim: str) -> None:
    """Raise :class:`Broken` with ``claim`` unless ``condition`` holds."""
    if not condition:
        raise Broken(claim)


class Peer:
    """A raw session with a server, and what it said when it welcomed us."""

    def __init__(self, session: Session, endpoint: str, secret: bytes) -> None:
        self.session = session
        self.endpoint = endpoint
        self.secret = secret
        self.welcome: Welcome | None = None

    def shake_hands(self) -> Welcome:
        self.welcome = self.session.open(
            self.secret, self.endpoint, name="conformance", version="1", timeout=PATIENCE
        )
        return self.welcome

    @property
    def window(self) -> int:
        assert self.welcome is not None
        return self.welcome.limits.window

    @property
    def chunk(self) -> int:
        assert self.welcome is not None
        return self.welcome.limits.chunk

    def send(self, kind: str, chunk: m.Bytes | None = None, /, **fields: Any) -> None:
        self.session.send({"t": kind, **fields}, chunk)

    def next(self, timeout: float = PATIENCE) -> Message | None:
        """The next message, or None after ``timeout`` seconds."""
        deadline = time.monotonic() + timeout
        while (left := deadline - time.monotonic()) > 0:
            message = self.session.recv(left)
            if message is not None:
                return message
        return None

    def expect(self, *kinds: str, timeout: float = PATIENCE, **fields: Any) -> Message:
        """The next message of one of ``kinds`` with these ``fields``; others are passed over."""
        deadline = time.monotonic() + timeout
        seen: list[str] = []
        while (left := deadline - time.monotonic()) > 0:
            message = self.next(left)
            if message is None:
                break
            header = message.header
            if header["t"] in kinds and all(header.get(key) == fields[key] for key in fields):
                return message
            seen.append(f"{header['t']} {header.get('code', '')}".strip())
        raise Broken(f"No {' or '.join(kinds)} came; instead: {', '.join(seen[-6:]) or 'nothing'}.")

    def quiet(self, *kinds: str, timeout: float = SILENCE) -> None:
        """Nothing of ``kinds`` (of any, without them) comes for a while."""
        deadline = time.monotonic() + timeout
        while (left := deadline - time.monotonic()) > 0:
            message = self.next(left)
            if message is not None and (not kinds or message.header["t"] in kinds):
                raise Broken(f"A {message.header['t']} came where nothing should: {message.header}")

    def flush(self) -> None:
        """Wait until everything queued has left."""
        deadline = time.monotonic() + PATIENCE
        while self.session.transport.pending and time.monotonic() < deadline:
            require(self.session.recv(0.05) is None, "A message came while none was due.")

    def put(
        self,
        data: bytes,
        *,
        blob: bytes | None = None,
        chunk: int = 0,
        digest: bytes | None = None,
    ) -> bytes:
        """Upload ``data`` as the protocol has it; its blob."""
        blob = blob or m.new_id()
        check = zlib.crc32(data)
        self.send(m.BLOB_PUT, blob=blob, size=len(data), digest=digest)
        go = self.expect(m.BLOB_GO, m.BLOB_REFUSED, blob=blob).header
        require(go["t"] == m.BLOB_GO, f"A blob was refused: {go.get('message')}")
        if digest is None or go["offset"] < len(data):
            self.send_chunks(blob, data, go["offset"], go["upto"], chunk or self.chunk)
            self.send(m.BLOB_END, blob=blob, check=check)
        done = self.expect(m.BLOB_DONE, m.BLOB_REFUSED, blob=blob).header
        require(done["t"] == m.BLOB_DONE, f"A blob was refused: {done.get('message')}")
        require(done["check"] == check, "blob.done has another check.")
        return blob

    def send_chunks(self, blob: bytes, data: bytes, offset: int, upto: int, chunk: int) -> None:
        """Send ``data`` from ``offset`` on, waiting for credit."""
        while offset < len(data):
            if offset >= upto:
                upto = self.expect(m.BLOB_CREDIT, blob=blob).header["upto"]
                continue
            stop = min(offset + chunk, upto, len(data))
            self.send(m.BLOB_CHUNK, memoryview(data)[offset:stop], blob=blob, offset=offset)
            offset = stop

    def get(self, blob: bytes, size: int, *, window: int = 0) -> bytes:
        """Download a blob of ``size`` bytes, giving credit for ``window`` bytes at a time."""
        window = window or self.window
        data = bytearray()
        upto = min(window, size)
        self.send(m.BLOB_GET, blob=blob, offset=0, upto=upto)
        while True:
            message = self.expect(m.BLOB_CHUNK, m.BLOB_END, m.BLOB_REFUSED, blob=blob)
            kind = message.header["t"]
            require(kind != m.BLOB_REFUSED, f"blob.get was refused: {message.header}")
            if kind == m.BLOB_END:
                break
            require(message.chunk is not None, "A blob.chunk came without a chunk.")
            assert message.chunk is not None
            require(message.header["offset"] == len(data), "A chunk came out of order.")
            data += message.chunk
            require(len(data) <= upto, "The server sent more than it had credit for.")
            if upto < size and upto - len(data) <= window // 2:
                upto = min(len(data) + window, size)
                self.send(m.BLOB_CREDIT, blob=blob, upto=upto)
        require(len(data) == size, f"{len(data)} bytes came instead of {size}.")
        check = zlib.crc32(data)
        require(message.header["check"] == check, "blob.end has another check than the bytes.")
        return bytes(data)

    def submit(
        self, content: Mapping[str, Any] | None, *, job: bytes | None = None, **changes: Any
    ) -> bytes:
        """Submit an ``identity`` job; its id. ``params`` and ``engine`` of ``changes`` go into the request."""
        job = job or m.new_id()
        request = {
            "engine": changes.pop("engine", "identity"),
            "params": changes.pop("params", {}),
            "content": content,
            "size": None,
            "strength": 1.0,
            "seed": 0,
            "device": None,
            "styles": [],
            "regions": [],
            "inputs": {},
        }
        fields = {
            "priority": "interactive",
            "replaces": None,
            "on_disconnect": "cancel",
            "grace": 0,
            "preview": None,
            **changes,
        }
        self.send(m.SUBMIT, job=job, request=request, **fields)
        return job

    def final(self, job: bytes, timeout: float = PATIENCE) -> Header:
        """The ``result`` or ``failed`` of ``job``."""
        return self.expect(m.RESULT, m.FAILED, job=job, timeout=timeout).header

    def result(self, job: bytes) -> Header:
        """The result of ``job``, which must not fail."""
        header = self.final(job)
        require(header["t"] == m.RESULT, f"The job failed: {header.get('message')}")
        return header

    def failure(self, job: bytes, *codes: str) -> Header:
        """The failure of ``job``, which must have one of ``codes``."""
        header = self.final(job)
        require(header["t"] == m.FAILED, "The job gave a result where it should fail.")
        require(header["code"] in codes, f"The code is {header['code']}, not {' or '.join(codes)}.")
        require(isinstance(header.get("message"), str), "The failure says nothing to a person.")
        message = decode_text("message", header)
        filled = Text(message.template, **message.values)
        require(filled == message, f"The message's source makes “{filled}” of “{message}”.")
        return header

    def leave(self, *, politely: bool) -> None:
        """End the connection, with a ``bye`` or without a word."""
        if politely:
            self.session.close()
        else:
            self.session.transport.close()


class Bench:
    """Gives out sessions for one check and closes them all at its end."""

    def __init__(self, connection: Connection, make: Callable[[], Transport]) -> None:
        self.connection = connection
        self._make = make
        self._peers: list[Peer] = []

    def stranger(self, endpoint: str | None = None) -> Peer:
        """Connected, but without a handshake."""
        for each in [endpoint] if endpoint else self.connection.endpoints:
            transport = self._make()
            peer = Peer(Session(transport), each, self.connection.key)
            try:
                transport.connect(each, PATIENCE)
            except Disconnected:
                transport.close()
                continue
            self._peers.append(peer)
            return peer
        raise Broken("No endpoint can be reached.")

    def peer(self, endpoint: str | None = None) -> Peer:
        """Connected and welcomed."""
        peer = self.stranger(endpoint)
        peer.shake_hands()
        return peer

    def close(self) -> None:
        for peer in self._peers:
            with contextlib.suppress(Exception):
                peer.session.close()


def wrong(secret: bytes) -> bytes:
    """Another secret of the same length."""
    return bytes(byte ^ 0x55 for byte in secret)


def raster(
    blob: bytes, width: int, height: int, channels: int = 4, depth: str = "u8"
) -> dict[str, Any]:
    """A raster reference, sRGB."""
    return {
        "blob": blob,
        "width": width,
        "height": height,
        "channels": channels,
        "depth": depth,
        "transfer": "srgb",
    }


def pattern(size: int, seed: int = 0) -> bytes:
    """``size`` bytes that look like noise and are the same each time; no two seeds give the same."""
    block = hashlib.shake_256(seed.to_bytes(8, "big")).digest(min(size, 65521))
    return (block * (size // len(block) + 1))[:size]

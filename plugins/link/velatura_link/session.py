"""One session with a broker: the handshake, and headers to and from a transport (docs/reference/protocol.md, 3)."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from . import auth
from .connection import Connection
from .errors import Disconnected, ProtocolError, Refused
from .messages import (
    BYE,
    CHALLENGE,
    CHUNK_LIMIT,
    FAILED,
    HELLO,
    KEY_BYTES,
    NONCE_BYTES,
    PING,
    PONG,
    PROTOCOL,
    PROVE,
    WELCOME,
    WINDOW,
    Bytes,
    Header,
    binary,
    pack_header,
    unpack_header,
)
from .text import Text, decode_text
from .transport import Transport

Placer = Callable[[Header, int], "memoryview | None"]
"""Where the chunk of this many bytes that follows a header should be received; None: anywhere."""


@dataclass(frozen=True)
class Limits:
    """What a broker allows; 0 where it does not say."""

    chunk: int = CHUNK_LIMIT
    window: int = WINDOW
    blob: int = 0
    pixels: int = 0
    side: int = 0
    jobs: int = 0
    blobs: int = 0
    style: int = 0
    preset: int = 0
    collections: int = 0


@dataclass(frozen=True)
class Welcome:
    """What a broker says of itself once both sides know each other."""

    instance: str
    version: str
    limits: Limits
    manifest_hash: str | None
    manifest: dict[str, Any] | None
    heartbeat: float


@dataclass(frozen=True)
class Message:
    """A header and the chunk that came with it."""

    header: Header
    chunk: memoryview | None = None


class Session:
    """Talks to one broker over one transport. Belongs to one thread, like its transport.

    After :meth:`open` every header that is sent has the session's key, and those that come without it are dropped.
    Pings are answered here.
    """

    def __init__(self, transport: Transport) -> None:
        self.transport = transport
        self.key: bytes | None = None
        self.placer: Placer | None = None
        self.last_heard = time.monotonic()
        self._placed: tuple[bytes, Header] | None = None
        transport.sink = self._place

    def open(
        self,
        secret: bytes,
        endpoint: str,
        *,
        name: str,
        version: str,
        manifest: str | None = None,
        timeout: float = 10.0,
    ) -> Welcome:
        """Both proofs, then the welcome.

        Raises :class:`Refused` when the broker says no, :class:`ProtocolError` when it does not know the secret, and
        :class:`Disconnected` when it says nothing for ``timeout`` seconds.
        """
        deadline = time.monotonic() + timeout
        client = {"name": name, "version": version}
        broker_nonce, nonce = self.challenge(secret, endpoint, client, manifest, deadline)
        self.send({"t": PROVE, "proof": auth.client_proof(secret, nonce, broker_nonce, endpoint)})
        header = self._answer(WELCOME, deadline)
        key = binary(header, "k", KEY_BYTES)
        if not auth.same(key, auth.session_key(secret, nonce, broker_nonce, endpoint)):
            raise ProtocolError("The daemon's welcome has the wrong key.")
        self.key = key
        return _welcome(header)

    def challenge(
        self,
        secret: bytes,
        endpoint: str,
        client: dict[str, str],
        manifest: str | None,
        deadline: float,
    ) -> tuple[bytes, bytes]:
        """The first half of the handshake: the broker's nonce, its proof checked, and ours."""
        nonce = auth.new_nonce()
        hello = {
            "t": HELLO,
            "v": PROTOCOL,
            "nonce": nonce,
            "endpoint": endpoint,
            "client": client,
            "manifest": manifest,
        }
        self.send(hello)
        header = self._answer(CHALLENGE, deadline)
        broker_nonce = binary(header, "nonce", NONCE_BYTES)
        expected = auth.broker_proof(secret, nonce, broker_nonce, endpoint)
        if not auth.same(header.get("proof"), expected):
            raise ProtocolError("The program that answers does not know the daemon's secret.")
        return broker_nonce, nonce

    def send(self, header: Header, chunk: Bytes | None = None) -> None:
        """Queue one message, with the session's key when there is one."""
        packed = pack_header(header if self.key is None else {**header, "k": self.key})
        self.transport.send([packed] if chunk is None else [packed, chunk])

    def recv(self, timeout: float) -> Message | None:
        """The next message of this session, or None whenever the transport returned without one."""
        frames = self.transport.recv(timeout)
        if frames is None:
            return None
        self.last_heard = time.monotonic()
        try:
            header = self._header(frames[0])
        except ProtocolError as error:
            raise Disconnected(
                "The connection cannot go on: {reason}", reason=error.message
            ) from error
        if self.key is not None and not auth.same(header.get("k"), self.key):
            return None
        if header["t"] == PING:
            self.send({"t": PONG, "n": header.get("n")})
            return None
        return Message(header, frames[1] if len(frames) > 1 else None)

    def close(self) -> None:
        """Say goodbye, if there is anybody, and end the connection."""
        if self.key is not None:
            self.send({"t": BYE})
            self.transport.recv(0)
        self.transport.close()

    def _answer(self, wanted: str, deadline: float) -> Header:
        while (left := deadline - time.monotonic()) > 0:
            message = self.recv(left)
            if message is None:
                continue
            if message.header["t"] == wanted:
                return message.header
            if message.header["t"] == FAILED:
                raise refusal(message.header)
        raise Disconnected("The daemon did not answer in time.")

    def _header(self, frame: memoryview) -> Header:
        placed, self._placed = self._placed, None
        if placed is not None and placed[0] == frame:
            return placed[1]
        return unpack_header(frame)

    def _place(self, frame: memoryview, size: int) -> memoryview | None:
        """The transport's question where a chunk should go; only a message with the key gets a place."""
        if self.placer is None or self.key is None:
            return None
        try:
            header = unpack_header(frame)
        except ProtocolError:
            return None
        if not auth.same(header.get("k"), self.key):
            return None
        self._placed = bytes(frame), header
        return self.placer(header, size)


def connect(
    connection: Connection,
    make: Callable[[], Transport],
    *,
    name: str,
    version: str,
    manifest: str | None = None,
    timeout: float = 10.0,
) -> tuple[Session, Welcome, str]:
    """A session over the first of the connection's endpoints that can be used, its welcome, and that endpoint.

    Raises what the last endpoint raised.
    """
    problem: Disconnected = Disconnected("The daemon has no endpoint.")
    for endpoint in connection.endpoints:
        transport = make()
        session = Session(transport)
        try:
            transport.connect(endpoint, timeout)
            welcome = session.open(
                connection.key,
                endpoint,
                name=name,
                version=version,
                manifest=manifest,
                timeout=timeout,
            )
        except Disconnected as error:
            transport.close()
            problem = error
        except BaseException:
            transport.close()
            raise
        else:
            return session, welcome, endpoint
    raise problem


def answers(connection: Connection, make: Callable[[], Transport], timeout: float = 3.0) -> bool:
    """Whether the broker of ``connection`` is there and proves that it knows the secret.

    One that speaks no version of ours cannot prove it, and is there all the same: :func:`connect` says what is wrong.
    """
    for endpoint in connection.endpoints:
        transport = make()
        try:
            transport.connect(endpoint, timeout)
            client = {"name": "probe", "version": ""}
            Session(transport).challenge(
                connection.key, endpoint, client, None, time.monotonic() + timeout
            )
        except Refused as error:
            if error.code == "version":
                return True
        except (Disconnected, ProtocolError):
            continue
        else:
            return True
        finally:
            transport.close()
    return False


def refusal(header: Header) -> Refused:
    """What a ``failed`` or ``blob.refused`` says, as an error."""
    return Refused(*reason(header))


def reason(header: Header) -> tuple[str, Text, Text]:
    """Code, message and hint of a ``failed`` or ``blob.refused``."""
    code = str(header.get("code") or "bad_request")
    message = decode_text("message", header) or Text("The daemon refused: {code}.", code=code)
    return code, message, decode_text("hint", header)


def _welcome(header: Header) -> Welcome:
    stated = header.get("limits")
    known = stated if isinstance(stated, dict) else {}
    numbers = {
        name: value
        for name in Limits.__dataclass_fields__
        if isinstance(value := known.get(name), int) and value > 0
    }
    manifest = header.get("manifest")
    heartbeat = header.get("heartbeat")
    return Welcome(
        instance=str(header.get("instance")),
        version=str(header.get("version")),
        limits=Limits(**numbers),
        manifest_hash=header.get("manifest_hash"),
        manifest=manifest if isinstance(manifest, dict) else None,
        heartbeat=float(heartbeat)
        if isinstance(heartbeat, (int, float)) and heartbeat > 0
        else 5.0,
    )

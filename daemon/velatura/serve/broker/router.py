"""Where messages arrive: from frames to the handler that acts upon them, so that no message can harm the daemon."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from typing import Any

import zmq

from velatura.serve import logs
from velatura.serve.broker.sessions import Session, Sessions
from velatura_link.errors import ProtocolError
from velatura_link.messages import ID_BYTES, Header, binary, is_id, unpack_header
from velatura_link.text import encode_error

log = logging.getLogger(__name__)

Handler = Callable[[Session, Header], None]
ChunkHandler = Callable[[Session, Header, Any], None]

CHOSEN_BY_US = b"\0"
"""How routing ids begin that ZeroMQ gives, never twice. One that a client chose could be a dead client's."""
AT_ONCE = 256
"""Messages handled before the clock and the workers have their turn."""


class Router:
    """Reads the frontend socket. ``handlers`` are by message type; ``on_chunk`` also gets the bytes."""

    def __init__(
        self,
        socket: zmq.Socket[bytes],
        sessions: Sessions,
        handlers: Mapping[str, Handler],
        on_chunk: ChunkHandler,
    ) -> None:
        self._socket = socket
        self._sessions = sessions
        self._handlers = handlers
        self._on_chunk = on_chunk
        self.last_hello = time.monotonic()

    def receive(self) -> None:
        """Handle every message that is there, up to a number."""
        for _ in range(AT_ONCE):
            try:
                frames = self._socket.recv_multipart(zmq.NOBLOCK, copy=False)
            except zmq.Again:
                return
            self._handle(frames)

    def _handle(self, frames: list[zmq.Frame]) -> None:
        route = frames[0].bytes
        if route[:1] != CHOSEN_BY_US:
            self._sessions.refuse_stranger(route)
            return
        try:
            if len(frames) not in (2, 3):
                raise ProtocolError("A message has one header and at most one chunk.")
            header = unpack_header(frames[1].buffer)
        except ProtocolError:
            self._sessions.refuse_stranger(route)
            return
        kind = header["t"]
        if kind == "hello":
            self.last_hello = time.monotonic()
            self._sessions.hello(route, header)
        elif kind == "prove":
            self._sessions.prove(route, header)
        elif kind == "ping" and "k" not in header:
            self._sessions.pong(route, header)
        elif (session := self._sessions.identify(route, header)) is not None:
            with logs.about(header.get("job")):
                self._act(session, kind, header, frames[2].buffer if len(frames) > 2 else b"")
        else:
            self._sessions.refuse_stranger(route)

    def _act(self, session: Session, kind: str, header: Header, chunk: Any) -> None:
        try:
            for name in ("blob", "job"):
                if name in header:
                    binary(header, name, ID_BYTES)
            if kind == "blob.chunk":
                self._on_chunk(session, header, chunk)
            elif kind in self._handlers:
                self._handlers[kind](session, header)
            else:
                raise ProtocolError("There is no message of type “{kind}”.", kind=kind[:40])
        except ProtocolError as error:
            self._refuse(session, kind, header, error.message)
        except Exception:
            # One client's message must not end everybody's daemon; the log has what it met.
            log.exception("A message of type %.40r met an error", kind)
            self._refuse(session, kind, header, "The daemon could not understand a message.")

    def _refuse(self, session: Session, kind: str, header: Header, message: str) -> None:
        blob = kind in ("blob.put", "blob.end", "blob.get")
        refusal: Header = {"t": "blob.refused" if blob else "failed"}
        name = "blob" if blob else "job"
        if is_id(header.get(name)):
            refusal[name] = header[name]
        elif not blob:
            refusal["of"] = kind[:40]
        self._sessions.send(session, {**refusal, **encode_error("bad_request", message)})

"""The transport that needs nothing but Python: ZMTP over a Unix socket or TCP."""

from __future__ import annotations

import selectors
import socket
import sys
import time
from collections import deque
from collections.abc import Sequence
from itertools import islice
from typing import Any

from . import zmtp
from .errors import Disconnected, ProtocolError
from .messages import Bytes
from .transport import Sink, Waker, is_local

_LOCAL_BUFFER = 2 << 20
# What a cancel has to wait for on a slow link: enough for a fast one, not more.
_TCP_SEND_BUFFER = 128 << 10
_BUFFERS_A_CALL = 16
# A Python inside another program (Krita's) has not switched SIGPIPE off: without these a dead daemon ends the host.
_QUIETLY = getattr(socket, "MSG_NOSIGNAL", 0)
_QUIET_SOCKET = 0x1022 if sys.platform == "darwin" else None  # SO_NOSIGPIPE


class SocketTransport:
    """A DEALER over one socket; see :class:`~velatura_link.transport.Transport`."""

    def __init__(self) -> None:
        self._socket: socket.socket | None = None
        self._decoder = zmtp.Decoder()
        self._queue: deque[memoryview] = deque()
        self._pending = 0
        self._selector = selectors.DefaultSelector()
        self._waker = Waker()
        self._selector.register(self._waker.reader, selectors.EVENT_READ)
        self._watching_writes = False

    @property
    def pending(self) -> int:
        return self._pending

    @property
    def sink(self) -> Sink | None:
        return self._decoder.sink

    @sink.setter
    def sink(self, sink: Sink | None) -> None:
        self._decoder.sink = sink

    def connect(self, endpoint: str, timeout: float) -> None:
        deadline = time.monotonic() + timeout
        try:
            self._socket = _open(endpoint, timeout)
            self._socket.sendall(zmtp.GREETING + zmtp.ready(), _QUIETLY)
            zmtp.check_greeting(_read_exactly(self._socket, zmtp.GREETING_SIZE, deadline))
            self._socket.setblocking(False)
        except (OSError, ValueError) as error:
            raise Disconnected(
                "{endpoint} cannot be reached: {error}.", endpoint=endpoint, error=str(error)
            ) from error
        except ProtocolError as error:
            raise Disconnected(
                "{endpoint} cannot be used: {reason}", endpoint=endpoint, reason=error.message
            ) from error
        self._selector.register(self._socket, selectors.EVENT_READ)
        self._await_ready(endpoint, deadline)

    def send(self, frames: Sequence[Bytes]) -> None:
        for buffer in zmtp.encode(frames):
            self._enqueue(buffer)
        self._flush()

    def recv(self, timeout: float) -> list[memoryview] | None:
        deadline = time.monotonic() + timeout
        waiting_to_send = self._pending > 0
        self._flush()
        while not self._decoder.messages:
            if waiting_to_send and not self._pending:
                return None
            if self._receive():
                continue
            left = deadline - time.monotonic()
            if left < 0 or not self._wait(left):
                return None
        return self._decoder.messages.popleft()

    def wake(self) -> None:
        self._waker.wake()

    def close(self) -> None:
        self._selector.close()
        self._waker.close()
        if self._socket is not None:
            self._socket.close()

    def _await_ready(self, endpoint: str, deadline: float) -> None:
        """The peer's READY; its other commands are answered meanwhile."""
        while True:
            while self._decoder.commands:
                name, data = zmtp.split_command(self._decoder.commands.popleft())
                if name == b"READY":
                    return
                if name == b"ERROR":
                    reason = data[1:].decode("ascii", "replace")
                    raise Disconnected(
                        "{endpoint} refused the connection: {reason}.",
                        endpoint=endpoint,
                        reason=reason,
                    )
            left = deadline - time.monotonic()
            if left < 0:
                raise Disconnected("{endpoint} did not answer in time.", endpoint=endpoint)
            if not self._receive_once():
                self._selector.select(left)

    def _enqueue(self, buffer: Bytes) -> None:
        view = memoryview(buffer)
        self._queue.append(view)
        self._pending += len(view)

    def _flush(self) -> None:
        """Write what the socket takes without waiting."""
        assert self._socket is not None
        try:
            while self._queue:
                self._written(_write(self._socket, self._queue))
        except BlockingIOError:
            pass
        except OSError as error:
            raise Disconnected(
                "The connection to the daemon broke: {error}.", error=str(error)
            ) from error
        self._watch_writes(bool(self._queue))

    def _written(self, count: int) -> None:
        self._pending -= count
        while count:
            first = self._queue[0]
            if count < len(first):
                self._queue[0] = first[count:]
                return
            count -= len(first)
            self._queue.popleft()

    def _watch_writes(self, wanted: bool) -> None:
        if wanted is not self._watching_writes:
            assert self._socket is not None
            events = selectors.EVENT_READ | (selectors.EVENT_WRITE if wanted else 0)
            self._selector.modify(self._socket, events)
            self._watching_writes = wanted

    def _receive(self) -> bool:
        """Read until a message is whole or nothing more is there; whether anything came."""
        came = False
        while not self._decoder.messages and self._receive_once():
            came = True
            self._answer_commands()
            if self._queue:
                self._flush()
        return came

    def _receive_once(self) -> bool:
        assert self._socket is not None
        try:
            count = self._socket.recv_into(self._decoder.target())
        except BlockingIOError:
            return False
        except OSError as error:
            raise Disconnected(
                "The connection to the daemon broke: {error}.", error=str(error)
            ) from error
        if count == 0:
            raise Disconnected("The daemon closed the connection.")
        try:
            self._decoder.fed(count)
        except ProtocolError as error:
            raise Disconnected(
                "The connection cannot go on: {reason}", reason=error.message
            ) from error
        return True

    def _answer_commands(self) -> None:
        while self._decoder.commands:
            name, data = zmtp.split_command(self._decoder.commands.popleft())
            if name == b"PING":
                self._enqueue(zmtp.pong(data))
            elif name == b"ERROR":
                raise Disconnected("The daemon refused the connection.")

    def _wait(self, timeout: float) -> bool:
        """Wait for the socket; False after ``timeout`` seconds or when :meth:`wake` was called."""
        ready = self._selector.select(timeout)
        woken = any(key.fileobj is self._waker.reader for key, _ in ready)
        if woken:
            self._waker.clear()
        if any(events & selectors.EVENT_WRITE for _, events in ready):
            self._flush()
        return bool(ready) and not woken


def _open(endpoint: str, timeout: float) -> socket.socket:
    if is_local(endpoint):
        family = getattr(socket, "AF_UNIX", None)
        if family is None:
            raise ValueError("this Python has no Unix sockets")
        return _connected(family, endpoint[len("ipc://") :], timeout)
    host, separator, port = endpoint.removeprefix("tcp://").rpartition(":")
    if not endpoint.startswith("tcp://") or not separator:
        raise ValueError("it is neither ipc:// nor tcp://")
    host = host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return _connected(family, (host, int(port)), timeout)


def _connected(family: int, address: Any, timeout: float) -> socket.socket:
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        if _QUIET_SOCKET is not None:
            made.setsockopt(socket.SOL_SOCKET, _QUIET_SOCKET, 1)
        if family in (socket.AF_INET, socket.AF_INET6):
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            made.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _TCP_SEND_BUFFER)
        else:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _LOCAL_BUFFER)
            made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _LOCAL_BUFFER)
        made.settimeout(max(timeout, 0.001))
        made.connect(address)
    except BaseException:
        made.close()
        raise
    return made


def _read_exactly(connected: socket.socket, count: int, deadline: float) -> bytes:
    data = bytearray()
    while len(data) < count:
        connected.settimeout(max(deadline - time.monotonic(), 0.001))
        piece = connected.recv(count - len(data))
        if not piece:
            raise ConnectionResetError("it closed the connection")
        data += piece
    return bytes(data)


def _write(connected: socket.socket, queue: deque[memoryview]) -> int:
    # Windows has no sendmsg.
    if hasattr(connected, "sendmsg"):
        return connected.sendmsg(list(islice(queue, _BUFFERS_A_CALL)), (), _QUIETLY)
    return connected.send(queue[0], _QUIETLY)

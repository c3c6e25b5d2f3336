"""The transport for programs that have pyzmq: a real DEALER socket."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence

import zmq
from zmq.utils.monitor import recv_monitor_message

from .errors import Disconnected
from .messages import CHUNK_LIMIT, HEADER_LIMIT, Bytes
from .transport import Sink, Waker, is_local

# Messages that libzmq holds before it says that it has enough; each may be a chunk.
_LOCAL_MESSAGES = 8
_TCP_MESSAGES = 1
_TCP_SEND_BUFFER = 128 << 10
_GOODBYE_MS = 300
_LOST = zmq.EVENT_DISCONNECTED | zmq.EVENT_CLOSED
_FAILED = (
    zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL
    | zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL
    | zmq.EVENT_HANDSHAKE_FAILED_AUTH
)
_WATCHED = zmq.EVENT_HANDSHAKE_SUCCEEDED | _LOST | _FAILED


class PyzmqTransport:
    """A DEALER of libzmq; see :class:`~velatura_link.transport.Transport`.

    libzmq would connect again by itself and hide that a session ended; that is switched off, and its monitor says when
    the connection is gone.
    """

    def __init__(self, context: zmq.Context[zmq.Socket[bytes]] | None = None) -> None:
        self.sink: Sink | None = None
        self._context = context if context is not None else zmq.Context.instance()
        self._socket = self._context.socket(zmq.DEALER)
        self._monitor = self._socket.get_monitor_socket(_WATCHED)
        self._waker = Waker()
        self._queue: deque[list[Bytes]] = deque()
        self._poller = zmq.Poller()
        self._poller.register(self._socket, zmq.POLLIN)
        self._poller.register(self._monitor, zmq.POLLIN)
        self._poller.register(self._waker.reader.fileno(), zmq.POLLIN)

    @property
    def pending(self) -> int:
        return sum(len(frame) for frames in self._queue for frame in frames)

    def connect(self, endpoint: str, timeout: float) -> None:
        local = is_local(endpoint)
        self._socket.setsockopt(zmq.RECONNECT_IVL, -1)
        self._socket.setsockopt(zmq.LINGER, _GOODBYE_MS)
        self._socket.setsockopt(zmq.MAXMSGSIZE, max(HEADER_LIMIT, CHUNK_LIMIT))
        self._socket.setsockopt(zmq.SNDHWM, _LOCAL_MESSAGES if local else _TCP_MESSAGES)
        if not local:
            self._socket.setsockopt(zmq.SNDBUF, _TCP_SEND_BUFFER)
        try:
            self._socket.connect(endpoint)
        except zmq.ZMQError as error:
            raise Disconnected(
                "{endpoint} cannot be reached: {error}.", endpoint=endpoint, error=str(error)
            ) from error
        if not self._monitor.poll(int(timeout * 1000)):
            raise Disconnected("{endpoint} did not answer in time.", endpoint=endpoint)
        self._check_monitor()

    def send(self, frames: Sequence[Bytes]) -> None:
        self._queue.append(list(frames))
        self._flush()

    def recv(self, timeout: float) -> list[memoryview] | None:
        deadline = time.monotonic() + timeout
        waiting_to_send = bool(self._queue)
        self._flush()
        while not (waiting_to_send and not self._queue):
            try:
                return self._message(self._socket.recv_multipart(zmq.NOBLOCK, copy=False))
            except zmq.Again:
                pass
            left = deadline - time.monotonic()
            if left < 0 or not self._wait(left):
                return None
        return None

    def wake(self) -> None:
        self._waker.wake()

    def close(self) -> None:
        self._socket.disable_monitor()
        self._monitor.close(linger=0)
        self._socket.close()
        self._waker.close()

    def _flush(self) -> None:
        try:
            while self._queue:
                self._socket.send_multipart(self._queue[0], zmq.NOBLOCK, copy=False)
                self._queue.popleft()
        except zmq.Again:
            pass
        except zmq.ZMQError as error:
            raise Disconnected(
                "The connection to the daemon broke: {error}.", error=str(error)
            ) from error

    def _message(self, frames: list[zmq.Frame]) -> list[memoryview]:
        views = [memoryview(frame.buffer) for frame in frames]
        if len(views) == 2 and self.sink is not None:
            room = self.sink(views[0], len(views[1]))
            if room is not None:
                room[:] = views[1]
                views[1] = room
        return views

    def _wait(self, timeout: float) -> bool:
        """Wait for the socket; False after ``timeout`` seconds or when :meth:`wake` was called."""
        self._poller.modify(self._socket, zmq.POLLIN | (zmq.POLLOUT if self._queue else 0))
        ready = dict(self._poller.poll(int(timeout * 1000)))
        woken = self._waker.reader.fileno() in ready
        if woken:
            self._waker.clear()
        # What arrived before the connection ended is still to be read.
        if self._monitor in ready and self._socket not in ready:
            self._check_monitor()
        self._flush()
        return bool(ready) and not woken

    def _check_monitor(self) -> None:
        while self._monitor.poll(0):
            event = recv_monitor_message(self._monitor)["event"]
            if event & (_LOST | _FAILED):
                raise Disconnected("The connection to the daemon ended.")

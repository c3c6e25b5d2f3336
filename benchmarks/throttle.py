"""A slow link: a proxy on the loopback interface that lets so many bytes a second pass each way, in order.

What it holds is bounded like a link's: small socket buffers, and a read only when there is budget to pass it on.
"""

from __future__ import annotations

import selectors
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

BUFFER = 32 << 10
SLICE = 4 << 10


class _Pump:
    """One direction of one connection."""

    def __init__(self, source: socket.socket, target: socket.socket, rate: float) -> None:
        self._source, self._target, self._rate = source, target, rate
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        due = time.monotonic()
        try:
            while data := self._source.recv(SLICE):
                due = max(due, time.monotonic() - 0.01) + len(data) / self._rate
                time.sleep(max(0.0, due - time.monotonic()))
                self._target.sendall(data)
        except OSError:
            return  # the other direction closed both
        finally:
            for end in (self._source, self._target):
                end.close()


@contextmanager
def slow_link(host: str, port: int, bytes_per_second: float) -> Iterator[int]:
    """The port of a proxy to ``host:port``; it serves until the context ends."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
    stop_here, stop_there = socket.socketpair()

    def accept() -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(listener, selectors.EVENT_READ)
            selector.register(stop_there, selectors.EVENT_READ)
            while not any(key.fileobj is stop_there for key, _ in selector.select()):
                near, _ = listener.accept()
                far = socket.create_connection((host, port))
                for end in (near, far):
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER)
                _Pump(near, far, bytes_per_second)
                _Pump(far, near, bytes_per_second)

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        stop_here.close()
        thread.join()
        listener.close()
        stop_there.close()

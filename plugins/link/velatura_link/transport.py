"""What carries messages, whichever library does it."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable, Sequence
from typing import Protocol

from .messages import Bytes

Sink = Callable[[memoryview, int], "memoryview | None"]
"""Asked with a message's header frame and the size of the chunk to come: where should the chunk go?

None lets the transport find a place of its own.
"""

SLOW_CHUNK = 128 << 10


class Transport(Protocol):
    """One connection of a DEALER. Every method except :meth:`wake` belongs to one thread."""

    sink: Sink | None

    @property
    def pending(self) -> int:
        """Bytes, or a lower bound of them, that were given to :meth:`send` and have not left this process."""

    def connect(self, endpoint: str, timeout: float) -> None:
        """Connect within ``timeout`` seconds; raises :class:`Disconnected`."""

    def send(self, frames: Sequence[Bytes]) -> None:
        """Queue one message and send as much as goes without waiting. The frames must not change until they left."""

    def recv(self, timeout: float) -> list[memoryview] | None:
        """The next message; None after ``timeout`` seconds, after :meth:`wake`, or when the last queued byte left.

        Goes on sending what is queued. Raises :class:`Disconnected`.
        """

    def wake(self) -> None:
        """Make a :meth:`recv` that waits return; from any thread."""

    def close(self) -> None:
        """End the connection."""


class Waker:
    """Lets other threads interrupt a wait for sockets."""

    def __init__(self) -> None:
        self.reader, self._writer = socket.socketpair()
        self.reader.setblocking(False)
        self._writer.setblocking(False)

    def wake(self) -> None:
        # A full pipe wakes just as well; a closed one belongs to a transport that nobody waits for.
        with contextlib.suppress(OSError):
            self._writer.send(b"\0")

    def clear(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while self.reader.recv(4096):
                pass

    def close(self) -> None:
        self.reader.close()
        self._writer.close()


def is_local(endpoint: str) -> bool:
    """Whether an endpoint is a Unix socket, which is always fast."""
    return endpoint.startswith("ipc://")

"""Where the daemon's sockets are bound: Unix sockets where the system has them, loopback always."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import zmq

LONGEST_PATH = 100
"""Bytes of a Unix socket's path that every system allows (macOS: 104 with the final zero)."""


def allow_many_files() -> None:
    """Let this process have as many files and connections open as the system grants it."""
    if os.name == "nt":
        return
    import resource

    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):  # macOS promises more than it gives
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def bind_unix(socket: zmq.Socket[bytes], path: Path) -> str | None:
    """Bind a Unix socket and return its endpoint; None where there are none or the path is too long."""
    if os.name == "nt" or len(os.fsencode(path)) > LONGEST_PATH:
        return None
    endpoint = f"ipc://{path}"
    try:
        socket.bind(endpoint)
    except zmq.ZMQError:  # a file system without sockets
        return None
    return endpoint


def bind_loopback(socket: zmq.Socket[bytes]) -> str:
    """Bind a port that the system chooses, reachable from this machine alone, and return the endpoint."""
    return f"tcp://127.0.0.1:{socket.bind_to_random_port('tcp://127.0.0.1')}"


def unlink_unix(endpoint: str) -> None:
    """Remove what :func:`bind_unix` left in the file system."""
    if endpoint.startswith("ipc://"):
        Path(endpoint.removeprefix("ipc://")).unlink(missing_ok=True)

"""Where the daemon's sockets are bound: Unix sockets that this user alone can reach, or else a loopback port.

Every user of a machine can connect to a loopback port, and ZeroMQ trusts whoever connects: before any proof of ours, a
peer can end the process by a chosen routing id, or fill its memory with a message that never ends. A Unix socket in a
directory of mode 0700 keeps them out.
"""

from __future__ import annotations

import contextlib
import os
import socket as system
import tempfile
from pathlib import Path

import zmq

from velatura_link.places import is_private

LONGEST_PATH = 100
"""Bytes of a Unix socket's path that every system allows (macOS: 104 with the final zero)."""
_MACOS_FILES = 10_240
_TEMPORARY = "velatura-socket-"
_UNIX, _LOOPBACK = "ipc://", "tcp://127.0.0.1"


def allow_many_files() -> None:
    """Let this process have as many files and connections open as the system grants it.

    libzmq ends the process that runs out of them while it accepts a connection to a Unix socket.
    """
    if os.name == "nt":
        return
    import resource

    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    for wanted in (most, _MACOS_FILES):  # macOS promises more than it gives
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
            return


def bind(socket: zmq.Socket[bytes], path: Path, *, tcp: bool = False) -> tuple[str, ...]:
    """Bind ``socket`` and return its endpoints, in order of preference.

    The first is a Unix socket: at ``path``, or in a new temporary directory if ``path`` is too long, its file system
    has no sockets, or other users may enter its directory. A loopback port, which the system chooses, is bound if there
    can be no Unix socket (Windows), or in addition if ``tcp`` asks for it.
    """
    unix = _bind_unix(socket, path)
    if unix is not None and not tcp:
        return (unix,)
    loopback = f"{_LOOPBACK}:{socket.bind_to_random_port(_LOOPBACK)}"
    return (loopback,) if unix is None else (unix, loopback)


def is_open_to_others(endpoint: str) -> bool:
    """Whether other users of this machine can connect to what :func:`bind` returned."""
    return not endpoint.startswith(_UNIX)


def unlink(endpoint: str) -> None:
    """Remove what :func:`bind` left in the file system."""
    if not endpoint.startswith(_UNIX):
        return
    path = Path(endpoint.removeprefix(_UNIX))
    path.unlink(missing_ok=True)
    if path.parent.name.startswith(_TEMPORARY):
        with contextlib.suppress(OSError):
            path.parent.rmdir()


def _bind_unix(socket: zmq.Socket[bytes], path: Path) -> str | None:
    # Clients in a host connect with Python's own sockets, which must have them, too.
    if os.name == "nt" or not hasattr(system, "AF_UNIX"):
        return None
    if is_private(path.parent) and (endpoint := _bind_path(socket, path)) is not None:
        return endpoint
    folder = Path(tempfile.mkdtemp(prefix=_TEMPORARY))
    endpoint = _bind_path(socket, folder / path.name)
    if endpoint is None:
        folder.rmdir()
    return endpoint


def _bind_path(socket: zmq.Socket[bytes], path: Path) -> str | None:
    if len(os.fsencode(path)) > LONGEST_PATH:
        return None
    endpoint = f"{_UNIX}{path}"
    try:
        socket.bind(endpoint)
    except zmq.ZMQError:  # a file system without sockets
        return None
    return endpoint

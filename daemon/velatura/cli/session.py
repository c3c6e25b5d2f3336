"""Getting to the daemon, and starting it when it is not there."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

from velatura import __version__
from velatura_link.client import Client
from velatura_link.connection import FILE_NAME, Connection, read_connection
from velatura_link.errors import Disconnected
from velatura_link.launch import SERVE, ensure_daemon, find_daemon
from velatura_link.places import runtime_dir

START_TIMEOUT = 30.0

COMMAND = [sys.executable, *SERVE]


def running() -> Connection | None:
    """Where the daemon of this user listens, if its connection file is there."""
    return read_connection(connection_file())


def connection_file() -> Path:
    return runtime_dir() / FILE_NAME


def start() -> Connection:
    """The daemon, started now if need be."""
    return ensure_daemon(COMMAND, timeout=START_TIMEOUT)


def connect() -> Client:
    """A client of the daemon, which is started if need be."""
    return Client(start(), name="velatura command line", version=__version__, start=start)


def manifest() -> dict[str, Any] | None:
    """What the daemon says of engines; None where its worker does not get ready."""
    with connect() as client:
        deadline = time.monotonic() + START_TIMEOUT
        while client.manifest is None and time.monotonic() < deadline:
            time.sleep(0.02)
        return client.manifest


def connect_to_running() -> Client | None:
    """A client of the daemon that runs; None when none does.

    Raises :class:`Disconnected` at once when one was killed and left its connection file behind.
    """
    connection = running()
    if connection is None:
        return None
    if find_daemon() is None:
        raise Disconnected(f"Nothing is listening at the address in {connection_file()}.")
    return Client(connection, name="velatura command line", version=__version__)

"""Daemons of a benchmark's own, in a folder of their own."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from velatura_link.client import Client
from velatura_link.connection import FILE_NAME, Connection, read_connection


@dataclass(frozen=True)
class Daemon:
    """A daemon that runs until its context ends."""

    home: Path
    environment: dict[str, str]

    def connection(self) -> Connection:
        """Where it listens, as soon as it does."""
        path = self.home / "run" / FILE_NAME
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            connection = read_connection(path)
            if connection is not None:
                return connection
            time.sleep(0.002)
        raise TimeoutError("the daemon did not start")

    def client(self, transport: str = "link") -> Client:
        """A client, once a worker is ready."""
        client = Client(self.connection(), transport=transport, name="benchmark")
        while not any(worker["state"] == "idle" for worker in client.status()["workers"]):
            time.sleep(0.02)
        return client


@contextmanager
def folder() -> Iterator[tuple[Path, dict[str, str]]]:
    """A folder for a daemon, and the environment that leads there."""
    with tempfile.TemporaryDirectory(prefix="velatura-") as name:
        home = Path(name)
        yield (
            home,
            {
                **os.environ,
                "VELATURA_RUNTIME": str(home / "run"),
                "VELATURA_CACHE": str(home / "cache"),
            },
        )


@contextmanager
def daemon(*arguments: str, **variables: str) -> Iterator[Daemon]:
    """A fresh daemon, with ``variables`` in its environment."""
    with folder() as (home, environment):
        environment |= variables
        process = subprocess.Popen(
            [sys.executable, "-m", "velatura.cli.main", "serve", *arguments],
            env=environment,
            stdout=subprocess.DEVNULL,
        )
        try:
            yield Daemon(home, environment)
        finally:
            process.terminate()
            process.wait(30)

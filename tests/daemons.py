"""Real daemons in processes of their own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import velatura
import velatura_link
from velatura_link.client import Client
from velatura_link.connection import FILE_NAME, Connection, read_connection
from velatura_link.errors import Disconnected

from .waiting import PATIENCE, wait_until


@dataclass
class Daemon:
    """A daemon's places and process."""

    home: Path
    process: subprocess.Popen[bytes]
    environment: dict[str, str]

    @property
    def runtime(self) -> Path:
        return self.home / "run"

    @property
    def spool_files(self) -> list[Path]:
        """Every file in every spool."""
        return [path for path in (self.home / "cache" / "spool").rglob("*") if path.is_file()]

    def connection(self) -> Connection:
        """Where it listens, as soon as it does."""
        found: Connection = wait_until(
            lambda: read_connection(self.runtime / FILE_NAME), "the connection file"
        )
        return found

    def client(self, **options: Any) -> Client:
        """A new client of it, which finds a successor but starts none."""
        return Client(self.connection(), start=self.present, name="test", **options)

    def present(self) -> Connection:
        """Where it listens now."""
        connection = read_connection(self.runtime / FILE_NAME)
        if connection is None:
            raise Disconnected("No daemon is running.")
        return connection

    def ready(self) -> None:
        """Wait for a worker."""
        with self.client() as client:
            wait_until(
                lambda: any(w["state"] == "idle" for w in client.status()["workers"]), "a worker"
            )

    def kill(self, number: int = signal.SIGKILL) -> None:
        self.process.send_signal(number)
        self.process.wait(PATIENCE)


def install_copy(site: Path) -> Path:
    """Install Velatura into ``site``, for a ``PYTHONPATH``; the folder of what the installer says of it."""
    for package in (velatura, velatura_link):
        source = Path(package.__file__ or "").parent
        shutil.copytree(source, site / source.name, ignore=shutil.ignore_patterns("__pycache__"))
    facts = site / f"velatura-{velatura.__version__}.dist-info"
    facts.mkdir()
    (facts / "RECORD").write_text("velatura/__init__.py,,\n")
    return facts


def start_daemon(home: Path, *arguments: str, **variables: str) -> Daemon:
    """A daemon below ``home``; the engines are ``identity`` alone unless ``arguments`` say otherwise."""
    environment = {
        **os.environ,
        "VELATURA_RUNTIME": str(home / "run"),
        "VELATURA_CACHE": str(home / "cache"),
        "VELATURA_DATA": str(home / "data"),
        **variables,
    }
    home.mkdir(exist_ok=True)
    with (home / "daemon.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "velatura.cli.main", "serve", *arguments],
            env=environment,
            stdout=log,
            stderr=log,
        )
    return Daemon(home, process, environment)

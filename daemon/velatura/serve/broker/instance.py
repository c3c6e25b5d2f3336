"""Exactly one daemon for each user: the lock it holds for its life, and how its successor starts."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from velatura.errors import VelaturaError
from velatura.serve.config import Config
from velatura_link.file_lock import try_lock

LOCK_NAME = "daemon.lock"


class AlreadyRunning(VelaturaError):
    """Another daemon of this user serves this runtime directory."""

    code = "busy"


class InstanceLock:
    """An exclusive lock in the runtime directory; the system lets go of it when the process ends, however it ends."""

    def __init__(self, runtime: Path) -> None:
        self._path = runtime / LOCK_NAME
        file = try_lock(self._path)
        if file is None:
            raise AlreadyRunning(
                "A daemon is already running.",
                hint="See `velatura status`; `velatura stop` stops it.",
            )
        self._file = file

    @property
    def stands(self) -> bool:
        """Whether the lock is still the one that others would find; False once its directory was removed."""
        try:
            return os.path.samestat(self._path.stat(), os.fstat(self._file.fileno()))
        except OSError:
            return False

    def release(self) -> None:
        """Let a successor start."""
        self._file.close()


def serve_command(config: Config) -> list[str]:
    """The command line that serves with the same settings as ``config`` (places come from the environment)."""
    command = [sys.executable, "-m", "velatura.cli.main", "serve", "--device", config.device]
    command += ["--quota", str(config.quota)]
    if config.idle_stop is not None:
        command += ["--idle-stop", str(config.idle_stop)]
    if config.engines is not None:
        command += ["--engines", ",".join(config.engines)]
    if config.tcp:
        command.append("--tcp")
    command += ["--log-level", config.log_level]
    return command


def start_successor(config: Config) -> None:
    """Start the daemon that takes over, in a session of its own; what it prints goes to the cache's daemon.log."""
    environment = {
        **os.environ,
        "VELATURA_RUNTIME": str(config.runtime),
        "VELATURA_CACHE": str(config.cache),
    }
    with (config.cache / "daemon.log").open("ab") as log:
        subprocess.Popen(
            serve_command(config),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=environment,
            start_new_session=True,
        )

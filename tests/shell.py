"""A person's own places and the command line in them, with every process that it starts in view."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from .waiting import wait_until

COMMAND = [sys.executable, "-m", "velatura.cli.main"]


@dataclass(frozen=True)
class Outcome:
    """What a command left: exit code, text on standard output and on standard error."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as the one JSON value that it must be."""
        return json.loads(self.out)

    def complaint(self, *, code: int = 2) -> str:
        """The one sentence that a person gets to read, after checking that it is just that."""
        assert self.code == code, self
        assert self.out == "", self
        sentence, *hint = self.err.splitlines()
        assert sentence.startswith("velatura: "), self
        assert sentence.endswith("."), self
        assert len(hint) <= 1, self
        assert all(line.startswith("  ") for line in hint), self
        return sentence.removeprefix("velatura: ")


@dataclass
class Shell:
    """The command line, run below ``home``, which is also where relative paths start."""

    home: Path
    variables: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        places = {
            "VELATURA_RUNTIME": str(self.runtime),
            "VELATURA_CACHE": str(self.home / "cache"),
            "VELATURA_DATA": str(self.home / "data"),
            "VELATURA_MODELS": "",
            "VELATURA_MIRROR": "",
            "NO_PROXY": "127.0.0.1",
        }
        self.variables = {**places, **self.variables}

    def __call__(self, *arguments: object, timeout: float = 120) -> Outcome:
        """Run ``velatura`` with ``arguments`` to its end."""
        process = self.start(*arguments)
        try:
            out, err = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        return Outcome(process.returncode, out, err)

    def start(self, *arguments: object) -> subprocess.Popen[str]:
        """``velatura`` with ``arguments``, on its way; it hears Ctrl-C."""
        if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
            # A shell's background jobs ignore it, and children inherit that.
            signal.signal(signal.SIGINT, signal.default_int_handler)
        return subprocess.Popen(
            [*COMMAND, *map(str, arguments)],
            cwd=self.home,
            env={**os.environ, **self.variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )

    @property
    def runtime(self) -> Path:
        return self.home / "run"

    @property
    def files(self) -> set[str]:
        """Everything that lies in ``home`` itself: what a command wrote by mistake, too."""
        return {path.name for path in self.home.iterdir()} - {"run", "cache", "data"}

    def processes(self) -> list[psutil.Process]:
        """Every daemon and worker of these places."""
        return [process for process in psutil.process_iter() if self._is_ours(process)]

    def daemons(self) -> list[int]:
        """Process ids of the daemons of these places, workers not counted."""
        return [each.pid for each in self.processes() if "serve" in _command_of(each)]

    def _is_ours(self, process: psutil.Process) -> bool:
        command = _command_of(process)
        if "serve" not in command and "velatura.serve.worker.worker" not in command:
            return False
        try:
            return bool(process.environ().get("VELATURA_RUNTIME") == str(self.runtime))
        except psutil.Error:
            return False


def _command_of(process: psutil.Process) -> list[str]:
    try:
        return list(process.cmdline())
    except psutil.Error:
        return []


@contextmanager
def open_shell(**variables: str) -> Iterator[Shell]:
    """A shell in a folder of its own, with a path short enough for sockets.

    Ends its daemon with ``velatura stop`` and fails when a process is left then.
    """
    home = Path(tempfile.mkdtemp(prefix="velatura-"))
    shell = Shell(home, variables)
    try:
        yield shell
        shell("stop", "--now")
        wait_until(lambda: not shell.processes(), "the end of every process")
    finally:
        for process in shell.processes():
            process.kill()
        shutil.rmtree(home, ignore_errors=True)

"""The daemon's own home: an environment in the user's data folder, made from the wheel that came with a plugin.

Standard library only, in whatever Python a host has. Everything here waits, for minutes even, and belongs on a thread.
An environment counts once :data:`MARKER` is in it, which is written last; anything less is made anew. What pip fetched
before is in pip's own cache and is not fetched again.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from .connection import FILE_NAME, private_directory
from .errors import LaunchFailed, LinkError
from .followed import Cancelled, InstallFailed, follow
from .launch import SERVE, WAKE_NAME, find_daemon, read_launcher, try_lock
from .places import data_dir, runtime_dir
from .pythons import find_python

WHEELS = "daemon"
"""The folder of the wheel in a plugin's own."""
TOLD = "daemon.json"
"""Beside the plugin: how to start the daemon."""
MARKER = "velatura-whole.json"
_LOCK = "home.lock"
_PAUSE = 0.1
_STOPPING = 10.0
_UNITS = {"bytes": 1, "kB": 10**3, "MB": 10**6, "GB": 10**9}
_FETCHED = re.compile(r"\s*(?:Downloading|Using cached) (\S+)(?: \(([\d.]+) (bytes|kB|MB|GB)\))?")
_BYTES = re.compile(r"Progress (\d+) of (\d+)")

Phase = Literal["preparing", "downloading", "installing", "removing"]


@dataclass(frozen=True)
class Step:
    """What is being done: with which package, and how many bytes of it, as far as pip says so."""

    phase: Phase
    package: str = ""
    done: int = 0
    total: int = 0


OnStep = Callable[[Step], None]
Cancel = Callable[[], bool]


@dataclass(frozen=True)
class Home:
    """``plugin`` is the folder of a plugin that came with ``wheel``; ``where`` is the environment's."""

    plugin: Path
    wheel: Path
    where: Path

    @classmethod
    def beside(cls, plugin: Path) -> Home | None:
        """The home that the plugin in that folder can make; None when it came without a wheel."""
        wheels = sorted((plugin / WHEELS).glob("velatura-*.whl"))
        return cls(plugin, wheels[-1], data_dir() / "environment") if wheels else None

    @property
    def whole(self) -> bool:
        """Whether the environment is complete and made from this wheel."""
        try:
            said = json.loads((self.where / MARKER).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return False
        return bool(said == self._mark()) and self._python.exists()

    @property
    def wanted(self) -> bool:
        """Whether no daemon runs and nothing says how to start one, so that it should be offered."""
        runtime, program = runtime_dir(), self._told_program()
        # A repair that was given up leaves a Python, but no marker.
        lost = program.is_relative_to(self.where) and not (self.where / MARKER).exists()
        if (program.is_file() and not lost) or (runtime / WAKE_NAME).exists():
            return False
        try:
            read_launcher(runtime)
        except LaunchFailed:
            pass
        else:
            return False
        try:
            return find_daemon(runtime) is None
        except LinkError:
            return False

    def install(self, on_step: OnStep, cancelled: Cancel) -> None:
        """Make the environment unless it is whole, and tell the plugin of it.

        Raises :class:`~velatura_link.pythons.NoPython`, :class:`InstallFailed` or :class:`Cancelled`.
        """
        with _readable_troubles(), _alone(cancelled):
            if not self.whole:
                self._make(on_step, cancelled)
            self._tell()

    def repair(self, on_step: OnStep, cancelled: Cancel) -> None:
        """Make the environment anew, whatever is there. Raises as :meth:`install`."""
        with _readable_troubles(), _alone(cancelled):
            self._stop()
            self._make(on_step, cancelled)
            self._tell()

    def remove(self, on_step: OnStep, cancelled: Cancel) -> None:
        """Stop the daemon, and leave nothing of it but the person's own styles. Raises :class:`InstallFailed`."""
        with _readable_troubles(), _alone(cancelled):
            on_step(Step("removing"))
            self._stop()
            if self._told_program().is_relative_to(self.where):
                (self.plugin / TOLD).unlink(missing_ok=True)
            self._clear()
            with contextlib.suppress(OSError):
                self.where.parent.rmdir()

    @property
    def _python(self) -> Path:
        if sys.platform == "win32":
            return self.where / "Scripts" / "python.exe"
        return self.where / "bin" / "python"

    def _mark(self) -> dict[str, object]:
        return {"wheel": self.wheel.name, "size": self.wheel.stat().st_size}

    def _make(self, on_step: OnStep, cancelled: Cancel) -> None:
        on_step(Step("preparing"))
        python = find_python()
        self._clear()
        self.where.parent.mkdir(parents=True, exist_ok=True)
        follow([*python, "-m", "venv", str(self.where)], _ignored, cancelled)
        pip = [str(self._python), "-m", "pip"]
        told: list[str] = []
        follow([*pip, "--version"], told.append, cancelled)
        follow([*pip, *_installing(" ".join(told)), str(self.wheel)], _steps(on_step), cancelled)
        follow([str(self._python), "-c", "import velatura"], _ignored, cancelled)
        _written(self.where / MARKER, self._mark())

    def _tell(self) -> None:
        command = [str(self._python), *SERVE]
        connection = str(runtime_dir() / FILE_NAME)
        _written(self.plugin / TOLD, {"command": command, "connection": connection})

    def _told_program(self) -> Path:
        """The program that starts the daemon as the plugin was told; a path that is nowhere when it was not."""
        try:
            return Path(json.loads((self.plugin / TOLD).read_text(encoding="utf-8"))["command"][0])
        except (OSError, ValueError, TypeError, LookupError):
            return self.plugin / WHEELS / "nothing"

    def _stop(self) -> None:
        deadline = time.monotonic() + _STOPPING
        # A daemon that does not stop, or an environment that cannot stop it, goes all the same.
        with contextlib.suppress(LinkError):
            stop = [str(self._python), "-m", "velatura.cli.main", "stop", "--now"]
            follow(stop, _ignored, lambda: time.monotonic() > deadline)

    def _clear(self) -> None:
        """Remove the environment, the marker first: what is left when that fails is no environment."""
        (self.where / MARKER).unlink(missing_ok=True)
        if self.where.exists():
            shutil.rmtree(self.where)


def _installing(version: str) -> list[str]:
    found = re.match(r"pip (\d+)\.(\d+)", version)
    # Only since 24.1 can pip say its progress to programs.
    tells = found is not None and (int(found[1]), int(found[2])) >= (24, 1)
    quiet = ("--no-input", "--disable-pip-version-check", "--no-warn-script-location")
    return ["install", *quiet, "--progress-bar", "raw" if tells else "off"]


def _steps(on_step: OnStep) -> Callable[[str], None]:
    """What tells ``on_step`` of pip's lines."""
    last = Step("preparing")

    def told(line: str) -> None:
        nonlocal last
        step = step_of(line, last)
        if step is not None:
            last = step
            on_step(step)

    return told


def step_of(line: str, last: Step) -> Step | None:
    """What a line of pip's says after ``last``; None when that is nothing new."""
    if found := _BYTES.match(line):
        return Step("downloading", last.package, int(found[1]), int(found[2]))
    if found := _FETCHED.match(line):
        size = float(found[2]) * _UNITS[found[3]] if found[2] else 0
        # A wheel's or an archive's name starts with the package's own; metadata is fetched beforehand.
        name = found[1].rsplit("/", 1)[-1].split("-")[0]
        return None if found[1].endswith(".metadata") else Step("downloading", name, 0, int(size))
    if line.startswith("Installing collected packages:"):
        return Step("installing")
    return None


def _ignored(line: str) -> None:
    """Nobody wants to know."""


def _written(path: Path, facts: dict[str, object]) -> None:
    """Write ``facts`` as JSON, all or nothing."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.write_text(json.dumps(facts, indent=2), encoding="utf-8")
    draft.replace(path)


@contextlib.contextmanager
def _alone(cancelled: Cancel) -> Iterator[None]:
    """While one program works at the environment, others wait."""
    folder = runtime_dir()
    private_directory(folder)
    with (folder / _LOCK).open("ab") as file:
        while not try_lock(file.fileno()):
            if cancelled():
                raise Cancelled("The installation was cancelled.")
            time.sleep(_PAUSE)
        yield


@contextlib.contextmanager
def _readable_troubles() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise InstallFailed(
            f"{error.filename or 'A file'} cannot be changed: {error.strerror}.",
            hint="Close other programs that use Velatura, make room if the disk is full, and try again.",
        ) from error

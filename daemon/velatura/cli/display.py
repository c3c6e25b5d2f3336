"""What a person sees: text on standard output, progress on standard error, JSON for programs."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from velatura.contract.phases import phase_title

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

WORDS = {
    "upload": "Sending",
    "download": "Fetching",
    "queue": "Waiting",
    "weights": "Downloading weights",
    "write": "Writing the file",
}
"""Titles of the phases before and after an engine's run."""


def counted(number: int, noun: str) -> str:
    """How many there are, for nouns whose plural ends in s.

    >>> counted(1, "blob"), counted(3, "blob")
    ('1 blob', '3 blobs')
    """
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


class Bar(Protocol):
    """Shows how far something is."""

    def show(
        self, phase: str, done: float, total: float, seconds_left: float | None, title: str = ""
    ) -> None:
        """``total`` 0: nobody knows how long it takes. ``title`` is what an engine calls a phase of its own."""

    def offer(self, key: str) -> None:
        """Say from now on what a key does."""


class NoBar:
    """For pipes, logs and programs."""

    def show(
        self, phase: str, done: float, total: float, seconds_left: float | None, title: str = ""
    ) -> None: ...

    def offer(self, key: str) -> None: ...


class RichBar:
    """One line that becomes another phase's line when that begins."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task: TaskID | None = None
        self._phase = ""
        self._key = ""

    def offer(self, key: str) -> None:
        self._key = key

    def show(
        self, phase: str, done: float, total: float, seconds_left: float | None, title: str = ""
    ) -> None:
        left = "" if seconds_left is None or seconds_left < 1 else f"{seconds_left:.0f} s left"
        left = ", ".join(each for each in (left, self._key) if each)
        if self._task is None or phase != self._phase:
            # A task that once had a total cannot lose it again.
            if self._task is not None:
                self._progress.remove_task(self._task)
            self._phase = phase
            words = title or phase_title(phase, WORDS)
            self._task = self._progress.add_task(words, total=total or None, left=left)
        self._progress.update(self._task, completed=done, total=total or None, left=left)


@contextmanager
def progress_bar(*, as_json: bool) -> Iterator[Bar]:
    """A bar on standard error where somebody can see it, removed when all is done."""
    if as_json or not sys.stderr.isatty():
        yield NoBar()
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TaskProgressColumn, TextColumn

    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[left]}"),
        console=Console(stderr=True),
        transient=True,
    ) as progress:
        yield RichBar(progress)


def print_json(value: Any) -> None:
    """One JSON object on standard output."""
    print(json.dumps(value, indent=2, default=_plain))


def _plain(value: object) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)


class Stopwatch:
    """Seconds since it was made."""

    def __init__(self) -> None:
        self._started = time.monotonic()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._started

"""The progress bar: what a person at a terminal sees."""

from __future__ import annotations

import contextlib
import io
import os
import pty
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from velatura.cli.display import RichBar, counted

from ..shell import COMMAND, Shell


@pytest.fixture
def progress() -> Iterator[Progress]:
    """Rich's progress, drawn nowhere."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with Progress(*columns, console=Console(file=io.StringIO())) as drawn:
        yield drawn


def test_one_of_a_thing_is_no_plural() -> None:
    assert [counted(number, "blob") for number in (0, 1, 2)] == ["0 blobs", "1 blob", "2 blobs"]


def test_one_line_shows_the_phase_that_runs(progress: Progress) -> None:
    bar = RichBar(progress)
    bar.show("upload", 3, 4, None)
    bar.show("paint", 1, 9, 2.6)
    assert len(progress.tasks) == 1
    task = progress.tasks[0]
    assert (task.description, task.completed, task.total) == ("Painting", 1, 9)
    assert task.fields["left"] == "3 s left"


def test_a_phase_of_unknown_length_has_no_share(progress: Progress) -> None:
    bar = RichBar(progress)
    bar.show("upload", 4, 4, None)
    bar.show("prepare", 0, 0, None)
    task = progress.tasks[0]
    assert (task.description, task.total) == ("Preparing", None)
    bar.show("prepare", 2, 8, None)
    assert (task.completed, task.total) == (2, 8)


def test_phases_of_engines_are_shown_in_words(progress: Progress) -> None:
    bar = RichBar(progress)
    shown = []
    for phase in ("look", "download vgg19-gatys", "anneal"):
        bar.show(phase, 1, 2, None)
        shown.append(progress.tasks[0].description)
    assert shown == ["Looking at the picture", "Downloading vgg19-gatys", "Anneal"]
    bar.show("polish", 1, 2, None, "Polishing the style")
    assert progress.tasks[0].description == "Polishing the style"


def test_a_terminal_sees_a_bar_that_leaves_nothing_behind(served: Shell, pictures: Path) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [
            *COMMAND, "stylize", pictures / "photo.png", "--engine", "identity",
            "--set", "steps=5", "--set", "pause=0.1", "-o", served.home / "out.png",
        ],
        env={**os.environ, **served.variables, "TERM": "xterm", "COLUMNS": "80"},
        stdout=subprocess.PIPE,
        stderr=theirs,
    )  # fmt: skip
    os.close(theirs)
    seen = read_all(ours)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "Pretend" in seen
    assert "%" in seen
    # Rich removes the line and shows the cursor again.
    assert seen.rstrip().endswith("\x1b[2K")
    assert "\x1b[?25h" in seen
    assert out.decode().startswith(f"{served.home / 'out.png'}: 64 × 48, identity, ")
    (served.home / "out.png").unlink()


def read_all(terminal: int) -> str:
    """What is written to a pseudo-terminal until its other end closes: Linux then says EIO."""
    parts = []
    with contextlib.suppress(OSError):
        while part := os.read(terminal, 4096):
            parts.append(part)
    os.close(terminal)
    return b"".join(parts).decode()

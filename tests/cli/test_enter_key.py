"""Enter while a picture is painted: what is there is kept."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from velatura.cli.enter_key import SECONDS, on_enter

from ..shell import COMMAND, Shell
from ..waiting import PATIENCE

LONG = ("--engine", "identity", "--set", "steps=2000", "--set", "pause=0.02")
"""Forty seconds of work."""


@pytest.mark.parametrize("options", [(), ("--no-daemon",)], ids=["daemon", "no daemon"])
def test_enter_stops_an_engine_that_keeps_what_is_there(
    served: Shell, pictures: Path, options: tuple[str, ...]
) -> None:
    ours, theirs = pty.openpty()
    arguments = ("stylize", pictures / "photo.png", "-o", served.home / "kept.png", *LONG, *options)
    process = subprocess.Popen(
        [*COMMAND, *arguments],
        env={**os.environ, **served.variables, "TERM": "xterm", "COLUMNS": "120"},
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=theirs,
        start_new_session=True,
        # The keyboard of a terminal is that of the session which it controls.
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
    )
    os.close(theirs)
    seen = b""
    while b"Enter keeps what is there" not in seen or b"Pretend" not in seen:
        seen += os.read(ours, 4096)
    os.write(ours, b"\n")
    reader = threading.Thread(target=_drain, args=(ours,), daemon=True)
    reader.start()
    out, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert "Stopped after " in out.decode()
    assert " of 2000 steps." in out.decode()
    (served.home / "kept.png").unlink()


def test_nothing_is_read_where_there_is_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    read, write = os.pipe()
    with os.fdopen(read) as piped, monkeypatch.context() as patched:
        patched.setattr("sys.stdin", piped)
        with on_enter(lambda: pytest.fail("a pipe is no keyboard")):
            os.write(write, b"one line\n")
        os.close(write)
        assert piped.read() == "one line\n"


@contextmanager
def keyboard() -> Iterator[int]:
    """Where to write what is typed into the terminal that this process has meanwhile."""
    ours, theirs = pty.openpty()
    # Not by a fixture: pytest puts streams of its own in their place between the phases of a test.
    with os.fdopen(theirs) as terminal, pytest.MonkeyPatch.context() as patched:
        patched.setattr("sys.stdin", terminal)
        patched.setattr("sys.stderr", terminal)
        yield ours
    os.close(ours)


def test_an_enter_that_came_too_early_is_not_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.tcgetpgrp", lambda terminal: os.getpgrp())
    pressed = threading.Semaphore(0)
    with keyboard() as keys, on_enter(pressed.release):
        for _ in range(2):
            os.write(keys, b"\n")
            assert pressed.acquire(timeout=PATIENCE)


@pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")
def test_the_terminal_of_another_session_is_no_keyboard() -> None:
    """Asking who has it fails then, since it controls no session of this process."""
    pressed: list[bool] = []
    with keyboard() as keys:
        os.write(keys, b"\n")
        with on_enter(lambda: pressed.append(True)):
            time.sleep(2 * SECONDS)
        assert not pressed
        assert select.select([sys.stdin], [], [], 0)[0], "it was read"


def _drain(terminal: int) -> None:
    try:
        while os.read(terminal, 4096):
            pass
    except OSError:
        os.close(terminal)

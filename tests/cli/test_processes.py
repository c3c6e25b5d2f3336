"""Ctrl-C, and many commands at once: what happens to processes."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest

from velatura_link.connection import FILE_NAME, read_connection

from ..shell import Shell
from ..waiting import wait_until

LONG = ("--engine", "identity", "--set", "steps=100", "--set", "pause=0.1")
"""Ten seconds of work."""


def jobs(shell: Shell) -> dict[str, int]:
    """How many jobs the daemon has."""
    counts: dict[str, int] = shell("status", "--json").json["jobs"]
    return counts


@pytest.mark.slow
@pytest.mark.parametrize("options", [(), ("--json",)], ids=["text", "json"])
def test_ctrl_c_ends_the_command_and_its_job(
    served: Shell, pictures: Path, options: tuple[str, ...]
) -> None:
    process = served.start("stylize", pictures / "photo.png", "-o", "out.png", *LONG, *options)
    wait_until(lambda: jobs(served)["running"] == 1, "the job to run")
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    # The job alone would have taken ten seconds.
    assert time.monotonic() - began < 5
    assert process.returncode == 130
    assert "Traceback" not in err
    assert ('"cancelled"' in out) if options else (err == "velatura: Interrupted.\n")
    wait_until(lambda: jobs(served) == {"queued": 0, "running": 0}, "an idle daemon", 5)
    assert served.files == set()


@pytest.mark.slow
def test_ctrl_c_ends_a_command_without_a_daemon(shell: Shell, pictures: Path) -> None:
    arguments = ("stylize", pictures / "photo.png", "-o", "out.png", *LONG, "--no-daemon")
    process = shell.start(*arguments)
    time.sleep(2)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert (out, err) == ("", "velatura: Interrupted.\n")
    # `python -m` dies of the signal itself in the end where that came inside an exec, of which imports have many:
    # shells say 130 then, too.
    assert process.returncode in (130, -signal.SIGINT)
    assert shell.files == set()


@pytest.mark.slow
def test_ten_commands_at_once_start_one_daemon(shell: Shell, pictures: Path) -> None:
    commands = [
        shell.start("stylize", pictures / "photo.png", "--engine", "identity", "-o", f"{n}.png")
        for n in range(10)
    ]
    for command in commands:
        out, err = command.communicate(timeout=60)
        assert (command.returncode, err) == (0, ""), out
    assert shell.files == {f"{n}.png" for n in range(10)}
    first = (shell.home / "0.png").read_bytes()
    assert all((shell.home / name).read_bytes() == first for name in shell.files)
    connection = read_connection(shell.runtime / FILE_NAME)
    assert connection is not None
    assert shell.daemons() == [connection.pid]
    assert shell("stop").out == "Stopped.\n"
    wait_until(lambda: not shell.processes(), "the end of every process")

"""How quickly the command line is there."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

MOST_SECONDS = 0.15
HEAVY = ("numpy", "PIL", "torch", "pydantic", "zmq", "rich", "asyncio", "logging")


def processor_seconds(*arguments: str) -> float:
    """What `velatura ARGUMENTS` takes of a processor: other programs have little part in that."""
    process = subprocess.Popen(
        [sys.executable, "-m", "velatura.cli.main", *arguments], stdout=subprocess.DEVNULL
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return used.ru_utime + used.ru_stime


@pytest.mark.skipif(not hasattr(os, "wait4"), reason="this system does not tell")
def test_the_help_is_there_at_once() -> None:
    assert min(processor_seconds("--help") for _ in range(5)) <= MOST_SECONDS


def test_the_help_loads_nothing_heavy() -> None:
    script = (
        "import contextlib, sys; from velatura.cli.main import main\n"
        "with contextlib.suppress(SystemExit): main(['--help'])\n"
        f"print([name for name in {HEAVY} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, encoding="utf-8")
    assert done.stderr.strip() == "[]"

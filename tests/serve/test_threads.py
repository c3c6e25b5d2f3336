"""Threads that compute give the processor up to others while they wait."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from velatura.serve.worker.threads import SHORT_SPINS, with_short_spins

from ..daemons import start_daemon
from ..waiting import PATIENCE

SAYS = """
import os, sys
from velatura.cli.main import main
try:
    main()
except SystemExit:
    print(os.environ.get("GOMP_SPINCOUNT"))
"""


def test_a_person_who_says_how_threads_wait_is_obeyed() -> None:
    assert with_short_spins({"HOME": "/"}) == {"HOME": "/", **SHORT_SPINS}
    said = {"GOMP_SPINCOUNT": "5", "KMP_BLOCKTIME": "7"}
    assert with_short_spins(said) == said
    assert with_short_spins({"OMP_WAIT_POLICY": "ACTIVE"}) == {"OMP_WAIT_POLICY": "ACTIVE"}


@pytest.mark.parametrize(
    ("variables", "count"), [({}, "1000"), ({"GOMP_SPINCOUNT": "20000"}, "20000")]
)
def test_a_worker_is_told_before_it_loads_torch(
    home: Path, variables: dict[str, str], count: str
) -> None:
    daemon = start_daemon(home, "--engines", "identity", **variables)
    daemon.ready()
    [worker] = psutil.Process(daemon.process.pid).children()
    assert worker.environ()["GOMP_SPINCOUNT"] == count
    daemon.process.terminate()
    daemon.process.wait(PATIENCE)


def test_the_command_line_paints_by_itself_as_patiently() -> None:
    said = subprocess.run(
        [sys.executable, "-c", SAYS, "--version"], capture_output=True, text=True, check=True
    )
    assert said.stdout.split()[-1] == "1000"

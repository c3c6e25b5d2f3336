"""The suite that judges every client and server, run with both transports against a real daemon."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from velatura_link.conformance import run

from ..daemons import Daemon, start_daemon


@pytest.fixture(scope="module")
def served() -> Iterator[Daemon]:
    with tempfile.TemporaryDirectory(prefix="velatura-") as folder:
        daemon = start_daemon(Path(folder), "--engines", "identity", "--tcp")
        daemon.ready()
        yield daemon
        daemon.process.terminate()
        daemon.process.wait(20)


@pytest.mark.parametrize("transport", ["link", "pyzmq"])
def test_the_daemon_conforms(served: Daemon, transport: str) -> None:
    results = run(served.connection(), transport)
    assert len(results) > 60
    assert not [(result.name, result.problem) for result in results if result.problem]

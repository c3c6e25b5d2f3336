"""Daemons that modules share, and an honest client beside the others."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from velatura_link.checks.bench import Bench, Peer
from velatura_link.sockets import SocketTransport

from ...daemons import Daemon
from ...waiting import PATIENCE
from .ground import await_rest, serves, start_impatient


@pytest.fixture(scope="module")
def lodge() -> Iterator[list[Daemon]]:
    """Where the daemon of a module's tests lives: one for all of them, and another after each that was killed by
    one. In the end nothing of theirs is left in it.
    """
    daemons: list[Daemon] = []
    yield daemons
    if daemons and serves(daemons[-1]):
        bench = Bench(daemons[-1].connection(), SocketTransport)
        await_rest(daemons[-1], bench)
        bench.close()
    for daemon in daemons:
        daemon.process.kill()
        daemon.process.wait(PATIENCE)
        shutil.rmtree(daemon.home, ignore_errors=True)


@pytest.fixture
def daemon(lodge: list[Daemon]) -> Daemon:
    if not lodge or not serves(lodge[-1]):
        lodge.append(start_impatient(Path(tempfile.mkdtemp(prefix="velatura-"))))
        lodge[-1].ready()
    return lodge[-1]


@pytest.fixture
def bench(daemon: Daemon) -> Iterator[Bench]:
    """Sessions with the daemon, closed after the test."""
    bench = Bench(daemon.connection(), SocketTransport)
    yield bench
    bench.close()


@pytest.fixture
def honest(bench: Bench) -> Peer:
    """A client that behaves."""
    return bench.peer()

"""A real daemon in its own process, with an engine that needs no network."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from ..daemons import Daemon, start_daemon
from ..waiting import PATIENCE


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder with a path short enough for sockets."""
    folder = Path(tempfile.mkdtemp(prefix="velatura-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def daemon(home: Path) -> Iterator[Daemon]:
    """A daemon with the identity engine; stopped afterwards, and it must end by itself."""
    started = start_daemon(home, "--engines", "identity")
    yield started
    if started.process.poll() is None:
        started.process.terminate()
    started.process.wait(PATIENCE)

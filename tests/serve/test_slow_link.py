"""Large pixels over a slow link: cancels and pings pass between chunks."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from benchmarks.slow_link import Detour
from benchmarks.throttle import slow_link

from velatura_link.client import Client
from velatura_link.request import Pixels, Request

from ..daemons import Daemon, start_daemon
from ..waiting import PATIENCE, wait_until

MEGABIT = 1e6 / 8


@pytest.fixture
def daemon(home: Path) -> Iterator[Daemon]:
    """One that also listens on a port, as a slow link needs it."""
    started = start_daemon(home, "--engines", "identity", "--tcp")
    yield started
    started.process.terminate()
    started.process.wait(PATIENCE)


def test_an_upload_given_up_leaves_nothing_and_the_connection_lives(daemon: Daemon) -> None:
    connection = daemon.connection()
    endpoint = next(each for each in connection.endpoints if each.startswith("tcp"))
    host, _, port = endpoint.removeprefix("tcp://").rpartition(":")
    pixels = np.random.default_rng(0).integers(0, 256, (2048, 2048, 4), np.uint8)
    with daemon.client() as watcher, slow_link(host, int(port), 20 * MEGABIT) as detour:
        transport = type("Detoured", (Detour,), {"port": detour})
        slow = replace(connection, endpoints=(endpoint,))
        with Client(slow, transport=transport, name="slow") as client:
            job = client.submit(Request("identity", content=Pixels(pixels, 2048, 2048, 4, "u8")))
            wait_until(lambda: watcher.status()["spool"]["blobs"], "the upload to begin")
            assert client.ping(10) < 5, "a ping waits for no more than what is under way"
            job.cancel()
            cancelled = time.monotonic()
            wait_until(lambda: not watcher.status()["spool"]["blobs"], "an empty spool", 10)
            # The whole upload would take 6.7 s; what was under way, a fraction of a second.
            assert time.monotonic() - cancelled < 3
            small = Pixels(pixels[:16, :16].tobytes(), 16, 16, 4, "u8")
            result = client.submit(Request("identity", content=small)).wait(20)
            assert bytes(result.picture.view) == bytes(small.view)
    assert not [path for path in daemon.spool_files if path.stat().st_size > 1 << 20]

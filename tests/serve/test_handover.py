"""An upgraded installation: the old daemon finishes what it has, the new one takes the rest."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from velatura.serve.broker.upgrade import installation_stamp
from velatura_link.connection import FILE_NAME, read_connection
from velatura_link.request import Pixels, Request

from ..daemons import Daemon, install_copy, start_daemon
from ..waiting import wait_until


@pytest.fixture
def installed(home: Path) -> Iterator[Daemon]:
    """A daemon that runs from an installed copy, which a test may upgrade."""
    install_copy(home / "code")
    daemon = start_daemon(home, "--engines", "identity", PYTHONPATH=str(home / "code"))
    yield daemon
    connection = read_connection(daemon.runtime / FILE_NAME)
    if connection is not None:
        os.kill(connection.pid, signal.SIGTERM)
    wait_until(lambda: not (daemon.runtime / FILE_NAME).exists(), "the successor's end")
    daemon.process.wait(20)


def test_after_an_upgrade_the_old_daemon_drains_and_the_new_one_takes_over(
    installed: Daemon,
) -> None:
    installed.ready()
    old = installed.connection()
    pixels = np.random.default_rng(0).integers(0, 256, (32, 32, 4), np.uint8)
    content = Pixels(pixels.tobytes(), 32, 32, 4, "u8")
    notices: list[str] = []
    with installed.client(on_notice=lambda notice: notices.append(notice.code)) as client:
        job = client.submit(Request("identity", {"steps": 200, "pause": 0.1}, content))
        wait_until(lambda: client.status()["jobs"]["running"], "the job to run")
        [facts] = (installed.home / "code").glob("velatura-*.dist-info")
        facts.rename(facts.with_name("velatura-99.0.dist-info"))
        new = wait_until(
            lambda: (
                (c := read_connection(installed.runtime / FILE_NAME)) and c.pid != old.pid and c
            ),
            "the successor",
        )
        assert new.instance != old.instance
        assert not job.done
        later = client.submit(Request("identity", content=content))
        assert bytes(later.wait(20).picture.view) == pixels.tobytes()
        assert not job.done, "the new job did not wait for the old daemon's"
        assert bytes(job.wait(60).picture.view) == pixels.tobytes()
    assert "draining" in notices
    assert installed.process.wait(30) == 0


def test_an_upgrade_changes_the_stamp_and_an_edited_source_does_not(tmp_path: Path) -> None:
    facts = tmp_path / "velatura-0.1.0.dist-info"
    facts.mkdir()
    (facts / "RECORD").write_text("velatura/__init__.py,,")
    source = tmp_path / "velatura" / "__init__.py"
    source.parent.mkdir()
    source.touch()
    before = installation_stamp(tmp_path)
    source.write_text("edited = True")
    assert installation_stamp(tmp_path) == before
    # The same version again: an installer replaces the files.
    again = facts / "new"
    again.write_text("velatura/__init__.py,,")
    again.replace(facts / "RECORD")
    reinstalled = installation_stamp(tmp_path)
    assert reinstalled != before
    facts.rename(tmp_path / "velatura-0.2.0.dist-info")
    assert installation_stamp(tmp_path) not in (before, reinstalled)


def test_a_checkout_has_no_stamp(tmp_path: Path) -> None:
    assert installation_stamp(tmp_path) == ()

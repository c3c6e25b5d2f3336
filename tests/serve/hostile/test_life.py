"""The daemon's own life: draining, being found, upgrades."""

from __future__ import annotations

import contextlib
from pathlib import Path

from velatura_link import messages as m
from velatura_link.checks.bench import Bench, pattern, raster
from velatura_link.connection import FILE_NAME
from velatura_link.errors import LinkError
from velatura_link.sockets import SocketTransport

from ...daemons import install_copy
from ...waiting import wait_until
from .ground import content, impatient


def test_half_an_upload_does_not_keep_a_draining_daemon_for_ever(home: Path) -> None:
    with impatient(home) as daemon:
        bench = Bench(daemon.connection(), SocketTransport)
        peer = bench.peer()
        blob = m.new_id()
        peer.send(m.BLOB_PUT, blob=blob, size=1000, digest=None)
        peer.expect(m.BLOB_GO, blob=blob)
        peer.submit(raster(blob, 10, 25))
        peer.send(m.STOP, now=False)

        def ended() -> bool:
            with contextlib.suppress(LinkError):
                peer.session.recv(0.05)
            return daemon.process.poll() is not None

        wait_until(ended, "the end of the daemon", 5)
        bench.close()


def test_a_daemon_whose_connection_file_is_gone_is_found_again(home: Path) -> None:
    with impatient(home) as daemon:
        instance = daemon.connection().instance
        (daemon.runtime / FILE_NAME).unlink()
        assert daemon.connection().instance == instance
        with daemon.client() as client:
            assert client.instance == instance


def test_a_long_runtime_path_has_its_socket_elsewhere(home: Path) -> None:
    deep = home / ("d" * 100)
    with impatient(deep) as daemon:
        bench = Bench(daemon.connection(), SocketTransport)
        peer = bench.peer()
        assert peer.endpoint.startswith("ipc://")
        output = peer.result(peer.submit(content(peer)))["outputs"]["picture"]
        assert peer.get(output["blob"], 64 * 64 * 4) == pattern(64 * 64 * 4)
        bench.close()


def test_an_upgrade_in_the_middle_of_its_work_does_no_harm(home: Path) -> None:
    """A file that is gone when it is looked at: here for good, in an upgrade for a moment."""
    tree = home / "tree"
    facts = install_copy(tree)
    with impatient(home, tree) as daemon:
        bench = Bench(daemon.connection(), SocketTransport)
        peer = bench.peer()
        job = peer.submit(content(peer), params={"steps": 25, "pause": 0.1})
        (facts / "RECORD").unlink()
        (facts / "RECORD").symlink_to(tree / "nowhere")
        peer.result(job)
        bench.close()


def test_a_successor_that_cannot_start_takes_no_job_with_it(home: Path) -> None:
    tree = home / "tree"
    facts = install_copy(tree)
    with impatient(home, tree) as daemon:
        bench = Bench(daemon.connection(), SocketTransport)
        peer = bench.peer()
        (home / "cache" / "daemon.log").mkdir()
        job = peer.submit(content(peer), params={"steps": 50, "pause": 0.1})
        facts.rename(facts.with_name("velatura-99.0.dist-info"))
        peer.expect(m.NOTICE, code="draining")
        peer.result(job)
        bench.close()

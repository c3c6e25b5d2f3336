"""The spool: quotas, full disks and too many files."""

from __future__ import annotations

import contextlib
import hashlib
import resource
import shutil
from pathlib import Path

import pytest

from velatura_link import messages as m
from velatura_link.checks.bench import Bench, Peer, pattern
from velatura_link.errors import LinkError
from velatura_link.sockets import SocketTransport

from ...daemons import Daemon
from ...waiting import wait_until
from .ground import (
    MIB,
    QUOTA,
    assert_served,
    await_rest,
    connect_silently,
    content,
    empty_spool,
    impatient,
)

needs_prlimit = pytest.mark.skipif(
    not hasattr(resource, "prlimit"), reason="limits another process, which Linux alone can"
)


def test_more_blobs_than_the_quota_are_refused(daemon: Daemon, bench: Bench, honest: Peer) -> None:
    answers = []
    for _ in range(12):
        blob = m.new_id()
        honest.send(m.BLOB_PUT, blob=blob, size=QUOTA // 8, digest=None)
        header = honest.expect(m.BLOB_GO, m.BLOB_REFUSED, blob=blob).header
        answers.append(header.get("code", "go"))
    assert answers == ["go"] * 8 + ["quota"] * 4
    assert_served(bench.peer())


def test_files_kept_for_later_count_against_the_quota(daemon: Daemon, honest: Peer) -> None:
    def lie_on_disk() -> int:
        return sum(path.stat().st_size for path in daemon.spool_files)

    empty_spool(honest)
    for parts in (4, 2):
        blobs = [honest.put(pattern(QUOTA // parts - MIB, n)) for n in range(parts)]
        assert lie_on_disk() <= QUOTA
        for blob in blobs:
            honest.send(m.BLOB_DROP, blob=blob)
    assert lie_on_disk() <= QUOTA


@needs_prlimit
def test_a_full_disk_refuses_the_blob_and_harms_nobody(home: Path) -> None:
    with impatient(home) as daemon:
        daemon.ready()
        bench = Bench(daemon.connection(), SocketTransport)
        honest, unlucky = bench.peer(), bench.peer()
        blob, data = m.new_id(), pattern(4 * MIB)
        unlucky.send(m.BLOB_PUT, blob=blob, size=len(data), digest=None)
        unlucky.expect(m.BLOB_GO, blob=blob)
        resource.prlimit(daemon.process.pid, resource.RLIMIT_FSIZE, (MIB // 2, MIB // 2))
        unlucky.send_chunks(blob, data, 0, len(data), MIB)
        assert unlucky.expect(m.BLOB_REFUSED, blob=blob).header["code"] == "quota"
        assert_served(honest)
        unlucky.send(m.BLOB_PUT, blob=blob, size=len(data) * 2, digest=None)
        assert unlucky.expect(m.BLOB_REFUSED, blob=blob).header["code"] == "quota"
        assert_served(honest)
        await_rest_of(daemon, bench, honest, unlucky)


def await_rest_of(daemon: Daemon, bench: Bench, *peers: Peer) -> None:
    for peer in peers:
        peer.leave(politely=True)
    await_rest(daemon, bench)
    bench.close()


@needs_prlimit
def test_more_blobs_than_files_can_be_open_harm_nobody(home: Path) -> None:
    with impatient(home) as daemon:
        daemon.ready()
        resource.prlimit(daemon.process.pid, resource.RLIMIT_NOFILE, (96, 96))
        bench = Bench(daemon.connection(), SocketTransport)
        greedy = bench.peer()
        with contextlib.suppress(LinkError):
            for number in range(150):
                greedy.put(pattern(16, number))
        assert_served(greedy)
        await_rest_of(daemon, bench, greedy)


@needs_prlimit
def test_more_downloads_than_files_can_be_open_harm_nobody(home: Path) -> None:
    with impatient(home) as daemon:
        daemon.ready()
        bench = Bench(daemon.connection(), SocketTransport)
        greedy, data = bench.peer(), pattern(1000)
        digest = hashlib.sha256(data).digest()
        blobs = [greedy.put(data, digest=digest) for _ in range(200)]
        resource.prlimit(daemon.process.pid, resource.RLIMIT_NOFILE, (160, 160))
        for blob in blobs:
            greedy.send(m.BLOB_GET, blob=blob, offset=0, upto=0)
        assert_served(greedy)
        assert_served(bench.peer())
        bench.close()


@needs_prlimit
def test_more_connections_than_files_can_be_open_harm_nobody(home: Path) -> None:
    with impatient(home, tcp=True) as daemon:
        daemon.ready()
        bench = Bench(daemon.connection(), SocketTransport)
        honest = bench.peer()
        resource.prlimit(daemon.process.pid, resource.RLIMIT_NOFILE, (96, 96))
        with contextlib.ExitStack() as crowd:
            for _ in range(120):  # through loopback: libzmq aborts by itself for Unix sockets
                crowd.enter_context(connect_silently(daemon.connection().endpoints[-1]))
            with contextlib.suppress(LinkError):
                honest.put(pattern(1000))
            assert_served(honest)

        def takes_blobs_again() -> bool:  # once the daemon's side has closed those connections, too
            with contextlib.suppress(LinkError):
                honest.put(pattern(1000, 1))
                return True
            return False

        wait_until(takes_blobs_again, "room for a file")
        await_rest_of(daemon, bench, honest)


def test_a_daemon_takes_as_many_open_files_as_it_may_have(home: Path) -> None:
    with impatient(home, files=128) as daemon:
        bench = Bench(daemon.connection(), SocketTransport)
        honest = bench.peer()
        with contextlib.ExitStack() as crowd:
            for _ in range(200):
                crowd.enter_context(connect_silently(honest.endpoint))
            assert_served(honest)
        bench.close()


def test_a_spool_that_was_cleaned_away_harms_nobody(home: Path) -> None:
    with impatient(home) as daemon:
        daemon.ready()
        bench = Bench(daemon.connection(), SocketTransport)
        honest = bench.peer()
        picture = content(honest)
        shutil.rmtree(home / "cache" / "spool")
        honest.send(m.BLOB_GET, blob=picture["blob"], offset=0, upto=100)
        assert_served(honest)
        assert honest.final(honest.submit(picture))["t"] == m.FAILED
        with contextlib.suppress(LinkError):
            honest.put(pattern(1000, 1))
        assert_served(honest)
        bench.close()

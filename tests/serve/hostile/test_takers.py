"""Those who take and give nothing: memory, connections and answers have bounds."""

from __future__ import annotations

import contextlib
import hashlib
import time
from pathlib import Path

import psutil

import velatura_link
from velatura_link import messages as m
from velatura_link import zmtp
from velatura_link.checks.bench import Bench, Peer, pattern, raster
from velatura_link.errors import LinkError
from velatura_link.sockets import SocketTransport

from ...daemons import Daemon
from ...waiting import PATIENCE
from .ground import LONG, MIB, assert_served, connect_silently, content, impatient, packed, send_raw


def resident(daemon: Daemon) -> int:
    size: int = psutil.Process(daemon.process.pid).memory_info().rss
    return size


def test_who_never_reads_a_download_cannot_fill_memory(
    daemon: Daemon, bench: Bench, honest: Peer
) -> None:
    sloth, data = bench.peer(), pattern(16 * MIB)
    digest = hashlib.sha256(data).digest()
    blobs = [sloth.put(data, digest=digest) for _ in range(24)]
    before = resident(daemon)
    for blob in blobs:
        sloth.send(m.BLOB_GET, blob=blob, offset=0, upto=16 * MIB)
        assert_served(honest)
    assert resident(daemon) - before < 48 * MIB
    mine = honest.put(pattern(MIB, 5))
    assert honest.get(mine, MIB) == pattern(MIB, 5)


def test_who_never_reads_an_answer_cannot_fill_memory(
    daemon: Daemon, bench: Bench, honest: Peer
) -> None:
    sloth = bench.peer()
    before = resident(daemon)
    with contextlib.suppress(LinkError):
        for _ in range(400):
            send_raw(sloth, t=m.PING, n=LONG)
    assert_served(honest)
    assert resident(daemon) - before < 100 * MIB


def test_finished_jobs_that_nobody_releases_cannot_fill_memory(
    daemon: Daemon, bench: Bench, honest: Peer
) -> None:
    sloth = bench.peer()
    before = resident(daemon)
    nothing: list[dict[str, int]] = [{} for _ in range(200_000)]
    for _ in range(30):
        job = m.new_id()
        sloth.send(
            m.SUBMIT,
            job=job,
            request={"engine": "identity", "params": {}, "regions": [], "x": nothing},
        )
        assert sloth.final(job)["t"] == m.FAILED
    assert_served(honest)
    assert resident(daemon) - before < 150 * MIB


def test_a_result_that_was_not_released_stays_among_many(bench: Bench) -> None:
    peer = bench.peer()
    job = peer.submit(content(peer))
    output = peer.result(job)["outputs"]["picture"]
    for _ in range(160):
        peer.final(peer.submit(None))
    peer.submit(raster(m.new_id(), 64, 64), job=job)
    assert peer.result(job)["outputs"]["picture"] == output


def test_hundreds_who_say_nothing_harm_nobody(daemon: Daemon, bench: Bench, honest: Peer) -> None:
    endpoints = daemon.connection().endpoints
    with contextlib.ExitStack() as crowd:
        for number in range(400):
            crowd.enter_context(connect_silently(endpoints[number % len(endpoints)]))
        assert_served(honest)
        assert_served(bench.peer())


def test_a_flood_of_hellos_keeps_nobody_out(daemon: Daemon, bench: Bench, honest: Peer) -> None:
    endpoint = daemon.connection().endpoints[-1]
    hello = packed(t=m.HELLO, v=m.PROTOCOL, nonce=bytes(32), endpoint=endpoint)
    with contextlib.ExitStack() as crowd:
        for _ in range(300):
            connection = crowd.enter_context(connect_silently(endpoint))
            for buffer in zmtp.encode([hello]):
                connection.sendall(buffer)
        assert_served(honest)
        assert_served(bench.peer())


def test_no_more_sessions_than_allowed(home: Path) -> None:
    with impatient(home) as daemon:
        bench = Bench(daemon.connection(), SocketTransport)
        crowd = [bench.stranger() for _ in range(70)]
        halves = []
        for peer in crowd:
            with contextlib.suppress(LinkError):
                client = {"name": "", "version": ""}
                deadline = time.monotonic() + PATIENCE
                nonces = peer.session.challenge(peer.secret, peer.endpoint, client, None, deadline)
                halves.append((peer, nonces))
        for peer, (theirs, mine) in halves:
            proof = velatura_link.auth.client_proof(peer.secret, mine, theirs, peer.endpoint)
            peer.send(m.PROVE, proof=proof)
        welcomed = 0
        for peer, _ in halves:
            answer = peer.expect(m.WELCOME, m.FAILED).header
            welcomed += answer["t"] == m.WELCOME
        bench.close()
    assert welcomed == 64

"""Workers that die or cannot answer take no other job with them."""

from __future__ import annotations

import os
import signal
from functools import partial

from velatura_link import messages as m
from velatura_link.checks.bench import Bench, Peer, pattern

from ...daemons import Daemon
from ...waiting import wait_until
from .ground import await_rest, content, has_running_job, status, worker_pid


def test_a_worker_killed_before_it_began_leaves_no_file(daemon: Daemon, bench: Bench) -> None:
    peer = bench.peer()
    for seed in range(2):  # so that there are used files to paint over
        picture = content(peer, seed, 256)
        output = peer.result(peer.submit(picture))["outputs"]["picture"]
        peer.send(m.BLOB_DROP, blob=picture["blob"])
    for _ in range(2):
        peer.leave(politely=True)
        peer = bench.peer()
        picture = content(peer, 9, 256)
        pid = worker_pid(peer)
        os.kill(pid, signal.SIGSTOP)
        job = peer.submit(picture)
        wait_until(partial(has_running_job, peer), "the job to be given away")
        os.kill(pid, signal.SIGKILL)
        output = peer.result(job)["outputs"]["picture"]
        assert len(peer.get(output["blob"], 256 * 256 * 4)) == 256 * 256 * 4
    peer.leave(politely=True)
    await_rest(daemon, bench)


def test_a_worker_killed_while_it_paints_leaves_no_file(daemon: Daemon, bench: Bench) -> None:
    peer = bench.peer()
    job = peer.submit(content(peer, 1, 256), params={"steps": 20, "pause": 0.03})
    peer.expect(m.PROGRESS, job=job)
    os.kill(worker_pid(peer), signal.SIGKILL)
    peer.result(job)
    peer.leave(politely=True)
    await_rest(daemon, bench)


def test_a_job_for_a_device_of_its_own_survives_its_worker(daemon: Daemon, bench: Bench) -> None:
    peer = bench.peer()
    request = {
        "engine": "identity",
        "device": "cpu",
        "params": {"steps": 20, "pause": 0.05},
        "content": content(peer),
    }
    job = m.new_id()
    peer.send(m.SUBMIT, job=job, request=request)
    peer.expect(m.PROGRESS, job=job)
    busy = next(w["pid"] for w in status(peer)["workers"] if w["state"] == "busy")
    os.kill(busy, signal.SIGKILL)
    peer.result(job)


def test_a_job_taken_up_again_under_its_id_keeps_its_pixels(bench: Bench) -> None:
    peer = bench.peer()
    slow = {"steps": 8, "pause": 0.1}
    first, second = content(peer, 1), content(peer, 2)
    job = peer.submit(first, params=slow)
    peer.expect(m.PROGRESS, job=job)
    peer.send(m.CANCEL, job=job)
    peer.failure(job, "cancelled")
    peer.send(m.RELEASE, job=job)
    peer.submit(second, job=job)
    peer.send(m.BLOB_DROP, blob=second["blob"])
    output = peer.result(job)["outputs"]["picture"]
    assert peer.get(output["blob"], 64 * 64 * 4) == pattern(64 * 64 * 4, 2)


def test_a_request_that_a_worker_cannot_answer_takes_no_other_job_with_it(
    bench: Bench, honest: Peer
) -> None:
    pid = worker_pid(honest)
    job = honest.submit(content(honest), params={"steps": 20, "pause": 0.05}, priority="batch")
    honest.expect(m.PROGRESS, job=job)
    guest = bench.peer()
    params = {"steps": "y" * 700_000, "z" * 200_000: 1}
    for _ in range(2):
        assert guest.final(guest.submit(None, params=params))["t"] == m.FAILED
    honest.result(job)
    assert worker_pid(honest) == pid

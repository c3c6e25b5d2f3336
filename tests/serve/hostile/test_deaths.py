"""Clients that die in the middle of things leave nothing."""

from __future__ import annotations

import hashlib
import random
import time

from velatura_link import messages as m
from velatura_link.checks.bench import Bench, Peer, pattern, raster

from ...daemons import Daemon
from .ground import MIB, assert_served, await_rest, content


def test_clients_that_die_while_they_are_sent_pixels_harm_nobody(
    bench: Bench, honest: Peer
) -> None:
    """At any moment, with more or less on its way than the network takes."""
    dice, data = random.Random(3), pattern(16 * MIB, 2)
    digest = hashlib.sha256(data).digest()
    blobs = [honest.put(data, digest=digest) for _ in range(16)]
    for _ in range(40):
        dying = bench.peer()
        for blob in blobs[: dice.choice([1, 3, 12, 16])]:
            dying.send(m.BLOB_GET, blob=blob, offset=0, upto=16 * MIB)
        time.sleep(dice.random() * 0.1)
        dying.leave(politely=False)
        assert_served(honest)
    assert honest.get(blobs[0], len(data)) == data


def test_clients_that_die_anywhere_leave_nothing(daemon: Daemon, bench: Bench) -> None:
    dice = random.Random(1)
    for number in range(24):
        dying = bench.peer()
        picture = content(dying, number, 256)
        dying.send(m.BLOB_PUT, blob=m.new_id(), size=MIB, digest=None)
        job = dying.submit(picture, params={"steps": 3, "pause": 0.01}, preview=0.0)
        dying.session.recv(dice.random() * 0.05)
        if number % 3 == 0:
            output = dying.result(job)["outputs"]["picture"]
            dying.send(m.BLOB_GET, blob=output["blob"], offset=0, upto=256 * 256 * 4)
        dying.leave(politely=number % 2 == 0)
    await_rest(daemon, bench)


def test_a_kept_result_that_nobody_fetches_is_freed(daemon: Daemon, bench: Bench) -> None:
    leaving = bench.peer()
    job = leaving.submit(content(leaving), on_disconnect="keep", grace=0.5)
    leaving.result(job)
    leaving.leave(politely=False)
    await_rest(daemon, bench)
    late = bench.peer()
    late.submit(raster(m.new_id(), 8, 8), job=job)
    late.failure(job, "blob_missing")

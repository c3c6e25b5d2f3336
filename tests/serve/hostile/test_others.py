"""What belongs to others: nobody ends, takes or writes into it."""

from __future__ import annotations

import hashlib
import zlib

import zmq

from velatura_link import messages as m
from velatura_link.checks.bench import Bench, Peer, pattern, raster
from velatura_link.errors import LinkError
from velatura_link.pyzmq import PyzmqTransport
from velatura_link.session import Session

from ...daemons import Daemon
from ...waiting import PATIENCE, wait_until
from .ground import MIB, assert_served, content, make_tight, packed, status


def test_nobody_ends_or_takes_what_others_have(bench: Bench, honest: Peer) -> None:
    thief = bench.peer()
    data = pattern(64 * 64 * 4, 3)
    picture = raster(honest.put(data), 64, 64)
    job = honest.submit(picture, params={"steps": 5, "pause": 0.05})
    for kind in (m.CANCEL, m.RELEASE):
        thief.send(kind, job=job)
    thief.send(m.BLOB_DROP, blob=picture["blob"])
    assert_served(thief)
    output = honest.result(job)["outputs"]["picture"]
    thief.send(m.RELEASE, job=job)
    thief.send(m.BLOB_DROP, blob=output["blob"])
    assert_served(thief)
    assert honest.get(output["blob"], len(data)) == data
    assert honest.get(picture["blob"], len(data)) == data


def test_nobody_writes_into_an_upload_of_others(bench: Bench, honest: Peer) -> None:
    thief, blob, data = bench.peer(), m.new_id(), pattern(1000)
    honest.send(m.BLOB_PUT, blob=blob, size=len(data), digest=None)
    honest.expect(m.BLOB_GO, blob=blob)
    thief.send(m.BLOB_CHUNK, bytes(500), blob=blob, offset=0)
    thief.send(m.BLOB_END, blob=blob, check=0)
    thief.send(m.BLOB_DROP, blob=blob)
    thief.send(m.BLOB_PUT, blob=blob, size=len(data) + 1, digest=None)
    assert thief.expect(m.BLOB_REFUSED, blob=blob).header["code"] == "bad_request"
    honest.send(m.BLOB_CHUNK, data, blob=blob, offset=0)
    honest.send(m.BLOB_END, blob=blob, check=zlib.crc32(data))
    honest.expect(m.BLOB_DONE, blob=blob)
    assert honest.get(blob, len(data)) == data


def test_a_known_blob_is_not_presented_as_one_of_another_size(bench: Bench, honest: Peer) -> None:
    blob = honest.put(pattern(1000))
    other = bench.peer()
    other.send(m.BLOB_PUT, blob=blob, size=10, digest=None)
    answer = other.expect(m.BLOB_REFUSED, m.BLOB_GO, blob=blob).header
    assert (answer["t"], answer.get("code")) == (m.BLOB_REFUSED, "bad_request")


def test_dropping_one_name_of_a_blob_leaves_the_other(bench: Bench, honest: Peer) -> None:
    data = pattern(128 * MIB // 1024, 11)
    digest = hashlib.sha256(data).digest()
    first = honest.put(data, digest=digest)
    second = honest.put(data, digest=digest)
    honest.send(m.BLOB_DROP, blob=first)
    make_tight(honest)
    assert honest.get(second, len(data)) == data


def test_replayed_messages_from_another_connection_are_not_acted_upon(
    bench: Bench, honest: Peer
) -> None:
    honest_key = honest.session.key
    job = honest.submit(content(honest), params={"steps": 6, "pause": 0.05})
    for replayer in (bench.stranger(), bench.peer()):
        for kind in (m.CANCEL, m.BYE, m.STOP):
            replayer.session.transport.send([packed(t=kind, k=honest_key, job=job, now=True)])
        assert_served(replayer)
    honest.result(job)


class NamedTransport(PyzmqTransport):
    """A DEALER that chooses its own routing id, as another's heir would."""

    def __init__(self, name: bytes) -> None:
        super().__init__()
        self._socket.setsockopt(zmq.ROUTING_ID, name)


def named_peer(daemon: Daemon, name: bytes) -> Peer:
    connection = daemon.connection()
    transport = NamedTransport(name)
    transport.connect(connection.endpoints[0], PATIENCE)
    return Peer(Session(transport), connection.endpoints[0], connection.key)


def test_the_heir_of_a_routing_id_inherits_nothing(daemon: Daemon, honest: Peer) -> None:
    victim = named_peer(daemon, b"heirloom")
    try:
        victim.shake_hands()
    except LinkError:
        victim.leave(politely=False)
        return  # chosen routing ids are not let in at all: nothing can be inherited
    key = victim.session.key
    job = victim.submit(content(victim), params={"steps": 200, "pause": 0.1})
    victim.expect(m.PROGRESS, job=job)
    victim.leave(politely=False)
    heir = named_peer(daemon, b"heirloom")
    heard: list[m.Header] = []

    def over() -> bool:
        while (message := heir.session.recv(0)) is not None:
            heard.append(message.header)
        return bool(status(honest)["jobs"]["running"] == 0)

    wait_until(over, "the end of the job whose client is dead", 10)
    heir.leave(politely=False)
    assert not [header["t"] for header in heard if header.get("k") == key]

"""Clients that mean harm, or are broken: the daemon lives on, serves the others, and keeps nothing of theirs."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import random
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import msgpack
import psutil
import pytest
import zmq

import velatura
import velatura_link
from velatura_link import messages as m
from velatura_link import zmtp
from velatura_link.checks.bench import Bench, Peer, pattern, raster
from velatura_link.connection import FILE_NAME
from velatura_link.errors import LinkError
from velatura_link.pyzmq import PyzmqTransport
from velatura_link.session import Session
from velatura_link.sockets import SocketTransport

from ..daemons import Daemon
from ..waiting import PATIENCE, wait_until

pytestmark = pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="needs prlimit (Linux)")

MIB = 1 << 20
QUOTA = 192 * MIB
AT_ONCE = 2.0
"""Seconds in which a daemon that is not stuck answers a ping, also on a busy machine."""

SERVE = """
import json, resource, sys
from velatura.serve.broker import Broker
from velatura.serve.config import Config
if files := int(sys.argv[2]):
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
Broker(Config(engines=("identity",), **json.loads(sys.argv[1]))).run()
"""


def start_impatient(home: Path, tree: Path | None = None, files: int = 0) -> Daemon:
    """A daemon that waits for nobody long, so that tests need not either.

    Its code may be a copy in ``tree``; ``files`` limits the files it may open, as far as it does not ask for more.
    """
    settings = {"quota": QUOTA, "heartbeat": 1.0, "resume_grace": 0.5, "drain_grace": 1.0}
    home.mkdir(exist_ok=True)
    environment = {
        **os.environ,
        "VELATURA_RUNTIME": str(home / "run"),
        "VELATURA_CACHE": str(home / "cache"),
        "VELATURA_DATA": str(home / "data"),
    }
    if tree is not None:
        environment["PYTHONPATH"] = str(tree)
    with (home / "daemon.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", SERVE, json.dumps(settings), str(files)],
            env=environment,
            stdout=log,
            stderr=log,
        )
    return Daemon(home, process, environment)


@contextlib.contextmanager
def impatient(home: Path, tree: Path | None = None, files: int = 0) -> Iterator[Daemon]:
    """One that is ended afterwards."""
    daemon = start_impatient(home, tree, files)
    try:
        yield daemon
    finally:
        daemon.process.kill()
        daemon.process.wait(PATIENCE)


@pytest.fixture(scope="module")
def lodge() -> Iterator[list[Daemon]]:
    """Where the daemon of these tests lives: one for all of them, and another after each that was killed by one."""
    daemons: list[Daemon] = []
    yield daemons
    for daemon in daemons:
        daemon.process.kill()
        daemon.process.wait(PATIENCE)
        shutil.rmtree(daemon.home, ignore_errors=True)


def serves(daemon: Daemon) -> bool:
    return daemon.process.poll() is None and (daemon.runtime / FILE_NAME).exists()


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


def assert_served(peer: Peer) -> None:
    number = random.randrange(1 << 30)
    peer.send(m.PING, n=number)
    peer.expect(m.PONG, n=number, timeout=AT_ONCE)


def status(peer: Peer) -> m.Header:
    peer.send(m.STATUS)
    return peer.expect(m.STATUS).header


def has_running_job(peer: Peer) -> bool:
    return bool(status(peer)["jobs"]["running"])


def worker_pid(peer: Peer) -> int:
    pid: int = wait_until(
        lambda: next((w["pid"] for w in status(peer)["workers"] if w["state"] != "starting"), None),
        "a worker",
    )
    return pid


def content(peer: Peer, seed: int = 0, side: int = 64, **put: Any) -> dict[str, Any]:
    return raster(peer.put(pattern(side * side * 4, seed), **put), side, side)


def await_rest(daemon: Daemon, bench: Bench) -> None:
    """Nothing is left of those who are gone: no session, no job, no bytes, no file that is not accounted for."""
    last = bench.peer()
    wait_until(lambda: status(last)["sessions"] == 1, "the others' end")
    wait_until(lambda: status(last)["jobs"] == {"queued": 0, "running": 0}, "the end of all jobs")
    empty_spool(last)
    assert not daemon.spool_files


def empty_spool(peer: Peer) -> None:
    """Wait until nobody needs any blob, and have those that are only kept for later removed."""

    def is_empty() -> bool:
        make_tight(peer)
        return bool(status(peer)["spool"]["bytes"] == 0)

    wait_until(is_empty, "the spool to be empty")
    make_tight(peer)


def make_tight(peer: Peer) -> None:
    """Ask for more than there can be, so that the spool parts with whatever it only keeps for later."""
    blob = m.new_id()
    peer.send(m.BLOB_PUT, blob=blob, size=QUOTA + 1, digest=None)
    assert peer.expect(m.BLOB_REFUSED, blob=blob).header["code"] == "quota"


# -- messages ------------------------------------------------------------------------------------


class Raw(bytes):
    """A value that is msgpack already."""


DEEP = Raw(b"\x91" * 1000 + b"\xc0")
"""Lists in lists: less deep than can be unpacked, deeper than can be printed."""
LONG = "x" * (MIB - 90)


def packed(**fields: Any) -> bytes:
    parts = [b"\xde" + len(fields).to_bytes(2, "big")]
    for key, value in fields.items():
        parts += [msgpack.packb(key), value if isinstance(value, Raw) else msgpack.packb(value)]
    return b"".join(parts)


def send_raw(peer: Peer, *chunks: bytes, **fields: Any) -> None:
    key = {"k": peer.session.key} if peer.session.key is not None else {}
    peer.session.transport.send([packed(**{**key, **fields}), *chunks])


BLOB_MESSAGES = (m.BLOB_PUT, m.BLOB_END, m.BLOB_DROP, m.BLOB_GET, m.BLOB_CREDIT, m.BLOB_CHUNK)
NO_IDS = {
    "a list": [1],
    "a map": {"a": 1},
    "a long one": LONG,
    "a deep one": DEEP,
    "nothing": None,
    "a number": 2**64 - 1,
}


@pytest.mark.parametrize("what", NO_IDS)
@pytest.mark.parametrize("kind", BLOB_MESSAGES)
def test_a_blob_that_is_no_id_harms_nobody(
    bench: Bench, honest: Peer, kind: str, what: str
) -> None:
    send_raw(bench.peer(), t=kind, blob=NO_IDS[what], size=4, offset=0, upto=4, check=0)
    assert_served(honest)


@pytest.mark.parametrize("what", NO_IDS)
@pytest.mark.parametrize("kind", [m.SUBMIT, m.CANCEL, m.RELEASE])
def test_a_job_that_is_no_id_harms_nobody(bench: Bench, honest: Peer, kind: str, what: str) -> None:
    send_raw(bench.peer(), t=kind, job=NO_IDS[what], request={"engine": "identity"})
    assert_served(honest)


REQUESTS: dict[str, dict[str, Any]] = {
    "an engine that is a list": {"engine": ["identity"]},
    "an engine that is a map": {"engine": {}},
    "an engine with a long name": {"engine": LONG},
    "deep params": {"engine": "identity", "params": {"steps": DEEP}},
    "deep inputs": {"engine": "identity", "inputs": {"a": DEEP}},
    "a long param": {"engine": "identity", "params": {LONG[:-99]: 1}},
    "params that fill the message": {"engine": "identity", "params": {"steps": "x" * (MIB - 110)}},
    "a content that is a list": {"engine": "identity", "content": [1, 2]},
    "a raster of odd types": {
        "engine": "identity",
        "content": {"blob": [], "width": True, "height": {}, "channels": [], "depth": []},
    },
    "a raster with unhashable names": {
        "engine": "identity",
        "content": {**raster(bytes(16), 1, 1), "depth": [], "transfer": {}},
    },
    "styles in styles": {"engine": "identity", "styles": [[{"picture": [[]]}]]},
    "a mask that is a number": {"engine": "identity", "regions": [{"mask": 3, "styles": []}]},
    "a strength that is no number": {"engine": "identity", "strength": float("nan")},
    "a size beyond all": {"engine": "identity", "size": [2**63, 2**63]},
}


@pytest.mark.parametrize("what", REQUESTS)
def test_an_odd_request_fails_and_harms_nobody(bench: Bench, honest: Peer, what: str) -> None:
    peer, job = bench.peer(), m.new_id()
    request = {
        key: Raw(packed(**value)) if isinstance(value, dict) else value
        for key, value in REQUESTS[what].items()
    }
    send_raw(peer, t=m.SUBMIT, job=job, request=Raw(packed(**request)))
    assert peer.final(job)["t"] == m.FAILED
    assert_served(honest)


SPOKEN_UNASKED: dict[str, dict[str, Any]] = {
    "a ping with a deep number": {"t": m.PING, "n": DEEP},
    "a hello of a deep version": {"t": m.HELLO, "v": DEEP},
    "a hello of a long version": {"t": m.HELLO, "v": LONG},
    "a hello from a deep client": {
        "t": m.HELLO,
        "v": 1,
        "nonce": bytes(32),
        "client": Raw(packed(name=DEEP)),
    },
    "a prove of nothing": {"t": m.PROVE},
    "a type that does not end": {"t": LONG},
    "a key that is a list": {"t": m.STATUS, "k": [1]},
    "a deep key": {"t": m.STATUS, "k": DEEP},
}


@pytest.mark.parametrize("what", SPOKEN_UNASKED)
def test_what_a_stranger_says_harms_nobody(bench: Bench, honest: Peer, what: str) -> None:
    stranger = bench.stranger()
    send_raw(stranger, **{"endpoint": stranger.endpoint, **SPOKEN_UNASKED[what]})
    assert_served(honest)


@pytest.mark.parametrize(
    "fields", [{"t": LONG}, {"t": m.PING, "n": DEEP}, {"t": m.STOP + "ped"}, {"t": "__class__"}]
)
def test_unknown_messages_in_a_session_harm_nobody(
    bench: Bench, honest: Peer, fields: dict[str, Any]
) -> None:
    send_raw(bench.peer(), **fields)
    assert_served(honest)


@pytest.mark.parametrize("count", [0, 1, 3, 40])
def test_any_number_of_frames_harms_nobody(bench: Bench, honest: Peer, count: int) -> None:
    peer = bench.peer()
    frames = [packed(k=peer.session.key, t=m.STATUS), *([b"x"] * count)][:count] or [b""]
    peer.session.transport.send(frames)
    assert_served(honest)


def test_chunks_on_messages_that_have_none_harm_nobody(bench: Bench, honest: Peer) -> None:
    peer = bench.peer()
    for kind in (m.PING, m.STATUS, m.CANCEL, m.SUBMIT, m.BLOB_GET, m.BLOB_PUT):
        send_raw(peer, bytes(1000), t=kind, blob=m.new_id(), job=m.new_id(), n=1)
    assert_served(honest)


def odd_value(dice: random.Random, ids: list[bytes], depth: int = 0) -> Any:
    """Something that may stand in a message: plausible half of the time."""
    plausible = [0, 1, 4, 64, 100, 65536, None, "u8", "srgb", "identity", "batch", "keep", "file"]
    if dice.random() < 0.5:
        return dice.choice([*plausible, *ids])
    odd: list[Callable[[], Any]] = [
        lambda: dice.choice([-1, -(2**63), 2**64 - 1, 1 << 32, True, False]),
        lambda: dice.choice([0.5, -0.0, float("nan"), float("inf"), 1e308]),
        lambda: dice.randbytes(dice.choice([0, 1, 15, 16, 17, 32])),
        lambda: "é" * dice.choice([0, 1, 1000]),
    ]
    if depth < 4:
        odd += [
            lambda: [odd_value(dice, ids, depth + 1) for _ in range(dice.randrange(4))],
            lambda: {
                dice.choice(FIELDS): odd_value(dice, ids, depth + 1)
                for _ in range(dice.randrange(5))
            },
        ]
    return dice.choice(odd)()


FIELDS = [
    "blob",
    "job",
    "size",
    "digest",
    "offset",
    "upto",
    "check",
    "n",
    "v",
    "nonce",
    "proof",
    "endpoint",
    "client",
    "manifest",
    "priority",
    "replaces",
    "on_disconnect",
    "grace",
    "preview",
    "engine",
    "params",
    "content",
    "strength",
    "seed",
    "styles",
    "regions",
    "inputs",
    "mask",
    "weight",
    "picture",
    "name",
    "model",
    "file",
    "code",
    "index",
    "before",
    "width",
    "height",
    "channels",
    "depth",
    "transfer",
    "encoding",
]
KINDS = (
    *BLOB_MESSAGES,
    *(m.SUBMIT, m.CANCEL, m.RELEASE, m.STATUS, m.PING, m.PONG, m.PROVE, "", "odd"),
    *(m.BLOB_GO, m.BLOB_DONE, m.WELCOME, m.RESULT),
)
EXPECTED = {
    m.BLOB_PUT: ("blob", "size", "digest"),
    m.BLOB_END: ("blob", "check"),
    m.BLOB_GET: ("blob", "offset", "upto"),
    m.BLOB_CREDIT: ("blob", "upto"),
    m.BLOB_CHUNK: ("blob", "offset"),
    m.BLOB_DROP: ("blob",),
    m.CANCEL: ("job",),
    m.RELEASE: ("job",),
    m.PING: ("n",),
}


def odd_request(dice: random.Random, ids: list[bytes]) -> Any:
    if dice.random() < 0.2:
        return odd_value(dice, ids)
    request: dict[str, Any] = {"engine": "identity", "content": raster(dice.choice(ids), 8, 8)}
    for _ in range(dice.randrange(3)):
        key = dice.choice([each for each in FIELDS if each != "device"])
        request[key] = odd_value(dice, ids)
    return request


def odd_message(dice: random.Random, ids: list[bytes]) -> tuple[dict[str, Any], list[bytes]]:
    kind = dice.choice(KINDS)
    fields = {key: odd_value(dice, ids) for key in EXPECTED.get(kind, ())}
    if kind == m.SUBMIT:
        fields = {"job": dice.choice(ids), "request": odd_request(dice, ids)}
    if fields and dice.random() < 0.2:
        del fields[dice.choice(list(fields))]
    for _ in range(dice.randrange(2)):
        fields[dice.choice(FIELDS)] = odd_value(dice, ids)
    chunked = kind == m.BLOB_CHUNK or dice.random() < 0.1
    chunks = [dice.randbytes(dice.choice([0, 1, 100, 256]))] if chunked else []
    return {**fields, "t": kind}, chunks


@pytest.mark.parametrize("seed", range(6))
def test_random_messages_harm_nobody(bench: Bench, honest: Peer, seed: int) -> None:
    dice = random.Random(seed)
    ids = [m.new_id() for _ in range(4)]
    ids.append(honest.put(pattern(256, seed), blob=m.new_id()))
    peers = [bench.peer(), bench.peer(), bench.stranger()]
    for turn in range(600):
        peer = dice.choice(peers)
        fields, chunks = odd_message(dice, ids)
        send_raw(peer, *chunks, **fields)
        while peer.session.recv(0) is not None:
            pass
        if turn % 60 == 0:
            assert_served(honest)
    assert_served(honest)
    assert honest.get(ids[-1], 256) == pattern(256, seed)


def test_random_bytes_harm_nobody(bench: Bench, honest: Peer) -> None:
    dice = random.Random(7)
    for _ in range(300):
        stranger = bench.stranger() if dice.random() < 0.1 else bench.peer()
        stranger.session.transport.send([dice.randbytes(dice.randrange(40)) for _ in range(2)])
        stranger.leave(politely=False)
    assert_served(honest)


# -- what belongs to others ----------------------------------------------------------------------


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


# -- those who take and give nothing -------------------------------------------------------------


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


def connect_silently(endpoint: str) -> socket.socket:
    """A ZeroMQ connection on which nothing is ever said."""
    if endpoint.startswith("ipc://"):
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(endpoint.removeprefix("ipc://"))
    else:
        host, _, port = endpoint.removeprefix("tcp://").partition(":")
        connection = socket.create_connection((host, int(port)))
    connection.sendall(zmtp.GREETING + zmtp.ready())
    return connection


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


# -- clients that die ----------------------------------------------------------------------------


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


# -- the spool -----------------------------------------------------------------------------------


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


def test_more_connections_than_files_can_be_open_harm_nobody(home: Path) -> None:
    with impatient(home) as daemon:
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


# -- workers -------------------------------------------------------------------------------------


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


# -- the daemon's own life -----------------------------------------------------------------------


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


def test_a_long_runtime_path_leaves_the_loopback(home: Path) -> None:
    deep = home / ("d" * 100)
    with impatient(deep) as daemon:
        bench = Bench(daemon.connection(), SocketTransport)
        peer = bench.peer()
        assert peer.endpoint.startswith("tcp://127.0.0.1:")
        output = peer.result(peer.submit(content(peer)))["outputs"]["picture"]
        assert peer.get(output["blob"], 64 * 64 * 4) == pattern(64 * 64 * 4)
        bench.close()


@pytest.fixture
def tree(home: Path) -> Path:
    """A copy of the installed code that may be changed."""
    copy = home / "tree"
    for package in (velatura, velatura_link):
        source = Path(package.__file__ or "").parent
        shutil.copytree(
            source, copy / source.name, ignore=shutil.ignore_patterns("assets", "__pycache__")
        )
    return copy


def test_an_upgrade_in_the_middle_of_its_work_does_no_harm(home: Path, tree: Path) -> None:
    """A source file that is gone when it is looked at: here for good, in an upgrade for a moment."""
    with impatient(home, tree) as daemon:
        bench = Bench(daemon.connection(), SocketTransport)
        peer = bench.peer()
        job = peer.submit(content(peer), params={"steps": 25, "pause": 0.1})
        (tree / "velatura" / "gone.py").symlink_to(tree / "nowhere.py")
        peer.result(job)
        bench.close()


def test_a_successor_that_cannot_start_takes_no_job_with_it(home: Path, tree: Path) -> None:
    with impatient(home, tree) as daemon:
        bench = Bench(daemon.connection(), SocketTransport)
        peer = bench.peer()
        (home / "cache" / "daemon.log").mkdir()
        job = peer.submit(content(peer), params={"steps": 50, "pause": 0.1})
        (tree / "velatura" / "new.py").touch()
        peer.expect(m.NOTICE, code="draining")
        peer.result(job)
        bench.close()


def test_in_the_end_nothing_is_left(daemon: Daemon, bench: Bench) -> None:
    await_rest(daemon, bench)

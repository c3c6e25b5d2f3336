"""Messages that are odd, wrong or random: each is answered or dropped, and harms nobody."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from velatura_link import messages as m
from velatura_link.checks.bench import Bench, Peer, pattern, raster

from .ground import LONG, MIB, Raw, assert_served, packed, send_raw

DEEP = Raw(b"\x91" * 1000 + b"\xc0")
"""Lists in lists: less deep than can be unpacked, deeper than can be printed."""
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

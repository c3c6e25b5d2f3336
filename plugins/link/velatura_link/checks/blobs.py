"""Bytes there and back, under credit, resumed and refused (docs/reference/protocol.md, section 4)."""

from __future__ import annotations

import hashlib
import zlib

from .. import messages as m
from .bench import Bench, Peer, pattern, raster, require

_MIB = 1 << 20


def blob_comes_back_as_it_went(bench: Bench) -> None:
    for size, chunk in ((1, 0), (4097, 1000), (3 * _MIB + 5, 0), (3 * _MIB + 5, 65536)):
        peer = bench.peer()
        data = pattern(size, seed=size + chunk)
        blob = peer.put(data, chunk=chunk)
        require(peer.get(blob, size) == data, f"{size} bytes in chunks of {chunk} changed.")


def larger_than_the_window_needs_credit_and_gets_it(bench: Bench) -> None:
    peer = bench.peer()
    data = pattern(2 * peer.window + 12345)
    blob = peer.put(data)
    require(peer.get(blob, len(data), window=2 * _MIB) == data, "The bytes changed.")


def download_never_passes_its_credit(bench: Bench) -> None:
    peer = bench.peer()
    data = pattern(4 * _MIB)
    blob = peer.put(data)
    peer.send(m.BLOB_GET, blob=blob, offset=0, upto=_MIB)
    came = 0
    while came < _MIB:
        chunk = peer.expect(m.BLOB_CHUNK, blob=blob).chunk
        came += len(chunk or b"")
    require(came == _MIB, "More came than was allowed.")
    peer.quiet(m.BLOB_CHUNK, m.BLOB_END)


def download_resumes_at_an_offset(bench: Bench) -> None:
    peer = bench.peer()
    data = pattern(2 * _MIB)
    blob = peer.put(data)
    peer.send(m.BLOB_GET, blob=blob, offset=_MIB + 7, upto=len(data))
    came = bytearray()
    while True:
        message = peer.expect(m.BLOB_CHUNK, m.BLOB_END, blob=blob)
        if message.header["t"] == m.BLOB_END:
            break
        require(message.header["offset"] == _MIB + 7 + len(came), "A chunk has a wrong offset.")
        came += message.chunk or b""
    require(came == data[_MIB + 7 :], "The rest is not the rest.")


def chunks_past_the_credit_are_refused_or_were_granted(bench: Bench) -> None:
    """Credit may be on its way while chunks are; a server that neither grants nor refuses would fill up."""
    peer = bench.peer()
    blob, offset, upto = _begin(peer, 4 * peer.window)
    chunk = bytes(peer.chunk)
    while offset < 3 * peer.window:
        peer.send(m.BLOB_CHUNK, chunk, blob=blob, offset=offset)
        offset += len(chunk)
    while upto < offset:
        header = peer.expect(m.BLOB_CREDIT, m.BLOB_REFUSED, blob=blob).header
        if header["t"] == m.BLOB_REFUSED:
            require(header["code"] == "bad_request", f"The code is {header['code']}.")
            return
        upto = header["upto"]


def out_of_order_chunk_is_refused(bench: Bench) -> None:
    peer = bench.peer()
    blob, offset, _ = _begin(peer, 100_000)
    peer.send(m.BLOB_CHUNK, bytes(1000), blob=blob, offset=offset + 1000)
    _refused(peer, blob, "bad_request")


def chunk_past_the_end_is_refused(bench: Bench) -> None:
    peer = bench.peer()
    blob, offset, _ = _begin(peer, 100)
    peer.send(m.BLOB_CHUNK, bytes(101), blob=blob, offset=offset)
    _refused(peer, blob, "bad_request")


def chunk_of_an_unknown_blob_does_no_harm(bench: Bench) -> None:
    """It may have been on its way when its blob was refused, so it needs no answer."""
    peer = bench.peer()
    blob = m.new_id()
    peer.send(m.BLOB_CHUNK, b"x", blob=blob, offset=0)
    peer.send(m.BLOB_GET, blob=blob, offset=0, upto=1)
    _refused(peer, blob, "blob_missing", "bad_request")


def wrong_check_is_refused_and_the_bytes_discarded(bench: Bench) -> None:
    peer = bench.peer()
    data = pattern(5000)
    blob, offset, upto = _begin(peer, len(data))
    peer.send_chunks(blob, data, offset, upto, peer.chunk)
    peer.send(m.BLOB_END, blob=blob, check=zlib.crc32(data) ^ 1)
    _refused(peer, blob, "bad_check")
    peer.send(m.BLOB_GET, blob=blob, offset=0, upto=1)
    _refused(peer, blob, "blob_missing")


def end_before_the_last_byte_is_refused(bench: Bench) -> None:
    peer = bench.peer()
    blob, _, _ = _begin(peer, 100)
    peer.send(m.BLOB_END, blob=blob, check=0)
    _refused(peer, blob, "bad_request", "bad_check")


def known_digest_sends_nothing(bench: Bench) -> None:
    peer = bench.peer()
    data = pattern(70_000, seed=4)
    digest = hashlib.sha256(data).digest()
    peer.put(data, digest=digest)
    again = m.new_id()
    peer.send(m.BLOB_PUT, blob=again, size=len(data), digest=digest)
    go = peer.expect(m.BLOB_GO, blob=again).header
    require(go["offset"] == len(data), "The server wants bytes that it has.")
    done = peer.expect(m.BLOB_DONE, blob=again).header
    require(done["check"] == zlib.crc32(data), "blob.done has another check.")
    require(peer.get(again, len(data)) == data, "The bytes changed.")


def unknown_digest_sends_everything(bench: Bench) -> None:
    peer = bench.peer()
    data = pattern(50_000, seed=int.from_bytes(m.new_id()[:6], "big"))
    digest = hashlib.sha256(data).digest()
    blob = m.new_id()
    peer.send(m.BLOB_PUT, blob=blob, size=len(data), digest=digest)
    go = peer.expect(m.BLOB_GO, blob=blob).header
    require(go["offset"] == 0, "The server says that it has bytes which it cannot have.")
    peer.send_chunks(blob, data, 0, go["upto"], peer.chunk)
    peer.send(m.BLOB_END, blob=blob, check=zlib.crc32(data))
    peer.expect(m.BLOB_DONE, blob=blob)


def wrong_digest_is_refused(bench: Bench) -> None:
    peer = bench.peer()
    data, blob = pattern(5000, seed=31), m.new_id()
    peer.send(m.BLOB_PUT, blob=blob, size=len(data), digest=bytes(m.DIGEST_BYTES))
    go = peer.expect(m.BLOB_GO, blob=blob).header
    peer.send_chunks(blob, data, 0, go["upto"], peer.chunk)
    peer.send(m.BLOB_END, blob=blob, check=zlib.crc32(data))
    _refused(peer, blob, "bad_digest")


def upload_resumes_in_the_same_session(bench: Bench) -> None:
    peer = bench.peer()
    data = pattern(300_000, seed=1)
    blob, _, _ = _begin(peer, len(data))
    peer.send(m.BLOB_CHUNK, memoryview(data)[:100_000], blob=blob, offset=0)
    _resume(peer, blob, data, reached=100_000)


def upload_resumes_in_a_new_session(bench: Bench) -> None:
    first = bench.peer()
    data = pattern(300_000, seed=2)
    blob, _, _ = _begin(first, len(data))
    first.send(m.BLOB_CHUNK, memoryview(data)[:200_000], blob=blob, offset=0)
    first.send(m.PING, n=1)
    first.expect(m.PONG, n=1)
    first.leave(politely=False)
    _resume(bench.peer(), blob, data, reached=200_000)


def dropped_upload_is_forgotten(bench: Bench) -> None:
    peer = bench.peer()
    blob, _, _ = _begin(peer, 1000)
    peer.send(m.BLOB_CHUNK, bytes(500), blob=blob, offset=0)
    peer.send(m.BLOB_DROP, blob=blob)
    peer.send(m.BLOB_PUT, blob=blob, size=1000, digest=None)
    go = peer.expect(m.BLOB_GO, blob=blob).header
    require(go["offset"] == 0, "A dropped upload was resumed.")


def dropped_download_stops(bench: Bench) -> None:
    peer = bench.peer()
    data = pattern(2 * _MIB, seed=3)
    blob = peer.put(data)
    peer.send(m.BLOB_GET, blob=blob, offset=0, upto=1000)
    peer.expect(m.BLOB_CHUNK, blob=blob)
    peer.send(m.BLOB_DROP, blob=blob)
    peer.send(m.PING, n=2)
    peer.expect(m.PONG, n=2)
    peer.send(m.BLOB_CREDIT, blob=blob, upto=len(data))
    peer.quiet(m.BLOB_CHUNK, m.BLOB_END)


def too_large_blob_is_refused_before_any_byte(bench: Bench) -> None:
    peer = bench.peer()
    assert peer.welcome is not None
    blob = m.new_id()
    size = (peer.welcome.limits.blob or 1 << 50) + 1
    peer.send(m.BLOB_PUT, blob=blob, size=size, digest=None)
    _refused(peer, blob, "too_large", "quota")


def empty_blob_is_refused(bench: Bench) -> None:
    peer = bench.peer()
    blob = m.new_id()
    peer.send(m.BLOB_PUT, blob=blob, size=0, digest=None)
    _refused(peer, blob, "bad_request")


def malformed_put_is_a_bad_request(bench: Bench) -> None:
    peer = bench.peer()
    for fields in ({"blob": b"short", "size": 1}, {"blob": m.new_id(), "size": "1"}, {"size": 1}):
        peer.send(m.BLOB_PUT, **{"digest": None, **fields})
        header = peer.expect(m.BLOB_REFUSED, m.FAILED).header
        require(header["code"] == "bad_request", f"The code is {header['code']}.")


def missing_blob_cannot_be_fetched(bench: Bench) -> None:
    peer = bench.peer()
    blob = m.new_id()
    peer.send(m.BLOB_GET, blob=blob, offset=0, upto=10)
    _refused(peer, blob, "blob_missing")


def two_sessions_keep_their_blobs_apart(bench: Bench) -> None:
    first, second = bench.peer(), bench.peer()
    one, two = pattern(100_000, seed=11), pattern(100_000, seed=12)
    a, start, upto = _begin(first, len(one))
    b = second.put(two)
    first.send_chunks(a, one, start, upto, 7777)
    first.send(m.BLOB_END, blob=a, check=zlib.crc32(one))
    first.expect(m.BLOB_DONE, blob=a)
    require(first.get(a, len(one)) == one, "The first session's bytes changed.")
    require(second.get(b, len(two)) == two, "The second session's bytes changed.")


def ping_passes_while_bytes_flow(bench: Bench) -> None:
    peer = bench.peer()
    size = peer.window
    blob, offset, upto = _begin(peer, size)
    data = pattern(size)
    peer.send_chunks(blob, data[: size // 2], offset, upto, peer.chunk)
    peer.send(m.PING, n=5)
    peer.expect(m.PONG, n=5)
    peer.send(m.BLOB_DROP, blob=blob)


def raster_of_another_size_is_refused(bench: Bench) -> None:
    peer = bench.peer()
    blob = peer.put(pattern(4 * 4 * 4))
    peer.failure(peer.submit(raster(blob, 5, 4)), "bad_request", "bad_picture")


def _begin(peer: Peer, size: int) -> tuple[bytes, int, int]:
    blob = m.new_id()
    peer.send(m.BLOB_PUT, blob=blob, size=size, digest=None)
    go = peer.expect(m.BLOB_GO, blob=blob).header
    require(go["offset"] == 0, "A new blob does not begin at 0.")
    require(go["upto"] > 0, "blob.go gives no credit.")
    return blob, go["offset"], go["upto"]


def _resume(peer: Peer, blob: bytes, data: bytes, *, reached: int) -> None:
    peer.send(m.BLOB_PUT, blob=blob, size=len(data), digest=None)
    go = peer.expect(m.BLOB_GO, blob=blob).header
    require(go["offset"] == reached, f"The server has {go['offset']} bytes, not {reached}.")
    peer.send_chunks(blob, data, reached, go["upto"], peer.chunk)
    peer.send(m.BLOB_END, blob=blob, check=zlib.crc32(data))
    peer.expect(m.BLOB_DONE, blob=blob)
    require(peer.get(blob, len(data)) == data, "The bytes changed.")


def _refused(peer: Peer, blob: bytes, *codes: str) -> None:
    header = peer.expect(m.BLOB_REFUSED, blob=blob).header
    require(header["code"] in codes, f"The code is {header['code']}, not {' or '.join(codes)}.")
    require(isinstance(header.get("message"), str), "The refusal says nothing to a person.")


CHECKS = (
    blob_comes_back_as_it_went,
    larger_than_the_window_needs_credit_and_gets_it,
    download_never_passes_its_credit,
    download_resumes_at_an_offset,
    chunks_past_the_credit_are_refused_or_were_granted,
    out_of_order_chunk_is_refused,
    chunk_past_the_end_is_refused,
    chunk_of_an_unknown_blob_does_no_harm,
    wrong_check_is_refused_and_the_bytes_discarded,
    end_before_the_last_byte_is_refused,
    known_digest_sends_nothing,
    unknown_digest_sends_everything,
    wrong_digest_is_refused,
    upload_resumes_in_the_same_session,
    upload_resumes_in_a_new_session,
    dropped_upload_is_forgotten,
    dropped_download_stops,
    too_large_blob_is_refused_before_any_byte,
    empty_blob_is_refused,
    malformed_put_is_a_bad_request,
    missing_blob_cannot_be_fetched,
    two_sessions_keep_their_blobs_apart,
    ping_passes_while_bytes_flow,
    raster_of_another_size_is_refused,
)

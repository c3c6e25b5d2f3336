"""Who may speak, and what is never believed (docs/reference/protocol.md, sections 1 and 3)."""

from __future__ import annotations

from .. import auth
from .. import messages as m
from ..errors import Disconnected, Refused
from ..messages import Header
from .bench import PATIENCE, Bench, Broken, Peer, require, wrong


def handshake_proves_both_sides(bench: Bench) -> None:
    welcome = bench.peer().welcome
    assert welcome is not None
    require(welcome.instance == bench.connection.instance, "The welcome names another instance.")
    require(0 < welcome.limits.chunk <= m.CHUNK_LIMIT, "limits.chunk is not within 1 MiB.")
    require(welcome.limits.window >= welcome.limits.chunk, "limits.window is less than a chunk.")
    require(welcome.heartbeat > 0, "The welcome has no heartbeat.")


def every_endpoint_welcomes(bench: Bench) -> None:
    for endpoint in bench.connection.endpoints:
        bench.peer(endpoint)


def manifest_is_left_out_when_it_is_known(bench: Bench) -> None:
    first = bench.peer().welcome
    assert first is not None
    if first.manifest_hash is None:
        return
    require(first.manifest is not None, "The welcome has a manifest_hash and no manifest.")
    second = bench.stranger()
    welcome = second.session.open(
        second.secret,
        second.endpoint,
        name="conformance",
        version="1",
        manifest=first.manifest_hash,
    )
    require(welcome.manifest is None, "The manifest was sent although the client has it.")
    require(welcome.manifest_hash == first.manifest_hash, "The manifest's hash changed.")


def wrong_proof_is_not_welcome(bench: Bench) -> None:
    peer = bench.stranger()
    _challenge(peer)
    peer.send(m.PROVE, proof=bytes(m.DIGEST_BYTES))
    _refused(peer, "not_welcome")
    peer.quiet(m.WELCOME)


def proof_for_another_nonce_is_not_welcome(bench: Bench) -> None:
    peer = bench.stranger()
    nonce, challenge = _challenge(peer)
    _challenge(peer)
    proof = auth.client_proof(peer.secret, nonce, challenge["nonce"], peer.endpoint)
    peer.send(m.PROVE, proof=proof)
    _refused(peer, "not_welcome")


def prove_without_hello_is_not_welcome(bench: Bench) -> None:
    peer = bench.stranger()
    peer.send(m.PROVE, proof=bytes(m.DIGEST_BYTES))
    _refused(peer, "not_welcome", "bad_request")


def handshake_can_start_anew_after_a_refusal(bench: Bench) -> None:
    peer = bench.stranger()
    _challenge(peer)
    peer.send(m.PROVE, proof=bytes(m.DIGEST_BYTES))
    _refused(peer, "not_welcome")
    peer.shake_hands()


def another_version_is_refused_with_the_versions_spoken(bench: Bench) -> None:
    peer = bench.stranger()
    peer.send(m.HELLO, **{**_hello(peer, auth.new_nonce()), "v": 999})
    header = _refused(peer, "version")
    require(str(m.PROTOCOL) in str(header.get("hint")), "The hint does not say the versions.")


def server_without_the_secret_is_noticed(bench: Bench) -> None:
    peer = bench.stranger()
    nonce = auth.new_nonce()
    peer.send(m.HELLO, **_hello(peer, nonce))
    header = peer.expect(m.CHALLENGE).header
    other = auth.broker_proof(wrong(peer.secret), nonce, header["nonce"], peer.endpoint)
    require(header["proof"] != other, "The broker's proof does not depend on the secret.")


def two_handshakes_have_different_keys(bench: Bench) -> None:
    first, second = bench.peer(), bench.peer()
    require(first.session.key != second.session.key, "Two sessions have the same key.")


def message_without_key_is_not_acted_upon(bench: Bench) -> None:
    peer = bench.peer()
    key, peer.session.key = peer.session.key, None
    peer.send(m.STATUS)
    peer.quiet(m.STATUS)
    peer.session.key = key
    peer.send(m.STATUS)
    peer.expect(m.STATUS)


def message_with_a_wrong_key_is_not_acted_upon(bench: Bench) -> None:
    peer = bench.peer()
    key, peer.session.key = peer.session.key, bytes(m.KEY_BYTES)
    peer.send(m.STATUS)
    peer.session.key = key
    peer.quiet(m.STATUS)


def key_of_another_session_is_not_trusted(bench: Bench) -> None:
    first, second = bench.peer(), bench.peer()
    own, second.session.key = second.session.key, first.session.key
    second.send(m.STATUS)
    second.session.key = None
    second.quiet(m.STATUS)
    second.session.key = own
    first.send(m.STATUS)
    first.expect(m.STATUS)


def connection_without_handshake_gets_nothing(bench: Bench) -> None:
    peer = bench.stranger()
    for kind in (m.STATUS, m.STOP, m.BLOB_GET):
        peer.send(kind, blob=m.new_id(), offset=0, upto=1, now=True)
    peer.quiet(m.STATUS, m.STOPPING, m.BLOB_CHUNK, m.BLOB_REFUSED)
    bench.peer()


def ping_is_answered_before_the_handshake(bench: Bench) -> None:
    peer = bench.stranger()
    peer.send(m.PING, n=7)
    peer.expect(m.PONG, n=7)


def ping_is_answered_in_a_session(bench: Bench) -> None:
    peer = bench.peer()
    peer.send(m.PING, n=8)
    peer.expect(m.PONG, n=8)


def unknown_message_is_a_bad_request(bench: Bench) -> None:
    peer = bench.peer()
    peer.send("no such message")
    _refused(peer, "bad_request")


def unknown_keys_are_ignored(bench: Bench) -> None:
    peer = bench.peer()
    peer.send(m.STATUS, surprise=[1, {"a": None}])
    peer.expect(m.STATUS)


def rubbish_does_no_harm(bench: Bench) -> None:
    for frames in (
        [b"\xc1"],
        [b""],
        [b"\x93\x01\x02\x03"],
        [b"\x81\x01\x02"],
        [b"\x80"],
        [b"\xdf\xff\xff\xff\xff"],
    ):
        peer = bench.peer()
        _send_raw(peer, frames)
        _still_there(bench)


def oversized_header_does_no_harm(bench: Bench) -> None:
    peer = bench.peer()
    _send_raw(peer, [bytes(m.HEADER_LIMIT + 1)])
    _still_there(bench)


def too_many_frames_do_no_harm(bench: Bench) -> None:
    peer = bench.peer()
    _send_raw(peer, [m.pack_header({"t": m.STATUS, "k": peer.session.key}), b"a", b"b"])
    _still_there(bench)


def bye_ends_the_session(bench: Bench) -> None:
    peer = bench.peer()
    peer.send(m.BYE)
    peer.send(m.STATUS)
    try:
        peer.quiet(m.STATUS)
    except Disconnected:
        return


def _hello(peer: Peer, nonce: bytes) -> Header:
    client = {"name": "conformance", "version": "1"}
    return {
        "v": m.PROTOCOL,
        "nonce": nonce,
        "endpoint": peer.endpoint,
        "client": client,
        "manifest": None,
    }


def _challenge(peer: Peer) -> tuple[bytes, Header]:
    nonce = auth.new_nonce()
    peer.send(m.HELLO, **_hello(peer, nonce))
    header = peer.expect(m.CHALLENGE).header
    expected = auth.broker_proof(peer.secret, nonce, header["nonce"], peer.endpoint)
    require(header["proof"] == expected, "The broker's proof is wrong.")
    return nonce, header


def _refused(peer: Peer, *codes: str) -> Header:
    header = peer.expect(m.FAILED).header
    require(header["code"] in codes, f"The code is {header['code']}, not {' or '.join(codes)}.")
    return header


def _send_raw(peer: Peer, frames: list[bytes]) -> None:
    """What follows may be an answer, silence, or the end of the connection."""
    try:
        peer.session.transport.send(frames)
        peer.next(0.1)
    except (Disconnected, Refused):
        return


def _still_there(bench: Bench) -> None:
    peer = bench.stranger()
    peer.send(m.PING, n=1)
    if peer.expect(m.PONG, n=1, timeout=PATIENCE) is None:
        raise Broken("The server is gone.")


CHECKS = (
    handshake_proves_both_sides,
    every_endpoint_welcomes,
    manifest_is_left_out_when_it_is_known,
    wrong_proof_is_not_welcome,
    proof_for_another_nonce_is_not_welcome,
    prove_without_hello_is_not_welcome,
    handshake_can_start_anew_after_a_refusal,
    another_version_is_refused_with_the_versions_spoken,
    server_without_the_secret_is_noticed,
    two_handshakes_have_different_keys,
    message_without_key_is_not_acted_upon,
    message_with_a_wrong_key_is_not_acted_upon,
    key_of_another_session_is_not_trusted,
    connection_without_handshake_gets_nothing,
    ping_is_answered_before_the_handshake,
    ping_is_answered_in_a_session,
    unknown_message_is_a_bad_request,
    unknown_keys_are_ignored,
    rubbish_does_no_harm,
    oversized_header_does_no_harm,
    too_many_frames_do_no_harm,
    bye_ends_the_session,
)

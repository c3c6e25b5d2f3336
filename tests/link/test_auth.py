from __future__ import annotations

import hashlib

from velatura_link import auth

_SECRET = bytes(range(32))
_CLIENT = b"c" * 32
_BROKER = b"b" * 32
_ENDPOINT = "ipc:///run/user/1000/velatura/4711.sock"


def _hmac(key: bytes, message: bytes) -> bytes:
    """RFC 2104, written out."""
    padded = key.ljust(64, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in padded) + message).digest()
    return hashlib.sha256(bytes(byte ^ 0x5C for byte in padded) + inner).digest()


def test_proofs_and_key_are_the_macs_of_the_specification() -> None:
    both = _CLIENT + _BROKER + _ENDPOINT.encode()
    arguments = (_SECRET, _CLIENT, _BROKER, _ENDPOINT)
    assert auth.broker_proof(*arguments) == _hmac(_SECRET, b"velatura/1 broker " + both)
    assert auth.client_proof(*arguments) == _hmac(_SECRET, b"velatura/1 client " + both)
    assert auth.session_key(*arguments) == _hmac(_SECRET, b"velatura/1 key " + both)[:16]


def test_a_proof_is_bound_to_everything_it_is_made_from() -> None:
    base = auth.client_proof(_SECRET, _CLIENT, _BROKER, _ENDPOINT)
    others = [
        auth.client_proof(bytes(32), _CLIENT, _BROKER, _ENDPOINT),
        auth.client_proof(_SECRET, bytes(32), _BROKER, _ENDPOINT),
        auth.client_proof(_SECRET, _CLIENT, bytes(32), _ENDPOINT),
        auth.client_proof(_SECRET, _CLIENT, _BROKER, "tcp://127.0.0.1:1"),
        auth.broker_proof(_SECRET, _CLIENT, _BROKER, _ENDPOINT),
    ]
    assert base not in others
    assert len(set(others)) == len(others)


def test_only_equal_bytes_are_the_same_proof() -> None:
    assert auth.same(b"abc", b"abc")
    for other in (b"abd", b"ab", "abc", None, 7, bytearray(b"abc")):
        assert not auth.same(other, b"abc")


def test_nonces_are_new_each_time() -> None:
    nonces = {auth.new_nonce() for _ in range(50)}
    assert len(nonces) == 50
    assert {len(nonce) for nonce in nonces} == {32}

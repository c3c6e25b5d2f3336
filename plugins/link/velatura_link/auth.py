"""Proofs of knowing the secret, and the session key made from it (docs/reference/protocol.md, section 3)."""

from __future__ import annotations

import hashlib
import hmac
import secrets

from .messages import KEY_BYTES, NONCE_BYTES


def new_nonce() -> bytes:
    """32 random bytes."""
    return secrets.token_bytes(NONCE_BYTES)


def broker_proof(secret: bytes, client_nonce: bytes, broker_nonce: bytes, endpoint: str) -> bytes:
    """What only a broker that knows ``secret`` can answer to ``client_nonce``; 32 bytes."""
    return _mac(secret, b"velatura/1 broker ", client_nonce, broker_nonce, endpoint)


def client_proof(secret: bytes, client_nonce: bytes, broker_nonce: bytes, endpoint: str) -> bytes:
    """What only a client that knows ``secret`` can answer to ``broker_nonce``; 32 bytes."""
    return _mac(secret, b"velatura/1 client ", client_nonce, broker_nonce, endpoint)


def session_key(secret: bytes, client_nonce: bytes, broker_nonce: bytes, endpoint: str) -> bytes:
    """The 16 bytes that every later message of the session carries."""
    return _mac(secret, b"velatura/1 key ", client_nonce, broker_nonce, endpoint)[:KEY_BYTES]


def same(proof: object, expected: bytes) -> bool:
    """Whether ``proof`` is ``expected``, in a time that tells nothing about where they differ."""
    return isinstance(proof, bytes) and hmac.compare_digest(proof, expected)


def _mac(
    secret: bytes, purpose: bytes, client_nonce: bytes, broker_nonce: bytes, endpoint: str
) -> bytes:
    message = purpose + client_nonce + broker_nonce + endpoint.encode()
    return hmac.new(secret, message, hashlib.sha256).digest()

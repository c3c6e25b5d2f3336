"""Velatura's wire and the client for it, standard library only (docs/protocol.md)."""

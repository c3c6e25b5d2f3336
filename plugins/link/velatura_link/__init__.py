"""Velatura's wire and the client for it, standard library only (docs/reference/protocol.md)."""

__version__ = "0.1.0"
"""The release, of the daemon and the plugins alike; everything else that names it asks here."""

"""What the link and the daemon say, in words for people who paint. No Qt here."""

from __future__ import annotations

from velatura_link.catalogue import is_for_terminals

from ..texts import say, tr


def plain(text: str) -> str:
    """``text`` in the person's language, and without the word *daemon*."""
    return say(text)


def advice(hint: str) -> str:
    """``hint`` likewise; where it is a command for a terminal, where to read what to do."""
    if is_for_terminals(hint):
        return tr("See Help ▸ Installing in the menu below.")
    return plain(hint)

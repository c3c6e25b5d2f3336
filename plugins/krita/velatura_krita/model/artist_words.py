"""What the link and the daemon say, in words for people who paint. No Qt here."""

from __future__ import annotations

import re

from ..texts import tr

PAINTER = "Velatura's painter"
_DAEMON = re.compile(r"\b(?:[Tt]he|[Aa]|[Yy]our|[Aa]nother) daemon\b")
_COMMAND = "`velatura "


def plain(text: str) -> str:
    """``text`` without the word *daemon*, and in the person's language where that is known."""
    return tr(_DAEMON.sub(PAINTER, text))


def advice(hint: str) -> str:
    """``hint`` likewise; where it is a command for a terminal, where to read what to do."""
    if _COMMAND in hint:
        return tr("What to do is in Help ▸ Installing, in the menu below.")
    return plain(hint)

"""What was painted before: the last results, each with the choices that made it."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from .choices import Choices, from_json, to_json

KEPT = 24


@dataclass(frozen=True)
class Entry:
    """One result; ``thumbnail`` is a small PNG or JPEG file."""

    title: str
    choices: Choices
    thumbnail: bytes = b""
    when: float = field(default_factory=time.time)


def with_entry(entries: Iterable[Entry], entry: Entry) -> tuple[Entry, ...]:
    """``entries`` with ``entry`` first, the oldest gone when they are too many."""
    return (entry, *entries)[:KEPT]


def to_text(entries: Iterable[Entry]) -> str:
    """``entries`` as text for the settings."""
    return json.dumps(
        [
            {
                "title": each.title,
                "choices": to_json(each.choices),
                "thumbnail": base64.b64encode(each.thumbnail).decode(),
                "when": each.when,
            }
            for each in entries
        ]
    )


def from_text(text: str) -> tuple[Entry, ...]:
    """What :func:`to_text` wrote; nothing for anything else."""
    try:
        return tuple(
            Entry(
                title=str(each["title"]),
                choices=from_json(each["choices"]),
                thumbnail=base64.b64decode(each["thumbnail"]),
                when=float(each["when"]),
            )
            for each in json.loads(text)
        )[:KEPT]
    except (ValueError, TypeError, KeyError):
        return ()

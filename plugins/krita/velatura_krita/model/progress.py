"""What a job does at the moment, in words and as a share of the whole. No Qt here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from velatura_link.jobs import Accepted, Downloading, Event, Progress, Uploading

from ..texts import tr

_SHARES = {
    "read": (0.0, 0.04),
    "send": (0.04, 0.1),
    "look": (0.1, 0.2),
    "fetch": (0.9, 0.95),
    "write": (0.95, 1.0),
}
_PAINT = (0.2, 0.9)
_OWN = (0.1, 0.2)
"""Phases of an engine's own come before it paints."""


@dataclass(frozen=True)
class Shown:
    """``share`` is 0 to 1 of the whole, None while it is unknown; ``left`` is in seconds."""

    text: str
    share: float | None = None
    left: float | None = None

    @property
    def sentence(self) -> str:
        """Text and time left."""
        return self.text if self.left is None else f"{self.text} · {lasting(self.left)}"


def shown(event: Event, title: Callable[[str], str | None] = lambda phase: None) -> Shown | None:
    """What there is to see of ``event``, if anything. ``title`` knows the engine's own phases."""
    if isinstance(event, Uploading):
        return stage("send", event.sent, event.total)
    if isinstance(event, Downloading):
        return stage("fetch", event.received, event.total)
    if isinstance(event, Accepted):
        if event.position:
            return Shown(tr("Waiting: {number} before this one", number=event.position))
        return Shown(tr("Waiting for Velatura's painter"))
    if isinstance(event, Progress):
        words = title(event.phase)
        return stage(event.phase, event.step, event.steps, event.seconds_left, words)
    return None


def stage(
    phase: str, done: float, total: float, left: float | None = None, title: str | None = None
) -> Shown:
    """``done`` of ``total`` of a phase; 0 of 0 when nobody knows. One of the engine's own has a ``title``."""
    first, last = _SHARES.get(phase, _PAINT if title is None else _OWN)
    share = first + (last - first) * min(done / total, 1.0) if total else None
    return Shown(_words(phase) if title is None else tr(title), share, left)


def lasting(seconds: float) -> str:
    """A time to wait, as people say it."""
    if seconds < 60:
        return tr("{number} s left", number=max(round(seconds), 1))
    return tr("{number} min left", number=round(seconds / 60))


def _words(phase: str) -> str:
    if phase.startswith("download "):
        return tr("Downloading {name}", name=phase.removeprefix("download "))
    words = {
        "read": tr("Reading the layer"),
        "send": tr("Sending the layer"),
        "look": tr("Looking at the picture"),
        "prepare": tr("Preparing"),
        "paint": tr("Painting"),
        "stylise": tr("Painting"),
        "fetch": tr("Fetching the result"),
        "write": tr("Writing the layer"),
    }
    return words.get(phase, f"{phase[:1].upper()}{phase[1:]}")

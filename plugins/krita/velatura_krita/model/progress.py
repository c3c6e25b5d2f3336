"""What a job does at the moment, in words and as a share of the whole. No Qt here."""

from __future__ import annotations

from dataclasses import dataclass

from velatura_link.jobs import Accepted, Downloading, Event, Progress, Uploading

from ..texts import say, tr

_SHARES = {
    "read": (0.0, 0.04),
    "send": (0.04, 0.1),
    "look": (0.1, 0.2),
    "fetch": (0.9, 0.95),
    "write": (0.95, 1.0),
}
_PAINT = (0.2, 0.9)
_PAINTING = ("paint", "stylise")
_BEFORE = (0.1, 0.2)
"""Phases of the daemon's and of an engine's own that come before it paints."""


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


def shown(event: Event) -> Shown | None:
    """What there is to see of ``event``, if anything."""
    if isinstance(event, Uploading):
        return stage("send", event.sent, event.total)
    if isinstance(event, Downloading):
        return stage("fetch", event.received, event.total)
    if isinstance(event, Accepted):
        if event.position:
            return Shown(tr("Waiting: {number} ahead of this one", number=event.position))
        return Shown(tr("Waiting for Velatura's painter"))
    if isinstance(event, Progress):
        return stage(event.phase, event.step, event.steps, event.seconds_left, event.title)
    return None


def stage(
    phase: str, done: float, total: float, left: float | None = None, title: str = ""
) -> Shown:
    """``done`` of ``total`` of a phase; 0 of 0 when nobody knows. ``title`` is what the daemon calls it."""
    first, last = _SHARES.get(phase, _PAINT if phase in _PAINTING else _BEFORE)
    share = first + (last - first) * min(done / total, 1.0) if total else None
    return Shown(_words(phase, title), share, left)


def lasting(seconds: float) -> str:
    """A time to wait, as people say it."""
    if seconds < 60:
        return tr("{number} s left", number=max(round(seconds), 1))
    return tr("{number} min left", number=round(seconds / 60))


def _words(phase: str, title: str) -> str:
    """What is said of a phase of ours, or one of the daemon's."""
    words = {
        "read": tr("Reading the layer"),
        "send": tr("Sending the layer"),
        "fetch": tr("Fetching the result"),
        "write": tr("Writing the layer"),
    }
    return words.get(phase) or say(title) or f"{phase[:1].upper()}{phase[1:]}"

"""What happens to a job, as GIMP's progress bar says it. Knows nothing of GIMP."""

from __future__ import annotations

from dataclasses import dataclass

from velatura_link.errors import LinkError
from velatura_link.home import Phase, Step
from velatura_link.jobs import Accepted, Downloading, Event, Progress, Uploading

READING, SENDING, PAINTING, RECEIVING, WRITING = (
    (0.0, 0.05),
    (0.05, 0.1),
    (0.1, 0.9),
    (0.9, 0.95),
    (0.95, 1.0),
)
"""Which part of the bar belongs to what."""


_STEPS: dict[Phase, str] = {
    "preparing": "Preparing a folder for the daemon",
    "downloading": "Fetching {package}{size}",
    "installing": "Unpacking; this takes a while",
    "removing": "Removing the daemon",
}
_PHASES = {"prepare": "preparing", "look": "looking at the layer", "paint": "painting"}


@dataclass(frozen=True)
class Bar:
    """Where the bar stands, 0 to 1 or None for nobody knows, and what is written on it."""

    fraction: float | None
    text: str


def within(part: tuple[float, float], done: float, total: float) -> float:
    """Where the bar stands when ``done`` of ``total`` of ``part`` is done."""
    start, end = part
    return start + (end - start) * (min(done / total, 1.0) if total else 1.0)


def bar_of(event: Event) -> Bar | None:
    """What the bar shows after ``event``; None when that changes nothing."""
    if isinstance(event, Uploading):
        return Bar(within(SENDING, event.sent, event.total), "Sending the layer")
    if isinstance(event, Accepted) and event.position:
        jobs = "job" if event.position == 1 else "jobs"
        return Bar(None, f"Waiting for {event.position} other {jobs}")
    if isinstance(event, Progress):
        return _painting(event)
    if isinstance(event, Downloading):
        return Bar(within(RECEIVING, event.received, event.total), "Receiving the painting")
    return None


def bar_of_step(step: Step) -> Bar:
    """What the bar shows while the daemon is installed or removed."""
    done = f"{step.done / 1e6:.0f} of " if step.done else ""
    size = f", {done}{step.total / 1e6:.0f} MB" if step.total >= 1e6 else ""
    text = _STEPS[step.phase].format(package=step.package, size=size)
    return Bar(step.done / step.total if step.done and step.total else None, text)


def sentence_of(error: Exception) -> str:
    """``error`` for the person: what happened, and what to do next."""
    if isinstance(error, LinkError):
        return f"{error.message}\n{error.hint}".strip()
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename} cannot be read: {error.strerror}."
    return f"{type(error).__name__}: {error}"


def _painting(progress: Progress) -> Bar:
    if not progress.steps:
        return Bar(None, _phase(progress))
    left = f", {_duration(progress.seconds_left)} left" if progress.seconds_left else ""
    steps = f" {progress.step} of {progress.steps}" if progress.steps > 1 else ""
    return Bar(within(PAINTING, progress.step, progress.steps), f"{_phase(progress)}{steps}{left}")


def _phase(progress: Progress) -> str:
    return f"Velatura: {_PHASES.get(progress.phase, progress.phase)}"


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"

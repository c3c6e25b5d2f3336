"""What happens to a job, as GIMP's progress bar says it. Knows nothing of GIMP."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from velatura_link.catalogue import is_for_terminals
from velatura_link.daemon_env import Step
from velatura_link.errors import Disconnected, LinkError, ProtocolError, Refused
from velatura_link.jobs import Accepted, Downloading, Event, Progress, Uploading
from velatura_link.text import Text
from velatura_link.torch_build import TorchBuild

from .texts import say, tr

READING, SENDING, LOOKING, PAINTING, RECEIVING, WRITING = (
    (0.0, 0.05),
    (0.05, 0.1),
    (0.1, 0.2),
    (0.2, 0.9),
    (0.9, 0.95),
    (0.95, 1.0),
)
"""Which part of the bar belongs to what."""
_PAINTS = ("paint", "stylise")
"""Phases in which a picture is painted; an engine's own come before that."""
_DOWNLOAD = "download "
_NO_WEIGHTS = "weights_missing"


@dataclass(frozen=True)
class Bar:
    """Where the bar stands, 0 to 1 or None for nobody knows, and what is written on it."""

    fraction: float | None
    text: str

    def of_several(self, number: int, all_of_them: int) -> Bar:
        """The bar when this is about layer ``number``, 0 for the first, of so many."""
        fraction = None if self.fraction is None else (number + self.fraction) / all_of_them
        said = tr("Layer {number} of {all}", number=number + 1, all=all_of_them)
        return Bar(fraction, f"{said}: {self.text}")


def within(part: tuple[float, float], done: float, total: float) -> float:
    """Where the bar stands when ``done`` of ``total`` of ``part`` is done."""
    start, end = part
    return start + (end - start) * (min(done / total, 1.0) if total else 1.0)


def bar_of(event: Event) -> Bar | None:
    """What the bar shows after ``event``; None when that changes nothing."""
    if isinstance(event, Uploading):
        return Bar(within(SENDING, event.sent, event.total), tr("Sending the layer"))
    if isinstance(event, Accepted) and event.position:
        return Bar(None, tr("Waiting: {number} ahead of this one", number=event.position))
    if isinstance(event, Progress):
        return _painting(event)
    if isinstance(event, Downloading):
        return Bar(within(RECEIVING, event.received, event.total), tr("Receiving the painting"))
    return None


def bar_of_step(step: Step) -> Bar:
    """What the bar shows while Velatura's painter is installed or removed."""
    return Bar(step.done / step.total if step.done and step.total else None, _step(step))


def sentence_of(error: Exception) -> str:
    """``error`` for the person: what happened, and what to do next in GIMP."""
    if isinstance(error, LinkError):
        return "\n".join(part for part in _message_and_hint(error) if part)
    if isinstance(error, OSError) and error.filename:
        return tr("{file} cannot be read: {why}.", file=error.filename, why=error.strerror)
    return f"{type(error).__name__}: {error}"


def _message_and_hint(error: LinkError) -> tuple[str, str]:
    said = _SAID.get(error.code) if isinstance(error, Refused) else None
    if said is not None:
        return said()
    if isinstance(error, Refused) and error.code == _NO_WEIGHTS:
        reason = tr("The reason: {why}", why=say(error.message))
        return (
            tr("The network that this engine needs is not installed and cannot be downloaded."),
            f"{tr('Check the internet connection, or choose another engine.')}\n{reason}",
        )
    if isinstance(error, (Disconnected, ProtocolError)):
        return tr("Velatura's painter does not answer."), tr("Try again.")
    return say(error.message), "" if is_for_terminals(error.hint) else say(error.hint)


_SAID: dict[str, Callable[[], tuple[str, str]]] = {
    "busy": lambda: (
        tr("Velatura already has too much to do."),
        tr("Wait until other paintings are done."),
    ),
    "draining": lambda: (tr("Velatura is being restarted."), tr("Try again in a moment.")),
    "out_of_memory": lambda: (
        tr("There is not enough memory for this painting."),
        tr("Choose a smaller Finest size, or paint a smaller layer."),
    ),
    "quota": lambda: (
        tr("There is no room for this layer beside the others that are being painted."),
        tr("Wait until other paintings are done."),
    ),
    "too_large": lambda: (tr("The layer is too large for Velatura."), tr("Scale it down.")),
    "version": lambda: (
        tr("This plug-in and Velatura's painter are of different versions."),
        tr("Install Velatura again, and start GIMP again."),
    ),
    "worker_died": lambda: (
        tr("Velatura's painter crashed on this layer, twice."),
        tr("Paint a smaller layer, or choose another engine."),
    ),
}
"""Messages of the other side that are about itself, in words that say what to do in GIMP."""


def reason_of(build: TorchBuild) -> str:
    """Why it is this build of torch that is fetched."""
    reasons = {
        "cpu": tr("It is for the processor: no suitable graphics card was found."),
        "mps": tr("It is for this Mac's graphics processor."),
        "cuda": tr("It is for this computer's NVIDIA card."),
        "rocm": tr("It is for this computer's AMD card."),
        "xpu": tr("It is for the Intel graphics card that was requested."),
    }
    if build.kind == "cuda" and not build.backend:
        return tr(
            "Only the build for NVIDIA cards can be downloaded here; it also works without one."
        )
    return reasons[build.kind]


def said_of(note: Text) -> str:
    """A note of the daemon's in the person's language; empty for what the person did themselves."""
    return "" if note.template == _STOPPED else say(note)


_STOPPED = "Stopped after {step} of {steps} steps."


def _painting(progress: Progress) -> Bar:
    done, all_of_it = progress.step, progress.steps
    if progress.phase.startswith(_DOWNLOAD):
        return _downloading(progress.phase.removeprefix(_DOWNLOAD), done, all_of_it)
    phase = progress.phase
    parts = [say(progress.title) or f"{phase[:1].upper()}{phase[1:]}"]
    if all_of_it > 1:
        parts.append(tr("{done} of {all}", done=done, all=all_of_it))
    if all_of_it and progress.seconds_left:
        parts.append(_left(progress.seconds_left))
    part = PAINTING if progress.phase in _PAINTS else LOOKING
    return Bar(within(part, done, all_of_it) if all_of_it else None, ", ".join(parts))


def _downloading(name: str, done: int, total: int) -> Bar:
    """A bar of its own, for KiB of a network's weights."""
    if not total:
        return Bar(None, tr("Fetching {name}", name=name))
    sizes = {"done": f"{done * 1024 / 1e6:.0f}", "size": f"{total * 1024 / 1e6:.0f}"}
    return Bar(done / total, tr("Fetching {name}, {done} of {size} MB", name=name, **sizes))


def _left(seconds: float) -> str:
    if seconds < 90:
        return tr("{number} s left", number=f"{seconds:.0f}")
    return tr("{number} min left", number=f"{seconds / 60:.0f}")


def _step(step: Step) -> str:
    done, size = (f"{each / 1e6:.0f}" for each in (step.done, step.total))
    if step.phase == "downloading" and step.total < 1e6:
        return tr("Fetching {name}", name=step.package)
    if step.phase == "downloading" and not step.done:
        return tr("Fetching {name}, {size} MB", name=step.package, size=size)
    if step.phase == "downloading":
        return tr("Fetching {name}, {done} of {size} MB", name=step.package, done=done, size=size)
    words = {
        "preparing": tr("Preparing a folder"),
        "installing": tr("Unpacking; this takes a while"),
        "removing": tr("Removing Velatura's painter"),
    }
    return words[step.phase]

"""One request and its life, as the program that made it sees it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Any, Literal

from .errors import Disconnected, JobFailed, LinkError
from .messages import new_id
from .request import Payload, Pixels, Request
from .text import Text

Priority = Literal["interactive", "batch"]
OnDisconnect = Literal["cancel", "keep"]


@dataclass(frozen=True)
class Uploading:
    """Bytes of the job's pixels that the daemon does not have yet are on their way: ``sent`` of ``total``."""

    sent: int
    total: int


@dataclass(frozen=True)
class Accepted:
    """The daemon has the job; ``position`` others go first."""

    position: int


@dataclass(frozen=True)
class Progress:
    """``step`` of ``steps`` (0: unknown) of ``phase`` is done; ``seconds_left`` if that can be told.

    ``title`` is the phase in words; from an older daemon it is empty.
    """

    phase: str
    step: int
    steps: int
    seconds_left: float | None
    title: str = ""


@dataclass(frozen=True)
class Preview:
    """How the picture looks by now."""

    pixels: Pixels


@dataclass(frozen=True)
class Downloading:
    """The result is on its way: ``received`` of ``total`` bytes."""

    received: int
    total: int


@dataclass(frozen=True)
class Result:
    """The outputs by name, notes for the person who asked, and seconds by ``queued`` and ``running``.

    ``recipe`` says what decided the pixels, as JSON has it (:mod:`velatura_link.recipe`); empty from an older daemon.
    """

    outputs: Mapping[str, Payload]
    notes: tuple[Text, ...]
    seconds: Mapping[str, float]
    recipe: Mapping[str, Any] = field(default_factory=dict)

    @property
    def picture(self) -> Pixels:
        """The output that engines call ``picture``, or the only raster there is."""
        rasters = [output for output in self.outputs.values() if isinstance(output, Pixels)]
        named = self.outputs.get("picture")
        if isinstance(named, Pixels):
            return named
        if len(rasters) != 1:
            raise LinkError(
                "The result is not a single picture.", hint="Look at its outputs by name."
            )
        return rasters[0]


@dataclass(frozen=True)
class Failed:
    """The job ended without a result."""

    error: LinkError


Event = Uploading | Accepted | Progress | Preview | Downloading | Result | Failed


@dataclass(frozen=True)
class Terms:
    """How a job is to be treated; docs/reference/protocol.md, section 5.

    ``grace`` is in seconds; ``preview`` the shortest time between two previews in seconds, None for no previews.
    """

    priority: Priority = "interactive"
    replaces: str | None = None
    on_disconnect: OnDisconnect = "cancel"
    grace: float = 0.0
    preview: float | None = None


@dataclass(eq=False)
class Job:
    """A submitted request. Every method is safe from every thread.

    Without ``on_event`` everything that happens is put into ``events``; with it, it is called instead, on the client's
    own thread, and must return soon. The last event is a :class:`Result` or :class:`Failed`.
    """

    request: Request
    terms: Terms
    on_event: Callable[[Event], None] | None = None
    on_cancel: Callable[[Job], None] | None = field(default=None, repr=False)
    on_finish: Callable[[Job], None] | None = field(default=None, repr=False)
    id: bytes = field(default_factory=new_id)
    events: SimpleQueue[Event] = field(default_factory=SimpleQueue, repr=False)
    finishing: bool = field(default=False, init=False)
    _final: Result | Failed | None = field(default=None, init=False, repr=False)
    _ended: threading.Event = field(default_factory=threading.Event, init=False, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    @property
    def done(self) -> bool:
        """Whether the result is there or will never be."""
        return self._ended.is_set()

    def wait(self, timeout: float | None = None) -> Result:
        """The result.

        Raises :class:`JobFailed` when there is none, :class:`Disconnected` when the daemon was lost for good, and
        ``TimeoutError`` after ``timeout`` seconds.
        """
        if not self._ended.wait(timeout):
            raise TimeoutError("The job is not done yet.")
        assert self._final is not None
        if isinstance(self._final, Failed):
            raise self._final.error
        return self._final

    def cancel(self) -> None:
        """Give the job up; it fails at once with ``cancelled``, unless its result is there already."""
        if self.end(Failed(JobFailed("cancelled", "The job was cancelled."))) and self.on_cancel:
            self.on_cancel(self)

    def finish(self) -> None:
        """Have the engine stop after the step it is in; the job's result is what is there by then.

        Engines whose descriptor is not ``interruptible`` paint on to their end.
        """
        with self._lock:
            if self._final is not None or self.finishing:
                return
            self.finishing = True
        if self.on_finish is not None:
            self.on_finish(self)

    def emit(self, event: Event) -> None:
        """Tell what happened; for the client's own use."""
        if self.on_event is not None:
            self.on_event(event)
        else:
            self.events.put(event)

    def end(self, final: Result | Failed) -> bool:
        """End the job unless it has ended; whether this did it. For the client's own use."""
        with self._lock:
            if self._final is not None:
                return False
            self._final = final
        self.emit(final)
        self._ended.set()
        return True

    def fail(self, error: LinkError) -> bool:
        """End the job with ``error``; for the client's own use."""
        if not isinstance(error, (JobFailed, Disconnected)):
            error = JobFailed("bad_request", error.message, error.hint)
        return self.end(Failed(error))

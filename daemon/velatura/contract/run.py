"""What an engine gets besides its scene: a device, warm models, remembered style codes, and somebody to report to."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from velatura.errors import Cancelled
from velatura_link.text import Text, Value

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from velatura.runtime.model_cache import WarmModels

T = TypeVar("T")


@dataclass(frozen=True)
class Progress:
    """Where a job is: ``step`` of ``steps`` (0 while unknown) of ``phase``, and seconds left if that can be told."""

    phase: str
    step: int
    steps: int
    seconds_left: float | None = None


class Observer(Protocol):
    """Who watches a run. The worker sends what it hears over the wire; the command line draws a bar."""

    def progressed(self, progress: Progress) -> None:
        """Called for every step; must be cheap."""

    def cancelled(self) -> bool:
        """Whether the run should stop at its next step."""

    def finishing(self) -> bool:
        """Whether the run should stop at its next step and keep what it has."""

    def breathe(self) -> None:
        """Called between steps: the moment to let a short interactive job go first."""

    def wants_preview(self) -> bool:
        """Whether a preview would be looked at if one were made now."""

    def preview(self, picture: Tensor) -> None:
        """An intermediate picture, (1, 3, h, w) sRGB 0..1."""


class Silent:
    """An observer that watches nothing and never cancels."""

    def progressed(self, progress: Progress) -> None: ...

    def cancelled(self) -> bool:
        return False

    def finishing(self) -> bool:
        return False

    def breathe(self) -> None: ...

    def wants_preview(self) -> bool:
        return False

    def preview(self, picture: Tensor) -> None: ...


class Run:
    """One job's surroundings.

    ``models`` are what is kept warm, or what makes it when it is first asked for. ``notes`` collects sentences for the
    person who asked ("conv4_2 is not there; relu4_1 was used"). ``stop_after`` is the number of steps after which an
    interruptible engine stops and keeps what it has; ``stopped_after`` says after how many it was stopped, None while
    it was not. ``weights`` are the SHA-256 of what networks were read from, by name, and ``tile`` the side in pixels of
    the tiles that the picture was cut into, None where it was not.
    """

    def __init__(
        self,
        models: WarmModels | Callable[[], WarmModels] | None,
        observer: Observer | None = None,
        *,
        stop_after: int | None = None,
    ) -> None:
        self._models = models
        self.notes: list[Text] = []
        self.stopped_after: int | None = None
        self.weights: dict[str, str] = {}
        self.tile: int | None = None
        self._stop_after = stop_after
        self._steps_done = 0
        self._observer: Observer = observer if observer is not None else Silent()
        self._phase = ""
        self._standing: tuple[int, int, str] | None = None
        self._phase_started = time.monotonic()

    @property
    def models(self) -> WarmModels:
        """What is kept warm; engines without networks run without, unless their styles are looked at."""
        if callable(self._models):
            self._models = self._models()
        assert self._models is not None, "an engine without networks asked for one"
        return self._models

    @property
    def device(self) -> torch.device:
        return self.models.device

    @property
    def dtype(self) -> torch.dtype:
        """The type that networks' bodies compute in: bfloat16 where the device is faster with it, else float32."""
        return self.models.dtype

    def use_processor(self) -> None:
        """Compute on the processor from now on, with models of its own; what was warm elsewhere is let go."""
        from velatura.runtime.model_cache import WarmModels

        self.models.clear()
        self._models = WarmModels.on("cpu")

    def note(self, sentence: str, /, **values: Value) -> None:
        """Tell the person who asked something about the result; the same sentence is told once.

        ``{names}`` in it are filled with ``values``. What changes from job to job belongs there: hosts look the
        sentence up in their catalogues as it is written.
        """
        note = sentence if isinstance(sentence, Text) else Text(sentence, **values)
        if note not in self.notes:
            self.notes.append(note)

    def step(
        self,
        step: int,
        steps: int,
        *,
        phase: str = "stylise",
        share: float | None = None,
        preview: Callable[[], Tensor] | None = None,
    ) -> None:
        """Report that ``step`` of ``steps`` is done, and give others a chance.

        ``share`` is how much of the work is done, 0..1, where steps are not equally long. Raises
        :class:`Cancelled` when the job is not wanted any more. ``preview`` is called only when somebody looks.
        """
        if self._observer.cancelled():
            raise Cancelled
        if self._standing is not None:
            step, steps, phase = self._standing
            share = None
        now = time.monotonic()
        if phase != self._phase:
            self._phase, self._phase_started = phase, now
        elapsed = now - self._phase_started
        if share is None:
            share = step / steps if 0 < step <= steps else 0.0
        left = elapsed * (1 - share) / share if share else None
        self._observer.progressed(Progress(phase, step, steps, left))
        if preview is not None and self._observer.wants_preview():
            self._observer.preview(preview())
        self._observer.breathe()
        if self._observer.cancelled():
            raise Cancelled

    @contextmanager
    def standing(self, step: int, steps: int, *, phase: str) -> Iterator[None]:
        """Whatever :meth:`step` is told meanwhile is reported as ``step`` of ``steps`` of ``phase``: for what comes
        between two steps, and can be cancelled all the same.
        """
        before, self._standing = self._standing, (step, steps, phase)
        try:
            yield
        finally:
            self._standing = before

    def ends_early(self, step: int, steps: int) -> bool:
        """Whether to stop now, after ``step`` of ``steps``, and keep what is there.

        An interruptible engine asks after each of its steps but the last. Steps are counted over the
        whole run, so that the same number stops an engine that paints several regions at the same place.
        """
        self._steps_done += 1
        reached = self._stop_after is not None and self._steps_done >= self._stop_after
        if step >= steps or not (reached or self._observer.finishing()):
            return False
        if self.stopped_after is None:
            self.stopped_after = self._steps_done
            self.note("Stopped after {step} of {steps} steps.", step=step, steps=steps)
        return True

    def remember(self, key: str, make: Callable[[], T]) -> T:
        """``make()``, or what it gave for the same ``key`` before: a style code, a Gram matrix."""
        return self.models.remember(key, make)

    def remember_painting(self, key: str | None, make: Callable[[], T]) -> tuple[T, bool]:
        """``make()``, or what it gave for the same ``key`` before, with what it noted and read; and whether it had to
        be called. Without a key nothing is remembered.
        """
        if self._models is None or key is None:
            return make(), True

        def making() -> tuple[T, list[Text], dict[str, str]]:
            notes, weights = self.notes, self.weights
            self.notes, self.weights = [], {}
            try:
                return make(), self.notes, self.weights
            finally:
                self.notes, self.weights = notes, weights

        (painting, notes, weights), is_new = self.models.remember_painting(key, making)
        for note in notes:
            self.note(note)
        self.weights |= weights
        return painting, is_new

    def each(self, items: list[T], *, phase: str) -> Iterator[T]:
        """The items one after another, with a :meth:`step` after each."""
        for done, item in enumerate(items, 1):
            yield item
            self.step(done, len(items), phase=phase)

    def model(self, name: str, build: Callable[[], Any]) -> Any:
        """A warm network by name; ``build()`` makes it the first time, and says what it reads (:meth:`reads`)."""
        models = self.models

        def building() -> Any:
            outer, self.weights = self.weights, {}
            try:
                model = build()
                models.read_from[name] = self.weights
            finally:
                self.weights = outer
            return model

        model = models.get(name, building)
        self.weights |= models.read_from.get(name, {})
        return model

    def cut(self, side: int) -> None:
        """Say that pictures larger than ``side`` pixels were cut into tiles of so many; of several the least counts."""
        self.tile = side if self.tile is None else min(self.tile, side)

    def reads(self, name: str, sha256: str) -> None:
        """Say that the weights ``name`` have a part in the picture."""
        self.weights[name] = sha256

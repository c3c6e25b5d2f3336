"""Weights for an engine: found or fetched, with progress and notes told to whoever waits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from velatura.library import models
from velatura.library.models import Found
from velatura_link.text import Value


class Listener(Protocol):
    """Who hears of a download and of what was read: the run of an engine."""

    def step(self, step: int, steps: int, *, phase: str) -> object: ...

    def note(self, sentence: str, /, **values: Value) -> None: ...

    def reads(self, name: str, sha256: str) -> None: ...


def ensure(name: str, listener: Listener) -> Found:
    """The file of the model ``name``, downloaded first where it is missing.

    Raises :class:`~velatura.errors.WeightsMissing` and :class:`~velatura.errors.BadWeights`.
    """
    found = models.ensure(name, progress=_reporting(name, listener))
    if found.note is not None:
        listener.note(found.note)
    listener.reads(name, found.sha256)
    return found


def _reporting(name: str, listener: Listener) -> Callable[[int, int], None]:
    def report(done: int, total: int) -> None:
        listener.step(done >> 10, total >> 10, phase=f"download {name}")

    return report

"""Weights for an engine: found or fetched, with progress and notes told to whoever waits."""

from __future__ import annotations

from collections.abc import Callable

from velatura.contract.run import Run
from velatura.library import models
from velatura.library.models import Found


def ensure(name: str, run: Run) -> Found:
    """The file of the model ``name``, downloaded first where it is missing.

    Raises :class:`~velatura.errors.WeightsMissing` and :class:`~velatura.errors.BadWeights`.
    """
    found = models.ensure(name, progress=_reporting(name, run))
    if found.note is not None:
        run.note(found.note)
    run.reads(name, found.sha256)
    return found


def _reporting(name: str, run: Run) -> Callable[[int, int], None]:
    def report(done: int, total: int) -> None:
        run.step(done >> 10, total >> 10, phase=f"download {name}")

    return report

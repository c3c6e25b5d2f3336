"""Long work on the interface's thread, cut into short steps between which the host goes on."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from typing import Any, TypeVar

from ..qt import QtCore

T = TypeVar("T")
Steps = Generator[None, None, T]
"""Work that pauses by ``yield`` and returns its result."""

TURN_SECONDS = 0.012


class CooperativeTasks(QtCore.QObject):
    """Does one piece of work at a time, a few milliseconds in each turn of the event loop."""

    def __init__(self, parent: QtCore.QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = QtCore.QTimer(self)
        self._timer.timeout.connect(self._turn)
        self._waiting: list[RunningTask] = []
        self._at_work = False

    def begin(
        self,
        steps: Steps[Any],
        done: Callable[[Any], object],
        failed: Callable[[Exception], object],
    ) -> RunningTask:
        """Do ``steps``; then ``done`` gets what they return, or ``failed`` what they raise."""
        piece = RunningTask(steps, done, failed)
        self._waiting.append(piece)
        self._timer.start(0)
        return piece

    def _turn(self) -> None:
        # A step that waits for Krita lets events through, this timer's among them.
        if self._at_work:
            return
        self._at_work = True
        try:
            self._work()
        finally:
            self._at_work = False

    def _work(self) -> None:
        until = time.monotonic() + TURN_SECONDS
        while self._waiting:
            piece = self._waiting[0]
            try:
                more = piece.step()
            except BaseException:
                # Who hears of the end raised something: that is no reason to tell of it again in the next turn.
                self._waiting.pop(0)
                raise
            if not more:
                self._waiting.pop(0)
            if time.monotonic() >= until:
                return
        self._timer.stop()


class RunningTask:
    """One piece of work."""

    def __init__(
        self,
        steps: Steps[Any],
        done: Callable[[Any], object],
        failed: Callable[[Exception], object],
    ) -> None:
        self._steps = steps
        self._done = done
        self._failed = failed
        self._cancelled = False

    def cancel(self) -> None:
        """Leave it undone; nobody is told."""
        self._cancelled = True

    def step(self) -> bool:
        """Do a little; whether there is more to do. Raises what ``done`` and ``failed`` raise."""
        if self._cancelled:
            self._steps.close()
            return False
        try:
            next(self._steps)
        except StopIteration as end:
            self._done(end.value)
            return False
        except Exception as error:
            self._failed(error)
            return False
        return True

"""Undo steps that belong together: a layer that comes and the one that makes room for it."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from typing import Any

from ..qt import QtCore
from .pending_result import PendingResult
from .undo_history import UndoHistory

_LOOK_MS = 100
_PATIENCE = 50
"""Looks after which a step that Krita was asked for counts as refused."""
_KEPT = 8
"""Replacements that are watched: what is held of a layer keeps its pixels in memory."""


@dataclass
class _Joined:
    """``way`` is where the history was last seen: 1 behind the steps of ``pending``, −1 before them."""

    pending: PendingResult
    way: int = 1
    asked: int | None = None
    """The history's position when Krita was asked for the next step; None when it was not."""
    patience: int = _PATIENCE


class JoinedSteps(QtCore.QObject):
    """libkis notes every layer that comes or goes as a step of its own. This undoes and redoes those of a replacement
    together: whoever takes one back, takes back all.

    Krita tells nobody of undo and redo, so this looks now and then.
    """

    def __init__(self, history: UndoHistory, parent: QtCore.QObject) -> None:
        super().__init__(parent)
        self._history = history
        self._joined: list[_Joined] = []
        self._timer = QtCore.QTimer(self)
        self._timer.timeout.connect(self._look)

    def keep(self, pending: PendingResult) -> None:
        """The steps of ``pending``, which have just been done, belong together."""
        if pending.before is not None and pending.after is not None and pending.steps > 1:
            self._joined = [*self._joined, _Joined(pending)][-_KEPT:]
            self._timer.start(_LOOK_MS)

    def pause(self) -> None:
        """Somebody else undoes step by step."""
        self._timer.stop()

    def go_on(self) -> None:
        """Nobody else does any more."""
        if self._joined:
            self._timer.start(_LOOK_MS)

    def forget_closed(self, open_now: Container[Any]) -> None:
        """Let go of documents that are not in ``open_now``."""
        self._joined = [each for each in self._joined if each.pending.document in open_now]
        if not self._joined:
            self._timer.stop()

    def _look(self) -> None:
        for joined in self._joined:
            self._look_at(joined)

    def _look_at(self, joined: _Joined) -> None:
        pending = joined.pending
        came = [_is_there(each) for each in pending.nodes]
        went = [not _is_there(each) for each in pending.replaced if each is not None]
        if all(came) and all(went):
            joined.way, joined.asked = 1, None
        elif not any(came) and not any(went):
            joined.way, joined.asked = -1, None
        else:
            self._complete(joined)

    def _complete(self, joined: _Joined) -> None:
        """Go the rest of the way, a step at a time, if the history stands between the first step and the last."""
        pending, now = joined.pending, self._history.position(joined.pending.document)
        if now is None or pending.before is None or pending.after is None:
            return
        if not pending.before.current < now.current < pending.after.current:
            return
        if joined.asked == now.current and joined.patience:
            joined.patience -= 1
            return
        joined.asked, joined.patience = now.current, _PATIENCE
        if joined.way > 0:
            self._history.undo()
        else:
            self._history.redo()


def _is_there(node: Any) -> bool:
    return node.parentNode() is not None

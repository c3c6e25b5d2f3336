"""A result that lies in the document and waits for Keep or Discard."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Any, Literal

from ..qt import QtCore
from .undo_history import Position, UndoHistory

Outcome = Literal["undone", "removed", "gone"]
"""Undo history as it was; removed by a step of its own; or not there any more, since somebody took it back before."""

_LOOK_MS = 50
_PATIENCE = 60
"""Looks after which a step that Krita was asked to take back counts as refused."""


@dataclass(frozen=True)
class PendingResult:
    """Layers of one Apply, which took ``steps`` in the undo history.

    ``before`` and ``after`` are the history's positions, None when they are not known. ``replaced`` are layers that
    made room, each for the node in the same place; None where none did.
    """

    document: Any
    nodes: tuple[Any, ...]
    steps: int
    before: Position | None = None
    after: Position | None = None
    replaced: tuple[Any, ...] = ()


class Discarding(QtCore.QObject):
    """Takes pending results out of their documents.

    Krita undoes the insertion when nothing was done since: then document and undo history are as they were before, and
    Redo brings the result back. Otherwise the layers are removed, and those that they replaced put back, in steps of
    their own.
    """

    def __init__(self, history: UndoHistory, parent: QtCore.QObject) -> None:
        super().__init__(parent)
        self._history = history

    def settle(self, pending: PendingResult, known: Callable[[PendingResult], object]) -> None:
        """Tell ``known`` of ``pending`` with its ``after``, once Krita has noted the insertion."""
        before = pending.before

        def look(left: int) -> None:
            now = self._history.position(pending.document)
            expected = None if before is None else before.current + pending.steps
            # More steps than ours are somebody's who went on meanwhile, and are not to be taken back.
            if expected is None or now is None or now.current > expected or not left:
                known(replace(pending, before=None))
            elif now.current == expected:
                known(replace(pending, after=now))
            else:
                QtCore.QTimer.singleShot(_LOOK_MS, lambda: look(left - 1))

        look(_PATIENCE)

    def discard(self, pending: PendingResult, done: Callable[[Outcome], object]) -> None:
        """Take it out, and tell ``done`` what that came to."""
        before, after = pending.before, pending.after
        if before is None or after is None or self._history.position(pending.document) != after:
            done(self._remove(pending))
            return

        def look(expected: int, left: int) -> None:
            now = self._history.position(pending.document)
            if now is None or not left:
                done(self._remove(pending))
            elif now.current > expected:
                QtCore.QTimer.singleShot(_LOOK_MS, lambda: look(expected, left - 1))
            elif expected > before.current:
                self._history.undo()
                look(expected - 1, _PATIENCE)
            else:
                done("undone")

        look(after.current, _PATIENCE)

    def _remove(self, pending: PendingResult) -> Outcome:
        outcome: Outcome = "gone"
        for node, former in zip_longest(pending.nodes, pending.replaced):
            parent = node.parentNode()
            if parent is None:
                continue
            if former is not None and former.parentNode() is None:
                parent.addChildNode(former, node)
            node.remove()
            outcome = "removed"
        return outcome

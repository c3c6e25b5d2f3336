"""What becomes of a painted result: it waits for Keep or Discard, and is remembered by document and docker."""

from __future__ import annotations

from collections.abc import Container
from functools import partial
from typing import Any

from velatura_link.jobs import Result

from .history import Entry, with_entry
from .images import node_image, thumbnail
from .kept_result import KeptResult, id_of, keep_result
from .layer_run import LayerRun, Task
from .pending_result import Discarding, Outcome, PendingResult
from .qt import QtCore, Signal
from .reading import Source
from .replaced import Replaced
from .settings import Settings
from .state import Message, State
from .texts import note as said
from .texts import tr
from .undo_history import UndoHistory

_SETTLE_MS = 300
_SEEN = 480
"""Longest side of what the docker shows of a finished painting."""


class FinishedResults(QtCore.QObject):
    """Results by their document's key. ``painted`` has a QImage of a result in the document in front, and its node."""

    painted = Signal(object, object)

    def __init__(
        self,
        krita: Any,
        state: State,
        settings: Settings,
        history: UndoHistory,
        parent: QtCore.QObject,
    ) -> None:
        super().__init__(parent)
        self._krita = krita
        self._state = state
        self._settings = settings
        self._replaced = Replaced(self)
        self._discarding = Discarding(history, self)
        self._pending: dict[str, PendingResult] = {}
        self._last: dict[str, dict[str, Any]] = {}
        self._front = ""

    def front(self, key: str) -> None:
        """Another document is in front."""
        self._front = key
        self._state.pending.set(key in self._pending)

    def above(self, key: str, source: Source) -> Any:
        """What was painted of ``source`` last; None when nothing was."""
        return self._last.get(key, {}).get(id_of(source.node))

    def landed(self, key: str, task: Task, source: Source, node: Any, result: Result) -> None:
        """One layer came."""
        self._last.setdefault(key, {})[id_of(source.node)] = node
        kept = KeptResult(task.choices, id_of(source.node), result.recipe)
        keep_result(task.document, node, kept)
        in_place = task.choices.output == "in-place" and not task.framed
        if in_place and source.node.parentNode() is not None:
            self._replaced.keep(task.document, source.node, node)

    def add(self, key: str, run: LayerRun) -> None:
        """No more layers come; one at least did."""
        task = run.task
        source, node = task.sources[len(run.nodes) - 1], run.nodes[-1]
        if task.replaces is not None:
            task.replaces.remove()
        steps = len(run.nodes) + (task.replaces is not None)
        self._pending[key] = PendingResult(task.document, tuple(run.nodes), steps, run.before)
        self._discarding.settle(self._pending[key], partial(self._settled, key))
        if (
            task.choices.output != "in-place"
            and source.node.parentNode() is not None
            and task.replaces is None
        ):
            # Krita makes the new layer the active one, some time later; the next style is for the same layer.
            QtCore.QTimer.singleShot(_SETTLE_MS, partial(self._activate, source))
        if run.notes:
            self._state.message.set(Message("\n".join(map(said, run.notes))))
        picture = node_image(node, _SEEN)
        if key == self._front:
            self._state.pending.set(True)
            self.painted.emit(picture, node)
        entry = Entry(task.title, task.choices, thumbnail(picture))
        self._state.history.set(with_entry(self._state.history.value, entry))
        self._settings.keep_history(self._state.history.value)

    def keep(self, key: str) -> None:
        """The result stays; nothing but the question goes away."""
        if self._pending.pop(key, None) is not None and key == self._front:
            self._state.pending.set(False)

    def discard(self, key: str) -> None:
        """The result goes, as if it had never come if nothing was done since."""
        pending = self._pending.get(key)
        if pending is None:
            return
        self.keep(key)
        self._discarding.discard(pending, self._discarded)

    def forget_closed(self, open_now: Container[str]) -> None:
        """Let go of documents that are not open: what is held of a layer keeps its pixels in memory."""
        for results in (self._pending, self._last):
            for key in [each for each in results if each not in open_now]:
                del results[key]
        self._replaced.forget_closed(self._krita.documents())

    def _discarded(self, outcome: Outcome) -> None:
        messages = {
            "undone": Message(tr("The result was removed."), tr("Redo brings it back.")),
            "removed": Message(
                tr("The result was removed."),
                tr("Other steps came after it, so this is one more; Undo brings it back."),
            ),
            "gone": Message(tr("The result was not there any more.")),
        }
        self._state.message.set(messages[outcome])

    def _settled(self, key: str, known: PendingResult) -> None:
        pending = self._pending.get(key)
        if pending is not None and pending.nodes == known.nodes:
            self._pending[key] = known

    def _activate(self, source: Source) -> None:
        if source.document in self._krita.documents():
            source.document.setActiveNode(source.node)

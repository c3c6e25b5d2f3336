"""What becomes of a painted result: it waits for Keep or Discard, and is remembered by document and docker."""

from __future__ import annotations

from collections.abc import Container
from functools import partial
from typing import Any

from velatura_link.jobs import Result

from ..model.history import Entry, with_entry
from ..model.settings import Settings
from ..model.state import Message, State
from ..qt import QtCore, Signal
from ..texts import tr
from .images import node_image, thumbnail
from .joined_steps import JoinedSteps
from .kept_mask import KeptMask
from .kept_result import KeptResult, id_of, keep_limits, keep_result
from .layer_reader import Source
from .layer_run import LayerRun, Task
from .pending_result import Discarding, Outcome, PendingResult
from .refinement import offset_of
from .replaced_layers import ReplacedLayers
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
        self._replaced = ReplacedLayers(self)
        self._discarding = Discarding(history, self)
        self._joined = JoinedSteps(history, self)
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

    def pending(self, key: str) -> tuple[Any, ...]:
        """The layers that wait for Keep or Discard."""
        return self._pending[key].nodes if key in self._pending else ()

    def inserted(
        self,
        key: str,
        task: Task,
        source: Source,
        node: Any,
        result: Result,
        limits: KeptMask | None,
    ) -> None:
        """One layer came, painted within ``limits``."""
        self._last.setdefault(key, {})[id_of(source.node)] = node
        offset = offset_of(source, node)
        kept = KeptResult(task.choices, id_of(source.node), result.recipe, offset)
        keep_result(task.document, node, kept)
        if limits is not None:
            keep_limits(task.document, node, limits)
        in_place = task.choices.output == "in-place" and not task.framed
        if in_place and source.node.parentNode() is not None:
            self._replaced.keep(task.document, source.node, node)

    def add(self, key: str, run: LayerRun) -> None:
        """No more layers come; one at least did."""
        task = run.task
        source, node = task.sources[len(run.nodes) - 1], run.nodes[-1]
        replaced = [each for each in run.replaced if each is not None]
        for each in replaced:
            each.remove()
        self._pending[key] = PendingResult(
            task.document,
            tuple(run.nodes),
            len(run.nodes) + len(replaced),
            run.before,
            replaced=tuple(run.replaced),
        )
        self._discarding.settle(self._pending[key], partial(self._settled, key))
        # Krita makes the new layer the active one, some time later.
        active = None
        if task.refinements:
            # Whoever went on painting meanwhile does so on the same layer.
            gone = run.active is None or run.active.parentNode() is None
            active = node if gone else run.active
        elif task.choices.output != "in-place" and task.replaces is None:
            # The next style is for the same layer.
            active = source.node
        if active is not None and active.parentNode() is not None:
            QtCore.QTimer.singleShot(_SETTLE_MS, partial(self._activate, task.document, active))
        if run.notes:
            self._state.message.set(Message("\n".join(run.notes)))
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
        self._joined.pause()
        self._discarding.discard(pending, partial(self._discarded, pending))

    def forget_closed(self, open_now: Container[str]) -> None:
        """Let go of documents that are not open: what is held of a layer keeps its pixels in memory."""
        for results in (self._pending, self._last):
            for key in [each for each in results if each not in open_now]:
                del results[key]
        self._replaced.forget_closed(self._krita.documents())
        self._joined.forget_closed(self._krita.documents())

    def _discarded(self, pending: PendingResult, outcome: Outcome) -> None:
        self._joined.go_on()
        if outcome == "gone":
            self._state.message.set(Message(tr("The result was already gone.")))
            return
        hint = (
            tr("Redo brings it back.")
            if outcome == "undone"
            else tr("Other steps came after it, so removing it is one more; Undo brings it back.")
        )
        former = any(each is not None for each in pending.replaced)
        text = tr("The previous result is back.") if former else tr("The result was removed.")
        self._state.message.set(Message(text, hint))

    def _settled(self, key: str, known: PendingResult) -> None:
        if any(each is not None for each in known.replaced):
            self._joined.keep(known)
        pending = self._pending.get(key)
        if pending is not None and pending.nodes == known.nodes:
            self._pending[key] = known

    def _activate(self, document: Any, node: Any) -> None:
        if document in self._krita.documents() and node.parentNode() is not None:
            document.setActiveNode(node)

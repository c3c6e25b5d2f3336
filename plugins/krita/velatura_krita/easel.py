"""What is being painted: the layers of one Apply in each document, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from velatura_link.errors import LinkError
from velatura_link.jobs import Result

from . import wish
from .choices import Choices
from .history import Entry, with_entry
from .images import node_image, thumbnail
from .kept_result import KeptResult, id_of, keep_result
from .link import Link
from .painting import Listener, Painting, Wanted
from .pending_result import Discarding, PendingResult
from .progress import Shown
from .qt import QtCore, Signal
from .reading import Source
from .replaced import Replaced
from .settings import Settings
from .sketch import Sketch
from .state import Message, State
from .texts import tr
from .turns import Turns
from .undo_history import Position, UndoHistory

_SETTLE_MS = 300
_SEEN = 480
"""Longest side of what the docker shows of a finished painting."""


@dataclass
class _Run:
    """One Apply. ``before`` is the undo history's position when the first layer came, as far as it is known."""

    sources: Sequence[Source]
    choices: Choices
    selection: Any
    find: wish.FindStyle
    title: str
    replaces: Any = None
    nodes: list[Any] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    before: Position | None = None
    painting: Painting | None = None

    @property
    def document(self) -> Any:
        return self.sources[0].document

    @property
    def wanted(self) -> Source:
        """The one that is painted now."""
        return self.sources[len(self.nodes)]


class Easel(QtCore.QObject):
    """Runs by their document's key. What is shown is that of the document in front.

    ``sketched`` has a glance at what is being painted, ``painted`` a QImage of what lies in the document now and its
    node.
    """

    sketched = Signal(object)
    painted = Signal(object, object)

    def __init__(
        self,
        krita: Any,
        state: State,
        settings: Settings,
        link: Link,
        turns: Turns,
        parent: QtCore.QObject,
    ) -> None:
        super().__init__(parent)
        self._krita = krita
        self._state = state
        self._settings = settings
        self._link = link
        self._turns = turns
        self._replaced = Replaced(self)
        self._history = UndoHistory(krita)
        self._discarding = Discarding(self._history, self)
        self._runs: dict[str, _Run] = {}
        self._shown: dict[str, Shown] = {}
        self._pending: dict[str, PendingResult] = {}
        self._last: dict[str, Any] = {}
        self._front = ""
        self._looker = QtCore.QTimer(self)
        self._looker.timeout.connect(self._look_for_closed)

    def front(self, key: str) -> None:
        """Another document is in front."""
        self._front = key
        self._state.shown.set(self._shown.get(key))
        self._state.pending.set(key in self._pending)

    def busy(self, key: str) -> bool:
        """Whether the document is being painted."""
        return key in self._runs

    def stop(self, key: str) -> None:
        """Give up what is painted there; layers of the same Apply that came already stay."""
        run = self._runs.get(key)
        if run is not None and run.painting is not None:
            run.painting.cancel()

    def finish(self, key: str) -> None:
        """Stop there and keep what is there, where the engine can."""
        run = self._runs.get(key)
        if run is not None and run.painting is not None:
            run.painting.finish()

    def stop_all(self) -> None:
        """Give up everything."""
        for key in list(self._runs):
            self.stop(key)

    def begin(
        self,
        key: str,
        sources: Sequence[Source],
        choices: Choices,
        selection: Any,
        find: wish.FindStyle,
        replaces: Any = None,
    ) -> None:
        """Paint ``sources``, one at least; the document is not being painted yet.

        The layer ``replaces`` is taken out when the new one is there.
        """
        self.keep(key)
        self._state.message.set(_about_colours(sources[0]))
        title = wish.title_of(self._state.offer.value.manifest, choices, self._state.name_of)
        self._runs[key] = _Run(sources, choices, selection, find, title, replaces)
        self._looker.start(_SETTLE_MS)
        self._paint(key)

    # ---- Keep and Discard

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

        def done(as_before: bool) -> None:
            text = tr("The result was removed.")
            if as_before:
                told = Message(text, tr("Redo brings it back."))
            else:
                told = Message(
                    text, tr("Other steps came after it, so this is one more; Undo brings it back.")
                )
            self._state.message.set(told)

        self._discarding.discard(pending, done)

    # ---- one layer after the other

    def _paint(self, key: str) -> None:
        run = self._runs[key]
        above = run.replaces if run.replaces is not None else self._last.get(id_of(run.wanted.node))
        manifest = self._state.offer.value.manifest
        wanted = Wanted(
            run.wanted, run.choices, manifest, run.find, run.title, run.selection, above
        )
        listener = Listener(
            shown=partial(self._show, key),
            sketched=partial(self._sketch, key),
            landing=partial(self._landing, key),
            landed=partial(self._landed, key),
            failed=partial(self._failed, key),
            stopped=partial(self._stopped, key),
        )
        run.painting = Painting(wanted, self._link, self._turns, listener)

    def _show(self, key: str, shown: Shown) -> None:
        run = self._runs.get(key)
        if run is not None and len(run.sources) > 1:
            number, total = len(run.nodes) + 1, len(run.sources)
            shown = replace(
                shown,
                text=f"{tr('Layer {number} of {total}', number=number, total=total)}: {shown.text}",
            )
        self._shown[key] = shown
        if key == self._front:
            self._state.shown.set(shown)

    def _sketch(self, key: str, sketch: Sketch) -> None:
        if key == self._front:
            self.sketched.emit(sketch)

    def _landing(self, key: str) -> None:
        run = self._runs[key]
        if not run.nodes and key == self._front:
            run.before = self._history.position()

    def _landed(self, key: str, node: Any, result: Result) -> None:
        run = self._runs[key]
        source = run.wanted
        run.nodes.append(node)
        run.notes += [note for note in result.notes if note not in run.notes]
        self._last[id_of(source.node)] = node
        keep_result(
            run.document,
            node,
            KeptResult(run.choices, id_of(source.node), result.recipe),
        )
        if run.choices.output == "in-place" and source.node.parentNode() is not None:
            self._replaced.keep(source.document, source.node, node)
        if len(run.nodes) < len(run.sources):
            self._paint(key)
            return
        self._over(key)
        self._finished(key, run)

    def _finished(self, key: str, run: _Run) -> None:
        """All layers are there."""
        source, node = run.sources[len(run.nodes) - 1], run.nodes[-1]
        if run.replaces is not None:
            run.replaces.remove()
        steps = len(run.nodes) + (run.replaces is not None)
        self._pending[key] = PendingResult(run.document, tuple(run.nodes), steps, run.before)
        self._discarding.settle(self._pending[key], partial(self._settled, key))
        if (
            run.choices.output != "in-place"
            and source.node.parentNode() is not None
            and run.replaces is None
        ):
            # Krita makes the new layer the active one, some time later; the next style is for the same layer.
            activate: Callable[[], object] = partial(run.document.setActiveNode, source.node)
            QtCore.QTimer.singleShot(_SETTLE_MS, activate)
        if run.notes:
            self._state.message.set(Message("\n".join(run.notes)))
        picture = node_image(node, _SEEN)
        if key == self._front:
            self._state.pending.set(True)
            self.painted.emit(picture, node)
        entry = Entry(run.title, run.choices, thumbnail(picture))
        self._state.history.set(with_entry(self._state.history.value, entry))
        self._settings.keep_history(self._state.history.value)

    def _settled(self, key: str, known: PendingResult) -> None:
        pending = self._pending.get(key)
        if pending is not None and pending.nodes == known.nodes:
            self._pending[key] = known

    def _stopped(self, key: str) -> None:
        """Layers that came before the one that was given up are there."""
        run = self._runs[key]
        self._over(key)
        if run.nodes:
            self._finished(key, run)

    def _failed(self, key: str, error: LinkError) -> None:
        self._stopped(key)
        self._state.message.set(Message(error.message, error.hint, bad=True, action="again"))

    def _over(self, key: str) -> None:
        self._runs.pop(key, None)
        self._shown.pop(key, None)
        if not self._runs:
            self._looker.stop()
        if key == self._front:
            self._state.shown.set(None)

    def _look_for_closed(self) -> None:
        """Krita tells nobody that a document was closed."""
        open_now = {id_of(document.rootNode()) for document in self._krita.documents()}
        for key in self._runs.keys() - open_now:
            self.stop(key)
            self._pending.pop(key, None)
            self._state.message.set(
                Message(
                    tr("The picture was closed while it was being painted, so that was stopped.")
                )
            )


def _about_colours(source: Source) -> Message | None:
    """That colours are converted on their way, when they are."""
    space = source.space
    if space.sent_as == space:
        return None
    name = f"{space.model} {space.depth}, {space.profile}"
    return Message(
        tr("The layer's colours are converted for painting, and back: {space}.", space=name),
        tr("Colours outside of sRGB may change a little. The layer itself stays as it is."),
    )

"""What is being painted: one Apply in each document at a time."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from velatura_link.errors import LinkError

from ..daemon.link import Link
from ..model import request_builder
from ..model.choices import Choices
from ..model.progress import Shown
from ..model.settings import Settings
from ..model.state import Message, State
from ..model.thumbnails import Thumbnail
from ..qt import QtCore, Signal
from ..texts import tr
from .cooperative_tasks import CooperativeTasks
from .finished_results import FinishedResults
from .kept_result import id_of
from .layer_reader import Source
from .layer_run import LayerRun, RunListener, Task
from .refinement import Refinement
from .undo_history import UndoHistory

_LOOK_MS = 300


class JobRunner(QtCore.QObject):
    """Runs by their document's key. What is shown is that of the document in front.

    ``intermediate`` has a thumbnail of what is being painted, ``painted`` a QImage of what lies in the document now and
    its node.
    """

    intermediate = Signal(object)
    painted = Signal(object, object)

    def __init__(
        self,
        krita: Any,
        state: State,
        settings: Settings,
        link: Link,
        tasks: CooperativeTasks,
        parent: QtCore.QObject,
    ) -> None:
        super().__init__(parent)
        self._krita = krita
        self._state = state
        self._link = link
        self._tasks = tasks
        self._history = UndoHistory(krita)
        self._results = FinishedResults(krita, state, settings, self._history, self)
        self._results.painted.connect(self.painted)
        self._runs: dict[str, LayerRun] = {}
        self._shown: dict[str, Shown] = {}
        self._front = ""
        self._looker = QtCore.QTimer(self)
        self._looker.timeout.connect(self._look_for_closed)

    def front(self, key: str) -> None:
        """Another document is in front."""
        self._front = key
        self._look_for_closed()
        self._state.shown.set(self._shown.get(key))
        self._results.front(key)

    def busy(self, key: str) -> bool:
        """Whether the document is being painted."""
        return key in self._runs

    def stop(self, key: str) -> None:
        """Give up what is painted there; layers of the same Apply that came already stay."""
        if key in self._runs:
            self._runs[key].stop()

    def engine(self, key: str) -> str | None:
        """Which one paints there; None while none does."""
        return self._runs[key].task.choices.engine if key in self._runs else None

    def pending(self, key: str) -> tuple[Any, ...]:
        """The layers there that wait for Keep or Discard."""
        return self._results.pending(key)

    def finish(self, key: str) -> None:
        """Stop there and keep what is there, where the engine can."""
        if key in self._runs:
            self._runs[key].finish()

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
        find: request_builder.FindStyle,
        replaces: Any = None,
        refinements: Sequence[Refinement] = (),
    ) -> None:
        """Paint ``sources``, one at least; the document is not being painted yet.

        The layer ``replaces`` is taken out when the new one is there, and so are the results of ``refinements``.
        """
        self.keep(key)
        self._state.message.set(_about_colours(sources[0]))
        manifest = self._state.offer.value.manifest
        title = request_builder.title_of(manifest, choices, self._state.name_of)
        task = Task(sources, choices, manifest, find, title, selection, replaces, refinements)
        listener = RunListener(
            above=partial(self._results.above, key),
            shown=partial(self._show, key),
            intermediate=partial(self._intermediate, key),
            inserted=partial(self._results.inserted, key, task),
            ended=partial(self._ended, key),
        )
        self._runs[key] = run = LayerRun(task, self._link, self._tasks, self._history, listener)
        self._looker.start(_LOOK_MS)
        run.start()

    def keep(self, key: str) -> None:
        """The result stays; nothing but the question goes away."""
        self._results.keep(key)

    def discard(self, key: str) -> None:
        """The result goes, as if it had never come if nothing was done since."""
        self._results.discard(key)

    # ---- while it is painted

    def _show(self, key: str, shown: Shown) -> None:
        self._shown[key] = shown
        if key == self._front:
            self._state.shown.set(shown)

    def _intermediate(self, key: str, thumbnail: Thumbnail) -> None:
        if key == self._front:
            self.intermediate.emit(thumbnail)

    def _ended(self, key: str, error: LinkError | None) -> None:
        run = self._over(key)
        if run is None:
            return
        if run.nodes:
            self._results.add(key, run)
        if error is not None:
            self._state.message.set(Message(error.message, error.hint, bad=True, action="again"))

    def _over(self, key: str) -> LayerRun | None:
        run = self._runs.pop(key, None)
        self._shown.pop(key, None)
        if not self._runs:
            self._looker.stop()
        if key == self._front:
            self._state.shown.set(None)
        return run

    def _look_for_closed(self) -> None:
        """Krita tells nobody that a document was closed."""
        roots = [document.rootNode() for document in self._krita.documents()]
        open_now = {id_of(root) for root in roots if root is not None}
        for key in self._runs.keys() - open_now:
            # Over before it stops, so that nothing is done with layers of a document that is gone.
            run = self._over(key)
            if run is not None:
                run.stop()
            self._state.message.set(
                Message(
                    tr(
                        "The picture was closed while it was being painted, so painting was stopped."
                    )
                )
            )
        self._results.forget_closed(open_now)


def _about_colours(source: Source) -> Message | None:
    """That colours are converted on their way, when they are."""
    space = source.space
    if space.sent_as == space:
        return None
    name = f"{space.model} {space.depth}, {space.profile}"
    return Message(
        tr("The layer's colours are converted for painting, and back: {space}.", space=name),
        tr("Colours outside sRGB may change a little. The layer itself stays as it is."),
    )

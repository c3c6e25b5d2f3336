"""What is being painted: one layer of each document at a time."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from velatura_link.errors import LinkError

from . import wish
from .choices import Choices
from .history import Entry, with_entry
from .images import node_image, thumbnail
from .link import Link
from .painting import Listener, Painting, Wanted
from .progress import Shown
from .qt import QtCore, Signal
from .reading import Source
from .replaced import Replaced
from .settings import Settings
from .sketch import Sketch
from .state import Message, State
from .texts import tr
from .turns import Turns

_SETTLE_MS = 300
_SEEN = 480
"""Longest side of what the docker shows of a finished painting."""


class Easel(QtCore.QObject):
    """Paintings by their document's key. What is shown is that of the document in front.

    ``sketched`` has a glance at what is being painted, ``painted`` a QImage of what lies in the document now,
    and the node.
    """

    sketched = Signal(object)
    painted = Signal(object, object)

    def __init__(
        self, state: State, settings: Settings, link: Link, turns: Turns, parent: QtCore.QObject
    ) -> None:
        super().__init__(parent)
        self._state = state
        self._settings = settings
        self._link = link
        self._turns = turns
        self._replaced = Replaced(self)
        self._paintings: dict[str, Painting] = {}
        self._shown: dict[str, Shown] = {}
        self._last: dict[str, Any] = {}
        self._front = ""

    def front(self, key: str) -> None:
        """Another document is in front."""
        self._front = key
        self._state.shown.set(self._shown.get(key))

    def busy(self, key: str) -> bool:
        """Whether the document is being painted."""
        return key in self._paintings

    def stop(self, key: str) -> None:
        """Give up what is painted there."""
        if key in self._paintings:
            self._paintings[key].cancel()

    def stop_all(self) -> None:
        """Give up everything."""
        for key in list(self._paintings):
            self.stop(key)

    def begin(
        self, key: str, source: Source, choices: Choices, selection: Any, find: wish.FindStyle
    ) -> None:
        """Paint ``source``; the document is not being painted yet."""
        self._state.message.set(_about_colours(source))
        title = wish.title_of(choices, self._state.name_of)
        manifest = self._state.offer.value.manifest
        above = self._last.get(_name_of(source))
        wanted = Wanted(source, choices, manifest, find, title, selection, above)
        listener = Listener(
            shown=partial(self._show, key),
            sketched=partial(self._sketch, key),
            landed=partial(self._landed, key, wanted),
            failed=partial(self._failed, key),
            stopped=partial(self._over, key),
        )
        self._paintings[key] = Painting(wanted, self._link, self._turns, listener)

    def _show(self, key: str, shown: Shown) -> None:
        self._shown[key] = shown
        if key == self._front:
            self._state.shown.set(shown)

    def _sketch(self, key: str, sketch: Sketch) -> None:
        if key == self._front:
            self.sketched.emit(sketch)

    def _landed(self, key: str, wanted: Wanted, node: Any, notes: tuple[str, ...]) -> None:
        self._over(key)
        source = wanted.source
        self._last[_name_of(source)] = node
        if wanted.choices.output == "in-place":
            self._replaced.keep(source.node, node)
        else:
            # Krita makes the new layer the active one, some time later; the next style is for the same layer.
            activate: Callable[[], object] = partial(source.document.setActiveNode, source.node)
            QtCore.QTimer.singleShot(_SETTLE_MS, activate)
        if notes:
            self._state.message.set(Message("\n".join(notes)))
        picture = node_image(node, _SEEN)
        if key == self._front:
            self.painted.emit(picture, node)
        entry = Entry(wanted.title, wanted.choices, thumbnail(picture))
        self._state.history.set(with_entry(self._state.history.value, entry))
        self._settings.keep_history(self._state.history.value)

    def _failed(self, key: str, error: LinkError) -> None:
        self._over(key)
        self._state.message.set(Message(error.message, error.hint, bad=True, action="again"))

    def _over(self, key: str) -> None:
        self._paintings.pop(key, None)
        self._shown.pop(key, None)
        if key == self._front:
            self._state.shown.set(None)


def _name_of(source: Source) -> str:
    return str(source.node.uniqueId().toString())


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

"""Where Krita's undo history stands. libkis does not tell; the history docker does, also while it is hidden.

The docker shows the history of the document in front, and Undo acts on that one: of others nothing is known.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..qt import QtWidgets

DOCKER = "History"


@dataclass(frozen=True)
class Position:
    """How many steps there are, those that could be done again among them, and which one was done last."""

    steps: int
    current: int


class UndoHistory:
    """The history of the document in front."""

    def __init__(self, krita: Any) -> None:
        self._krita = krita

    def position(self, document: Any) -> Position | None:
        """Where that of ``document`` stands; None when it is not in front, or this Krita does not show it."""
        if self._krita.activeDocument() != document:
            return None
        window = self._krita.activeWindow()
        docker = window and window.qwindow().findChild(QtWidgets.QDockWidget, DOCKER)
        view = docker and docker.findChild(QtWidgets.QListView)
        if view is None or view.model() is None:
            return None
        return Position(view.model().rowCount(), view.currentIndex().row())

    def undo(self) -> None:
        """Take the last step back; Krita does so some time later."""
        self._krita.action("edit_undo").trigger()

    def redo(self) -> None:
        """Do again what was taken back last; Krita does so some time later."""
        self._krita.action("edit_redo").trigger()

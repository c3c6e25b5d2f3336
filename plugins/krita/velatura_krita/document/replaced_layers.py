"""Layers that were painted in place: while a painted one is there, the one before is hidden."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from typing import Any

from ..qt import QtCore

_LOOK_MS = 300


@dataclass
class _Layer:
    """``painted`` are the results that stand for ``node``: editing one makes another."""

    document: Any
    node: Any
    painted: list[Any]
    hidden: bool = True


class ReplacedLayers(QtCore.QObject):
    """Krita tells nobody of undo and redo, so this looks now and then."""

    def __init__(self, parent: QtCore.QObject) -> None:
        super().__init__(parent)
        self._layers: list[_Layer] = []
        self._timer = QtCore.QTimer(self)
        self._timer.timeout.connect(self._look)

    def keep(self, document: Any, before: Any, after: Any) -> None:
        """``after`` stands for ``before`` in ``document``; ``before`` is hidden already."""
        for layer in self._layers:
            if layer.node == before:
                layer.painted.append(after)
                layer.hidden = True
                return
        self._layers.append(_Layer(document, before, [after]))
        self._timer.start(_LOOK_MS)

    def forget_closed(self, open_now: Container[Any]) -> None:
        """Let go of documents that are not in ``open_now``."""
        self._layers = [layer for layer in self._layers if layer.document in open_now]
        if not self._layers:
            self._timer.stop()

    def _look(self) -> None:
        for layer in self._layers:
            there = any(each.parentNode() is not None for each in layer.painted)
            if there != layer.hidden:
                layer.hidden = there
                layer.node.setVisible(not there)
                # Krita 5.2 shows and hides without compositing anew.
                layer.document.refreshProjection()

"""Layers that were painted in place: while the painted one is there, the one before is hidden."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .qt import QtCore

_LOOK_MS = 300


@dataclass(frozen=True)
class _Pair:
    document: Any
    before: Any
    after: Any


class Replaced(QtCore.QObject):
    """Krita tells nobody of undo and redo, so this looks now and then."""

    def __init__(self, parent: QtCore.QObject) -> None:
        super().__init__(parent)
        self._pairs: list[tuple[_Pair, bool]] = []
        self._timer = QtCore.QTimer(self)
        self._timer.timeout.connect(self._look)

    def keep(self, document: Any, before: Any, after: Any) -> None:
        """``after`` stands for ``before`` in ``document``; ``before`` is hidden already."""
        self._pairs.append((_Pair(document, before, after), True))
        self._timer.start(_LOOK_MS)

    def _look(self) -> None:
        kept = []
        for pair, was_there in self._pairs:
            try:
                there = pair.after.parentNode() is not None
                if there != was_there:
                    pair.before.setVisible(not there)
                    # Krita 5.2 shows and hides without compositing anew.
                    pair.document.refreshProjection()
            except RuntimeError:
                # Their document was closed.
                continue
            kept.append((pair, there))
        self._pairs = kept
        if not kept:
            self._timer.stop()

"""The small arrow beside a setting that differs from its default."""

from __future__ import annotations

from typing import Any

from ..qt import QtWidgets, Signal
from ..texts import tr

_SIDE = 20


class ResetButton(QtWidgets.QToolButton):
    """Puts a setting back to its default. It keeps its room while it is hidden, so that nothing jumps."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("velatura_reset")
        self.setText("↺")
        self.setAutoRaise(True)
        self.setToolTip(tr("Back to the default"))
        self.setFixedSize(_SIDE, _SIDE)
        policy = self.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.setSizePolicy(policy)
        self.hide()


class NameLabel(QtWidgets.QLabel):
    """A setting's name; a double click on it is ``reset``. Bold while the setting differs from its default."""

    reset = Signal()

    def __init__(self, text: str, tip: str = "") -> None:
        super().__init__(text)
        again = tr("Double-click: back to the default")
        self.setToolTip(f"{tip}<p><small>{again}</small></p>")
        # Room for the bold letters, so that nothing jumps.
        self._mark(True)
        self.needed = self.fontMetrics().horizontalAdvance(text) + 2
        self.setMinimumWidth(self.needed)
        self._mark(False)

    def line_up(self, width: int) -> None:
        """Be ``width`` pixels wide, or as wide as the name."""
        self.setMinimumWidth(max(width, self.needed))

    def mark(self, differs: bool) -> None:
        """Show whether the setting differs from its default."""
        if differs != self.font().bold():
            self._mark(differs)

    def mouseDoubleClickEvent(self, event: Any) -> None:
        self.reset.emit()

    def _mark(self, differs: bool) -> None:
        font = self.font()
        font.setBold(differs)
        self.setFont(font)

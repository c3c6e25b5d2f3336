"""The seed: a number that another painting begins with, and dice for a new one."""

from __future__ import annotations

import random
from typing import Any

from ..qt import QtCore, QtGui, QtWidgets, Signal
from ..texts import tr
from .inputs import SpinBox
from .reset_button import NameLabel, ResetButton

MOST = 2**31 - 1


class SeedRow(QtWidgets.QWidget):
    """``changed`` has the seed; 0 is the default."""

    changed = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        tip = tr(
            "The same seed and settings give the same painting; another seed gives another one."
        )
        self._name = NameLabel(tr("Random seed"), f"<p>{tip}</p>")
        self._name.reset.connect(lambda: self.changed.emit(0))
        self.number = SpinBox()
        self.number.setObjectName("velatura_seed")
        self.number.setRange(0, MOST)
        self.number.setKeyboardTracking(False)
        self.number.setToolTip(f"<p>{tip}</p>")
        self.number.valueChanged.connect(lambda value: self.changed.emit(value))
        self.dice = QtWidgets.QToolButton()
        self.dice.setObjectName("velatura_dice")
        self.dice.setIcon(_dice(self.palette().text().color()))
        self.dice.setToolTip(tr("New seed"))
        self.dice.clicked.connect(lambda: self.changed.emit(random.randint(1, 999_999)))
        self._reset = ResetButton()
        self._reset.clicked.connect(lambda: self.changed.emit(0))
        line = QtWidgets.QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(6)
        line.addWidget(self._name)
        line.addWidget(self.number, 1)
        line.addWidget(self.dice)
        line.addWidget(self._reset)

    def show_seed(self, seed: int) -> None:
        """Show ``seed``; nobody is told."""
        blocker = QtCore.QSignalBlocker(self.number)
        self.number.setValue(min(max(seed, 0), MOST))
        blocker.unblock()
        self._name.mark(seed != 0)
        self._reset.setVisible(seed != 0)


def _dice(colour: Any, side: int = 64) -> Any:
    """The five of a die."""
    pixmap = QtGui.QPixmap(side, side)
    pixmap.fill(QtGui.QColor(0, 0, 0, 0))
    painter = QtGui.QPainter(pixmap)
    painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
    painter.setPen(QtGui.QPen(colour, side / 13))
    edge = 0.12 * side
    painter.drawRoundedRect(
        QtCore.QRectF(edge, edge, side - 2 * edge, side - 2 * edge), side / 8, side / 8
    )
    painter.setBrush(colour)
    for x, y in ((0.32, 0.32), (0.68, 0.32), (0.5, 0.5), (0.32, 0.68), (0.68, 0.68)):
        painter.drawEllipse(QtCore.QPointF(x * side, y * side), side / 18, side / 18)
    painter.end()
    return QtGui.QIcon(pixmap)

"""A bar that is painted when its value changes, and at no other time."""

from __future__ import annotations

from typing import Any

from ..qt import QtCore, QtGui, QtWidgets

_FINE = 1000
_HEIGHT = 6
_ROUND = 2.0


class ProgressBar(QtWidgets.QProgressBar):
    """Shows a share of 0 to 1, or that it is unknown.

    Krita's style moves stripes over a bar 15 times a second. Each time the whole window is composed anew, since there
    are OpenGL widgets in it: a fourth of a processor's time where there is no graphics card, while a picture is
    painted.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setTextVisible(False)
        self.setFixedHeight(_HEIGHT)

    def show_share(self, share: float | None) -> None:
        """``share`` of the whole; None while nobody knows."""
        self.setRange(0, 0 if share is None else _FINE)
        self.setValue(round((share or 0.0) * _FINE))

    def paintEvent(self, event: Any) -> None:
        palette, full = self.palette(), QtCore.QRectF(self.rect())
        painter = QtGui.QPainter(self)
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        painter.setPen(QtCore.Qt.PenStyle.NoPen)
        painter.setBrush(palette.color(QtGui.QPalette.ColorRole.Base))
        painter.drawRoundedRect(full, _ROUND, _ROUND)
        colour = palette.color(QtGui.QPalette.ColorRole.Highlight)
        if self.maximum():
            full.setWidth(full.width() * self.value() / self.maximum())
            painter.setBrush(colour)
        else:
            painter.setBrush(QtGui.QBrush(colour, QtCore.Qt.BrushStyle.BDiagPattern))
        painter.drawRoundedRect(full, _ROUND, _ROUND)
        painter.end()

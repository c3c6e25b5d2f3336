"""A bar that is painted when its value changes, and at no other time."""

from __future__ import annotations

from typing import Any

from ..qt import QtCore, QtGui, QtWidgets

_FINE = 1000
_HEIGHT = 6
_ROUND = 2.0
_SHIFT_MS = 500
"""How often hatching moves while the share is unknown: somebody is still at work."""


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
        self._shift = 0
        self._unknown = QtCore.QTimer(self)
        self._unknown.setInterval(_SHIFT_MS)
        self._unknown.timeout.connect(self._go_on)

    def show_share(self, share: float | None) -> None:
        """``share`` of the whole; None while nobody knows."""
        if share is None:
            self.setRange(0, 0)
            self._unknown.start()
            return
        self._unknown.stop()
        value = round(share * _FINE)
        # A change of less than a pixel is not worth a picture of the window.
        if not self.maximum() or abs(value - self.value()) * self.width() >= _FINE:
            self.setRange(0, _FINE)
            self.setValue(value)
            self.update()

    def hideEvent(self, event: Any) -> None:
        super().hideEvent(event)
        self._unknown.stop()

    def _go_on(self) -> None:
        self._shift += 2
        self.update()

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
            painter.setBrushOrigin(self._shift, 0)
            painter.setBrush(QtGui.QBrush(colour, QtCore.Qt.BrushStyle.BDiagPattern))
        painter.drawRoundedRect(full, _ROUND, _ROUND)
        painter.end()

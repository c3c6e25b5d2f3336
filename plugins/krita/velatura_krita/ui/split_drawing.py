"""How the parts of a split view are drawn."""

from __future__ import annotations

from typing import Any

from ..qt import Qt, QtCore, QtGui

_CHECK = 8


def draw_line(painter: Any, split: float, seen: Any) -> None:
    """The line between before and after, with a grip in its middle."""
    top, bottom = QtCore.QPointF(split, seen.top()), QtCore.QPointF(split, seen.bottom())
    painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
    painter.setPen(QtGui.QPen(QtGui.QColor(0, 0, 0, 120), 3.0))
    painter.drawLine(top, bottom)
    painter.setPen(QtGui.QPen(QtGui.QColor(255, 255, 255, 230), 1.2))
    painter.drawLine(top, bottom)
    painter.setBrush(QtGui.QColor(255, 255, 255, 230))
    painter.setPen(QtGui.QPen(QtGui.QColor(0, 0, 0, 120), 1.0))
    painter.drawEllipse(QtCore.QPointF(split, seen.center().y()), 5.0, 5.0)


def draw_words(painter: Any, seen: Any, words: str, *, right: bool, share: float = 1.0) -> None:
    """A label in a lower corner of ``seen``, over at most that ``share`` of its width."""
    metrics = painter.fontMetrics()
    room = max(int(seen.width() * share) - 24, 40)
    words = metrics.elidedText(words, Qt.TextElideMode.ElideRight, room)
    size = metrics.size(0, words)
    label = QtCore.QRectF(0, 0, size.width() + 12, size.height() + 6)
    if right:
        label.moveBottomRight(seen.bottomRight() - QtCore.QPointF(6, 6))
    else:
        label.moveBottomLeft(seen.bottomLeft() + QtCore.QPointF(6, -6))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QtGui.QColor(0, 0, 0, 160))
    painter.drawRoundedRect(label, 4.0, 4.0)
    painter.setPen(QtGui.QColor(255, 255, 255))
    painter.drawText(label, int(Qt.AlignmentFlag.AlignCenter), words)


def draw_checks(painter: Any, frame: Any) -> None:
    """What is seen through transparent pixels."""
    painter.save()
    painter.setClipRect(frame)
    painter.fillRect(frame, QtGui.QColor(150, 150, 150))
    for y in range(int(frame.top()), int(frame.bottom()) + 1, _CHECK):
        first = int(frame.left()) + (_CHECK if (y // _CHECK) % 2 else 0)
        for x in range(first, int(frame.right()) + 1, 2 * _CHECK):
            painter.fillRect(x, y, _CHECK, _CHECK, QtGui.QColor(120, 120, 120))
    painter.restore()

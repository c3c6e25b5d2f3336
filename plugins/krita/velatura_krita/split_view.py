"""Before and after in one picture, parted by a line that can be dragged."""

from __future__ import annotations

from typing import Any

from .qt import Qt, QtCore, QtGui, QtWidgets
from .texts import tr

_LEAST = 120
_MOST = 420
_CHECK = 8


class SplitView(QtWidgets.QWidget):
    """Left of the line is the layer as it is, right of it what the choices make of it."""

    def __init__(self) -> None:
        super().__init__()
        self._before: Any = None
        self._after: Any = None
        self._line = 0.5
        self._caption = ""
        self.setMinimumHeight(_LEAST)
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.SplitHCursor)

    def show_pictures(self, before: Any, after: Any, caption: str = "") -> None:
        """Two QImages of the same picture; the one before stays where it is None. ``caption`` stands upon them."""
        self._before = before if before is not None else self._before
        self._after = after
        self._caption = caption
        self.updateGeometry()
        self.update()

    def take_caption(self) -> None:
        """Say nothing more of the pictures."""
        self._caption = ""
        self.update()

    @property
    def side(self) -> int:
        """The longest side in device pixels that there is room for."""
        return int(max(self.width(), _LEAST) * self.devicePixelRatioF())

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        picture = self._after or self._before
        if picture is None or not picture.width():
            return _LEAST
        return int(min(max(width * picture.height() / picture.width(), _LEAST), _MOST))

    def sizeHint(self) -> Any:
        return QtCore.QSize(240, self.heightForWidth(max(self.width(), 200)))

    def mousePressEvent(self, event: Any) -> None:
        self._drag(event)

    def mouseMoveEvent(self, event: Any) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._drag(event)

    def paintEvent(self, event: Any) -> None:
        painter = QtGui.QPainter(self)
        painter.setRenderHint(QtGui.QPainter.RenderHint.SmoothPixmapTransform)
        painter.fillRect(self.rect(), self.palette().base())
        if self._before is None and self._after is None:
            faint = self.palette().text().color()
            faint.setAlpha(150)
            painter.setPen(faint)
            text = tr("Choose a style to see it here")
            painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignCenter), text)
            return
        frame = self._frame()
        _draw_checks(painter, frame)
        split = frame.left() + self._line * frame.width()
        left, right = QtCore.QRectF(frame), QtCore.QRectF(frame)
        left.setRight(split)
        right.setLeft(split)
        for picture, part in ((self._before, left), (self._after, right)):
            if picture is not None:
                painter.save()
                painter.setClipRect(part)
                painter.drawImage(frame, picture)
                painter.restore()
        if self._after is None:
            return
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        painter.setPen(QtGui.QPen(QtGui.QColor(0, 0, 0, 120), 3.0))
        painter.drawLine(QtCore.QPointF(split, frame.top()), QtCore.QPointF(split, frame.bottom()))
        painter.setPen(QtGui.QPen(QtGui.QColor(255, 255, 255, 230), 1.2))
        painter.drawLine(QtCore.QPointF(split, frame.top()), QtCore.QPointF(split, frame.bottom()))
        painter.setBrush(QtGui.QColor(255, 255, 255, 230))
        painter.setPen(QtGui.QPen(QtGui.QColor(0, 0, 0, 120), 1.0))
        painter.drawEllipse(QtCore.QPointF(split, frame.center().y()), 5.0, 5.0)
        if self._caption:
            self._draw_caption(painter, frame)

    def _draw_caption(self, painter: Any, frame: Any) -> None:
        size = painter.fontMetrics().size(0, self._caption)
        label = QtCore.QRectF(0, 0, size.width() + 12, size.height() + 6)
        label.moveBottomRight(frame.bottomRight() - QtCore.QPointF(6, 6))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QtGui.QColor(0, 0, 0, 150))
        painter.drawRoundedRect(label, 4.0, 4.0)
        painter.setPen(QtGui.QColor(255, 255, 255))
        painter.drawText(label, int(Qt.AlignmentFlag.AlignCenter), self._caption)

    def _frame(self) -> Any:
        """Where the picture lies in the widget."""
        picture = self._after or self._before
        size = QtCore.QSizeF(picture.width(), picture.height())
        size.scale(QtCore.QSizeF(self.size()), Qt.AspectRatioMode.KeepAspectRatio)
        frame = QtCore.QRectF(QtCore.QPointF(0, 0), size)
        frame.moveCenter(QtCore.QRectF(self.rect()).center())
        return frame

    def _drag(self, event: Any) -> None:
        if self._before is None and self._after is None:
            return
        frame = self._frame()
        self._line = min(max((event.pos().x() - frame.left()) / frame.width(), 0.0), 1.0)
        self.update()


def _draw_checks(painter: Any, frame: Any) -> None:
    painter.save()
    painter.setClipRect(frame)
    painter.fillRect(frame, QtGui.QColor(150, 150, 150))
    for y in range(int(frame.top()), int(frame.bottom()) + 1, _CHECK):
        first = int(frame.left()) + (_CHECK if (y // _CHECK) % 2 else 0)
        for x in range(first, int(frame.right()) + 1, 2 * _CHECK):
            painter.fillRect(x, y, _CHECK, _CHECK, QtGui.QColor(120, 120, 120))
    painter.restore()

"""A picture with a rectangle over it that is dragged to the part that counts."""

from __future__ import annotations

from typing import Any

from ..model.cropping import MOVE, Grip, dragged, drawn, grip_at
from ..model.style_view import WHOLE, Crop
from ..qt import Qt, QtCore, QtGui, QtWidgets, Signal
from ..texts import tr

MARGIN = 6
"""Room around the picture, for the handles at its corners."""
_REACH = 9
_HANDLE = 7
_WIDEST, _LOWEST, _HIGHEST = 372, 150, 320
_ARROWS = {
    Qt.Key.Key_Left: (-0.01, 0.0),
    Qt.Key.Key_Right: (0.01, 0.0),
    Qt.Key.Key_Up: (0.0, -0.01),
    Qt.Key.Key_Down: (0.0, 0.01),
}
_GRIPS: tuple[Grip, ...] = tuple((x, y) for x in (-1, 0, 1) for y in (-1, 0, 1) if (x, y) != MOVE)
_END: Grip = (1, 1)


class CropCanvas(QtWidgets.QWidget):
    """Drag a side or a corner, drag inside to move, drag elsewhere to draw anew; ``changed`` has the crop.

    Arrow keys move it, with Shift they size it; a double click takes the whole picture.
    """

    changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("velatura_crop")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName(tr("The part of the picture that is used"))
        self._picture: Any = QtGui.QImage()
        self._crop: Crop = WHOLE
        self._grip: Grip | None = None
        self._start: Any = None
        self._from: Crop = WHOLE

    def show_picture(self, picture: Any) -> None:
        """Have another QImage below the rectangle."""
        self._picture = picture
        shape = picture.height() / picture.width() if picture.width() else 0.6
        room = _WIDEST - 2 * MARGIN
        self.setFixedSize(_WIDEST, int(min(max(room * shape, _LOWEST), _HIGHEST)) + 2 * MARGIN)
        self.update()

    def set(self, crop: Crop) -> None:
        """Put the rectangle there; nobody is told."""
        self._crop = crop
        self.update()

    def mousePressEvent(self, event: Any) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self._picture.isNull():
            return
        self._start, self._from = event.pos(), self._crop
        self._grip = self._grip_at(event.pos())
        self.update()

    def mouseMoveEvent(self, event: Any) -> None:
        if self._start is None:
            self._point_with(self._grip_at(event.pos()))
            return
        frame, now = self._frame(), event.pos()
        if self._grip is not None:
            x = (now.x() - self._start.x()) / frame.width()
            y = (now.y() - self._start.y()) / frame.height()
            self._put(dragged(self._from, self._grip, x, y))
        elif (now - self._start).manhattanLength() >= QtWidgets.QApplication.startDragDistance():
            self._put(drawn(*self._place(self._start), *self._place(now)))

    def mouseReleaseEvent(self, event: Any) -> None:
        self._start = None
        self._point_with(self._grip_at(event.pos()))
        self.update()

    def mouseDoubleClickEvent(self, event: Any) -> None:
        self._put(WHOLE)

    def keyPressEvent(self, event: Any) -> None:
        if event.key() not in _ARROWS or self._picture.isNull():
            super().keyPressEvent(event)
            return
        sizes = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        self._put(dragged(self._crop, _END if sizes else MOVE, *_ARROWS[event.key()]))

    def paintEvent(self, event: Any) -> None:
        painter = QtGui.QPainter(self)
        painter.setRenderHint(QtGui.QPainter.RenderHint.SmoothPixmapTransform)
        if self._picture.isNull():
            painter.fillRect(self.rect(), self.palette().base())
            painter.setPen(self.palette().text().color())
            words = tr("The picture cannot be shown here, but it is still used for painting.")
            flags = int(Qt.AlignmentFlag.AlignCenter) | int(Qt.TextFlag.TextWordWrap)
            painter.drawText(self.rect().adjusted(20, 0, -20, 0), flags, words)
            return
        frame, held = self._frame(), self._rectangle()
        painter.drawImage(frame, self._picture)
        outside = QtGui.QPainterPath()
        outside.addRect(frame)
        inside = QtGui.QPainterPath()
        inside.addRect(held)
        painter.fillPath(outside.subtracted(inside), QtGui.QColor(0, 0, 0, 150))
        painter.setPen(QtGui.QPen(QtGui.QColor(0, 0, 0, 140), 3.0))
        painter.drawRect(held)
        painter.setPen(QtGui.QPen(QtGui.QColor(255, 255, 255, 235), 1.2))
        painter.drawRect(held)
        if self._start is not None:
            _draw_thirds(painter, held)
        self._draw_handles(painter, held)

    def _draw_handles(self, painter: Any, held: Any) -> None:
        focus = (
            self.palette().highlight().color() if self.hasFocus() else QtGui.QColor(255, 255, 255)
        )
        painter.setBrush(focus)
        painter.setPen(QtGui.QPen(QtGui.QColor(0, 0, 0, 170), 1.0))
        middle, half = held.center(), _HANDLE / 2
        for x, y in _GRIPS:
            left = middle.x() + x * held.width() / 2 - half
            top = middle.y() + y * held.height() / 2 - half
            painter.drawRect(QtCore.QRectF(left, top, _HANDLE, _HANDLE))

    def _frame(self) -> Any:
        """Where the picture lies in the widget."""
        room = QtCore.QRectF(self.rect()).adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
        size = QtCore.QSizeF(self._picture.width(), self._picture.height())
        size.scale(room.size(), Qt.AspectRatioMode.KeepAspectRatio)
        frame = QtCore.QRectF(QtCore.QPointF(0, 0), size)
        frame.moveCenter(room.center())
        return frame

    def _rectangle(self) -> Any:
        frame = self._frame()
        left, top, right, bottom = self._crop
        corner = QtCore.QPointF(
            frame.left() + left * frame.width(), frame.top() + top * frame.height()
        )
        size = QtCore.QSizeF((right - left) * frame.width(), (bottom - top) * frame.height())
        return QtCore.QRectF(corner, size)

    def _place(self, point: Any) -> tuple[float, float]:
        frame = self._frame()
        return (
            (point.x() - frame.left()) / frame.width(),
            (point.y() - frame.top()) / frame.height(),
        )

    def _grip_at(self, point: Any) -> Grip | None:
        if self._picture.isNull():
            return None
        frame = self._frame()
        reach = (_REACH / frame.width(), _REACH / frame.height())
        grip = grip_at(self._crop, *self._place(point), reach)
        # All of the picture cannot be moved: there a drag draws the part.
        return None if grip == MOVE and self._crop == WHOLE else grip

    def _point_with(self, grip: Grip | None) -> None:
        shapes = Qt.CursorShape
        if grip is None:
            shape = shapes.CrossCursor
        elif grip == MOVE:
            shape = shapes.SizeAllCursor
        elif 0 in grip:
            shape = shapes.SizeHorCursor if grip[0] else shapes.SizeVerCursor
        else:
            shape = shapes.SizeFDiagCursor if grip[0] == grip[1] else shapes.SizeBDiagCursor
        self.setCursor(shape)

    def _put(self, crop: Crop) -> None:
        if crop != self._crop:
            self.set(crop)
            self.changed.emit(crop)


def _draw_thirds(painter: Any, held: Any) -> None:
    painter.setPen(QtGui.QPen(QtGui.QColor(255, 255, 255, 110), 1.0))
    for third in (1 / 3, 2 / 3):
        x, y = held.left() + third * held.width(), held.top() + third * held.height()
        painter.drawLine(QtCore.QPointF(x, held.top()), QtCore.QPointF(x, held.bottom()))
        painter.drawLine(QtCore.QPointF(held.left(), y), QtCore.QPointF(held.right(), y))

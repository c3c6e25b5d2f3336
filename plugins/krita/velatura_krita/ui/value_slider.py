"""A slider as Krita has them: title and value stand in the bar that is dragged."""

from __future__ import annotations

from typing import Any

from ..qt import Qt, QtCore, QtGui, QtWidgets, Signal
from .inputs import ClickFocus

_HEIGHT = 24
_RADIUS = 3.0
_DRAG = 3
"""Pixels that the pointer moves before a press is a drag."""


class ValueSlider(ClickFocus, QtWidgets.QWidget):
    """A value between ``least`` and ``most``. Drag, click, use the arrow keys, or double-click and type.

    The wheel turns it after a click into it. A click is told from a double click by waiting for the second one.
    ``shown`` says how many times as large the value is written; ``zero`` is written instead of 0 where it is not
    empty; ``changed`` has the value.
    """

    changed = Signal(float)

    def __init__(
        self,
        title: str,
        least: float,
        most: float,
        *,
        step: float,
        unit: str = "",
        decimals: int = 2,
        shown: float = 1.0,
        zero: str = "",
    ) -> None:
        super().__init__()
        self._title, self._unit, self._decimals, self._zero = title, unit, decimals, zero
        self._least, self._most, self._step, self._shown = least, most, step, shown
        self._value = least
        self._edit: Any = None
        self._differs = False
        self._pressed: int | None = None
        self._dragging = False
        self._clicked = QtCore.QTimer(self)
        self._clicked.setSingleShot(True)
        self._clicked.timeout.connect(self._waited)
        self.setMinimumHeight(_HEIGHT)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.SizeHorCursor)
        self.setAccessibleName(title)

    @property
    def value(self) -> float:
        """What it stands at."""
        return self._value

    def set(self, value: float) -> None:
        """Put it at ``value``; nobody is told."""
        self._value = min(max(value, self._least), self._most)
        self.update()

    def mark(self, differs: bool) -> None:
        """Show whether it differs from its default: its title is bold then."""
        if differs != self._differs:
            self._differs = differs
            self.update()

    def sizeHint(self) -> Any:
        return QtCore.QSize(160, _HEIGHT)

    def paintEvent(self, event: Any) -> None:
        painter = QtGui.QPainter(self)
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        palette = self.palette()
        bar = QtCore.QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        outline = QtGui.QPainterPath()
        outline.addRoundedRect(bar, _RADIUS, _RADIUS)
        painter.fillPath(outline, palette.base())
        share = (self._value - self._least) / ((self._most - self._least) or 1.0)
        filled = QtCore.QRectF(bar)
        filled.setWidth(bar.width() * share)
        painter.save()
        painter.setClipPath(outline)
        colour = QtGui.QColor(palette.highlight().color())
        colour.setAlpha(170 if self.isEnabled() else 60)
        painter.fillRect(filled, colour)
        painter.restore()
        edge = palette.highlight() if self.hasFocus() else palette.mid()
        painter.setPen(QtGui.QPen(edge.color(), 1.0))
        painter.drawPath(outline)
        painter.setPen(palette.text().color())
        inside = self.rect().adjusted(8, 0, -8, 0)
        middle = Qt.AlignmentFlag.AlignVCenter
        value = self._words()
        room = inside.width() - painter.fontMetrics().horizontalAdvance(value) - 8
        elided = Qt.TextElideMode.ElideRight
        painter.drawText(inside, int(middle | Qt.AlignmentFlag.AlignRight), value)
        font = painter.font()
        font.setBold(self._differs)
        painter.setFont(font)
        title = painter.fontMetrics().elidedText(self._title, elided, max(room, 0))
        painter.drawText(inside, int(middle | Qt.AlignmentFlag.AlignLeft), title)

    def mousePressEvent(self, event: Any) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed, self._dragging = event.pos().x(), False
            self.clicked_into = True

    def mouseMoveEvent(self, event: Any) -> None:
        if self._pressed is None or not event.buttons() & Qt.MouseButton.LeftButton:
            return
        if self._dragging or abs(event.pos().x() - self._pressed) >= _DRAG:
            self._dragging = True
            self._take(event.pos().x())

    def mouseReleaseEvent(self, event: Any) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self._pressed is None:
            return
        if self._dragging:
            self._pressed = None
        else:
            self._clicked.start(QtWidgets.QApplication.doubleClickInterval())

    def mouseDoubleClickEvent(self, event: Any) -> None:
        self._clicked.stop()
        self._pressed = None
        self._type()

    def wheelEvent(self, event: Any) -> None:
        # A docker that is scrolled must not turn what lies under the pointer.
        if self.clicked_into:
            self._put(self._value + (self._step if event.angleDelta().y() > 0 else -self._step))
        else:
            event.ignore()

    def keyPressEvent(self, event: Any) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Right, Qt.Key.Key_Up):
            self._put(self._value + self._step)
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Down):
            self._put(self._value - self._step)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2):
            self._type()
        else:
            super().keyPressEvent(event)

    def _neat(self, value: float) -> float:
        """The nearest value that can be written."""
        fine = float(10**self._decimals) * self._shown
        return round(value * fine) / fine

    def _meant(self, number: float) -> float:
        """The value that is written as ``number``."""
        return number / self._shown

    def _number(self) -> str:
        """The value as it is typed, in the host's locale."""
        locale = self.locale()
        locale.setNumberOptions(QtCore.QLocale.NumberOption.OmitGroupSeparator)
        return str(locale.toString(float(self._value * self._shown), "f", self._decimals))

    def _words(self) -> str:
        """The value as it is shown."""
        if self._zero and self._value == 0:
            return self._zero
        return f"{self._number()} {self._unit}".strip()

    def _waited(self) -> None:
        # A host that was busy for so long may have the second click among the events that it has not looked at yet.
        QtCore.QTimer.singleShot(0, self._click)

    def _click(self) -> None:
        """There was one click and no second."""
        if self._pressed is not None:
            self._take(self._pressed)
            self._pressed = None

    def _take(self, x: int) -> None:
        share = min(max(x / max(self.width() - 1, 1), 0.0), 1.0)
        self._put(self._least + share * (self._most - self._least))

    def _put(self, value: float) -> None:
        before = self._value
        self.set(self._neat(value))
        if self._value != before:
            self.changed.emit(self._value)

    def _type(self) -> None:
        edit = self._edit = _Editor(self._number(), self)
        edit.setGeometry(self.rect())
        edit.selectAll()
        edit.editingFinished.connect(self._typed)
        edit.escaped.connect(self._close_editor)
        edit.show()
        edit.setFocus()

    def _typed(self) -> None:
        if self._edit is None:
            return
        text = self._edit.text()
        self._close_editor()
        number, right = self.locale().toDouble(text)
        if not right:
            number, right = QtCore.QLocale.c().toDouble(text)
        if right:
            self._put(self._meant(number))

    def _close_editor(self) -> None:
        """Put the editor away; the value is what it was."""
        edit, self._edit = self._edit, None
        if edit is None:
            return
        if edit.hasFocus():
            self.setFocus()
        edit.hide()
        edit.deleteLater()


class _Editor(QtWidgets.QLineEdit):
    """A number being typed; ``escaped`` says that it is not wanted."""

    escaped = Signal()

    def event(self, event: Any) -> Any:
        # The host has shortcuts with Escape; while somebody types here, it is ours.
        escape = getattr(event, "key", lambda: None)() == Qt.Key.Key_Escape
        if escape and event.type() == QtCore.QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: Any) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.escaped.emit()
        else:
            super().keyPressEvent(event)
        # What the editor has no use for, Return say, is not meant for the slider below it.
        event.accept()

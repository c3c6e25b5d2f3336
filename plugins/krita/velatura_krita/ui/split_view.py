"""Before and after in one picture, parted by a line that can be dragged: all of it, or a part at its own size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..model.viewport import ZOOMS, Viewport, Window
from ..qt import Qt, QtCore, QtGui, QtWidgets, Signal
from ..texts import tr
from .split_drawing import draw_checks, draw_line, draw_words

LEAST = 76
_GRIP = 9
"""Distance from the line, in pixels of the screen, at which it is taken hold of."""
_STEP = 48
_STANDARD = 1.0


@dataclass(frozen=True)
class Half:
    """One side of the line: all of the picture, small, and over it a window in full size."""

    whole: Any = None
    window: Window | None = None
    part: Any = None


class SplitView(QtWidgets.QWidget):
    """Left of the line is the layer as it is, right of it what the choices make of it.

    ``looked`` has the window of the layer that is seen at its own size, None while all of it is. A double click looks
    at a place, and back; the wheel zooms while the view has the keys.
    """

    looked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("velatura_view")
        self._size = (0, 0)
        self._why = ""
        self._left, self._right = Half(), Half()
        self._viewport: Viewport | None = None
        self._line = 0.5
        self._caption = ""
        self._names: tuple[str, str] | None = None
        self._held: Any = None
        self.setMinimumHeight(LEAST)
        policy = QtWidgets.QSizePolicy.Policy
        self.setSizePolicy(policy.Expanding, policy.Expanding)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setToolTip(
            "<p>"
            + tr("Left of the line: the layer as it is. Right of it: the painting. Drag the line.")
            + "</p><p>"
            + tr("Double-click to see a place at actual size, and again to see the whole layer.")
            + "</p>"
        )

    # ---- what is shown

    def show_layer(self, size: tuple[int, int], before: Any, why: str = "") -> None:
        """Another layer, of ``size`` pixels, or the same after a change; ``why`` there is none to show."""
        if size != self._size:
            self._viewport = None
            self._right = Half()
        self._size, self._why, self._names = size, why, None
        self._left = Half(before)
        if before is None:
            self._right = Half()
        self._look()

    def take_after(self) -> None:
        """Nothing is painted yet of what is shown."""
        self._right = Half()
        self.update()

    def show_after(self, after: Any, caption: str = "") -> None:
        """All of what was painted; ``caption`` stands upon it."""
        self._right = Half(after)
        self._names = None
        self.say(caption)

    def show_part(self, window: Window, before: Any, after: Any, caption: str = "") -> None:
        """A part at the layer's own size; ``after`` is None until it is painted."""
        self._left = Half(self._left.whole, window, before)
        if after is not None:
            self._right = Half(self._right.whole, window, after)
        self.say(caption)

    def compare(self, first: Any, second: Any, names: tuple[str, str]) -> None:
        """Two results beside each other, each under its name; ``show_layer`` ends that."""
        self._left, self._right, self._names = Half(first), Half(second), names
        self._size, self._viewport, self._why = (first.width(), first.height()), None, ""
        self._look()

    def say(self, caption: str) -> None:
        """Put a few words upon the picture."""
        self._caption = caption
        self.update()

    @property
    def caption(self) -> str:
        """The words upon the picture."""
        return self._caption

    @property
    def before(self) -> Any:
        """The picture left of the line; None without one."""
        return self._left.whole

    @property
    def after(self) -> Any:
        """The picture right of the line; None until it is painted."""
        return self._right.whole

    @property
    def part(self) -> Any:
        """What was painted at the layer's own size; None until it is."""
        return self._right.part

    @property
    def side(self) -> int:
        """The longest side in device pixels that there is room for."""
        return int(max(self.width(), self.height(), LEAST) * self.devicePixelRatioF())

    # ---- where one looks

    @property
    def zoom(self) -> float | None:
        """Screen pixels for a pixel of the layer; None while all of it is seen."""
        return self._viewport.zoom if self._viewport is not None else None

    def look_at(self, zoom: float | None, at: tuple[float, float] | None = None) -> None:
        """See the layer's own pixels around ``at`` (the middle without it), or with None all of it."""
        if zoom is None or self._names is not None:
            self._viewport = None
        else:
            x, y = at or (self._size[0] / 2, self._size[1] / 2)
            self._viewport = Viewport(x, y, zoom)
        self._look()

    def _look(self) -> None:
        window = None
        if self._viewport is not None and self._left.whole is not None:
            self._viewport = self._viewport.held(self._size, self._room)
            window = self._viewport.window(self._size, self._room)
        self.looked.emit(window)
        self.update()

    @property
    def _room(self) -> tuple[float, float]:
        ratio = self.devicePixelRatioF()
        return (self.width() * ratio, self.height() * ratio)

    @property
    def _frame(self) -> Any:
        """Where the whole layer lies, in pixels of the widget; larger than that at its own size."""
        width, height = self._size
        if self._viewport is None:
            size = QtCore.QSizeF(width, height)
            size.scale(QtCore.QSizeF(self.size()), Qt.AspectRatioMode.KeepAspectRatio)
            frame = QtCore.QRectF(QtCore.QPointF(0, 0), size)
            frame.moveCenter(QtCore.QRectF(self.rect()).center())
            # On whole pixels: what is seen through the picture shows along an edge that covers a part of one.
            return QtCore.QRectF(frame.toAlignedRect())
        scale = self._viewport.zoom / self.devicePixelRatioF()
        left = self.width() / 2 - self._viewport.x * scale
        top = self.height() / 2 - self._viewport.y * scale
        return QtCore.QRectF(left, top, width * scale, height * scale)

    def _spot(self, position: Any) -> tuple[float, float]:
        """The layer's pixel under a place of the widget."""
        frame = self._frame
        scale = self._size[0] / frame.width()
        return ((position.x() - frame.left()) * scale, (position.y() - frame.top()) * scale)

    # ---- hands

    def sizeHint(self) -> Any:
        return QtCore.QSize(260, 200)

    def resizeEvent(self, event: Any) -> None:
        super().resizeEvent(event)
        if self._viewport is not None:
            self._look()

    def mousePressEvent(self, event: Any) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self._left.whole is None:
            event.ignore()
            return
        near = abs(event.pos().x() - self._split) <= _GRIP
        self._held = "line" if near or self._viewport is None else event.pos()
        self.mouseMoveEvent(event)

    def mouseMoveEvent(self, event: Any) -> None:
        position = event.pos()
        if self._held is None or not event.buttons() & Qt.MouseButton.LeftButton:
            self._show_cursor(position)
        elif self._held == "line":
            seen = self._seen
            share = (position.x() - seen.left()) / max(seen.width(), 1)
            self._line = min(max(share, 0.0), 1.0)
            self.update()
        elif self._viewport is not None:
            ratio = self.devicePixelRatioF()
            moved = position - self._held
            self._held = position
            self._viewport = self._viewport.dragged(moved.x() * ratio, moved.y() * ratio)
            self._look()

    def mouseReleaseEvent(self, event: Any) -> None:
        self._held = None
        self._show_cursor(event.pos())

    def mouseDoubleClickEvent(self, event: Any) -> None:
        if self._left.whole is not None:
            self._held = None
            self.look_at(_STANDARD if self._viewport is None else None, self._spot(event.pos()))

    def wheelEvent(self, event: Any) -> None:
        # Whoever scrolls past does not mean the picture.
        if not self.hasFocus() or self._left.whole is None or self._names is not None:
            event.ignore()
            return
        steps = 1 if event.angleDelta().y() > 0 else -1
        self._zoom(steps, event.position())
        event.accept()

    def keyPressEvent(self, event: Any) -> None:
        keys = Qt.Key
        ways = {
            keys.Key_Left: (_STEP, 0),
            keys.Key_Right: (-_STEP, 0),
            keys.Key_Up: (0, _STEP),
            keys.Key_Down: (0, -_STEP),
        }
        steps = {keys.Key_Plus: 1, keys.Key_Equal: 1, keys.Key_Minus: -1}
        if event.key() in ways and self._viewport is not None:
            self._viewport = self._viewport.dragged(*ways[event.key()])
            self._look()
        elif event.key() in steps and self._left.whole is not None:
            self._zoom(steps[event.key()], QtCore.QRectF(self.rect()).center())
        else:
            super().keyPressEvent(event)

    def _zoom(self, steps: int, place: Any) -> None:
        ratio = self.devicePixelRatioF()
        if self._viewport is not None:
            at = (place.x() * ratio, place.y() * ratio)
            self._viewport = self._viewport.zoomed(steps, at, self._room)
        elif steps > 0 and self._names is None:
            self._viewport = Viewport(*self._spot(place), ZOOMS[0])
        self._look()

    def _show_cursor(self, position: Any) -> None:
        shapes = Qt.CursorShape
        shape = shapes.SplitHCursor
        if self._left.whole is None:
            shape = shapes.ArrowCursor
        elif self._viewport is not None and abs(position.x() - self._split) > _GRIP:
            shape = shapes.OpenHandCursor
        self.setCursor(shape)

    # ---- drawing

    @property
    def _seen(self) -> Any:
        """The part of the widget that the picture covers."""
        return self._frame.intersected(QtCore.QRectF(self.rect()))

    @property
    def _split(self) -> float:
        seen = self._seen
        return float(seen.left() + self._line * seen.width())

    def paintEvent(self, event: Any) -> None:
        painter = QtGui.QPainter(self)
        painter.fillRect(self.rect(), self.palette().base())
        if self._left.whole is None:
            self._draw_why(painter)
            return
        seen, split = self._seen, self._split
        draw_checks(painter, seen)
        left, right = QtCore.QRectF(seen), QtCore.QRectF(seen)
        left.setRight(split)
        right.setLeft(split)
        after = self._right if self._right.whole is not None or self._right.part else None
        if after is None:
            left = seen
        for half, clip in ((self._left, left), (after, right)):
            if half is not None:
                painter.save()
                painter.setClipRect(clip)
                self._draw_half(painter, half)
                painter.restore()
        if after is not None:
            draw_line(painter, split, seen)
        if self._names is not None:
            draw_words(painter, seen, self._names[0], right=False, share=0.5)
            draw_words(painter, seen, self._names[1], right=True, share=0.5)
        elif self._caption:
            draw_words(painter, seen, self._caption, right=True)

    def _draw_half(self, painter: Any, half: Half) -> None:
        frame = self._frame
        smooth = QtGui.QPainter.RenderHint.SmoothPixmapTransform
        # At twice its size and more a pixel is shown as what it is.
        painter.setRenderHint(smooth, self._viewport is None or self._viewport.zoom <= 1)
        if half.whole is not None:
            painter.drawImage(frame, half.whole)
        if half.part is not None and half.window is not None and self._viewport is not None:
            scale = frame.width() / self._size[0]
            x0, y0, x1, y1 = half.window
            place = QtCore.QRectF(
                frame.left() + x0 * scale,
                frame.top() + y0 * scale,
                (x1 - x0) * scale,
                (y1 - y0) * scale,
            )
            painter.drawImage(place, half.part)

    def _draw_why(self, painter: Any) -> None:
        faint = self.palette().text().color()
        faint.setAlpha(170)
        painter.setPen(faint)
        flags = int(Qt.AlignmentFlag.AlignCenter) | int(Qt.TextFlag.TextWordWrap)
        painter.drawText(self.rect().adjusted(12, 0, -12, 0), flags, self._why)

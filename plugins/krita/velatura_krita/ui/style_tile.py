"""How a style is drawn in the library: its picture, a frame when it is chosen, a star, a mark when it cannot be."""

from __future__ import annotations

from typing import Any

from ..qt import Qt, QtCore, QtGui, QtWidgets

CAPTION = 18
STAR = 18
"""Side of the star's corner, where a click marks a favourite."""
_EDGE = 4
_RADIUS = 5.0
_FRAME = 3.0
_FAINT = 0.4


def picture_of(tile: Any) -> Any:
    """Where in the rectangle ``tile`` of an item its picture is."""
    side = min(tile.width() - 2 * _EDGE, tile.height() - CAPTION - 2)
    left = tile.left() + (tile.width() - side) // 2
    return QtCore.QRect(left, tile.top() + 2, side, side)


def star_of(tile: Any) -> Any:
    """Where in the rectangle ``tile`` of an item its star is."""
    picture = picture_of(tile)
    return QtCore.QRect(picture.right() - STAR, picture.top() + 2, STAR, STAR)


class StyleTile(QtWidgets.QStyledItemDelegate):
    """Items have a :class:`~velatura_krita.model.state.Tile` as data; those that are disabled cannot be painted with.

    ``marks``: favourites can be marked, so that a style under the pointer shows an empty star.
    """

    marks = False

    def paint(self, painter: Any, option: Any, index: Any) -> None:
        state, flags = option.state, QtWidgets.QStyle.StateFlag
        enabled, chosen = bool(state & flags.State_Enabled), bool(state & flags.State_Selected)
        hovered = bool(state & flags.State_MouseOver)
        tile = index.data(Qt.ItemDataRole.UserRole)
        picture = QtCore.QRectF(picture_of(option.rect))
        painter.save()
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QtGui.QPainter.RenderHint.SmoothPixmapTransform)
        outline = QtGui.QPainterPath()
        outline.addRoundedRect(picture, _RADIUS, _RADIUS)
        painter.save()
        painter.setClipPath(outline)
        painter.setOpacity(1.0 if enabled else _FAINT)
        icon = index.data(Qt.ItemDataRole.DecorationRole)
        painter.drawPixmap(picture.toRect(), icon.pixmap(icon.actualSize(QtCore.QSize(512, 512))))
        painter.restore()
        palette = option.palette
        if chosen:
            _frame(painter, picture, palette.highlight().color())
        elif hovered and enabled:
            painter.setPen(QtGui.QPen(palette.mid().color(), 1.5))
            painter.drawPath(outline)
        if not enabled:
            _crossed(painter, picture)
        if tile.favourite or (hovered and self.marks and tile.style.name is not None):
            _star(painter, QtCore.QRectF(star_of(option.rect)), filled=tile.favourite)
        self._caption(painter, option, tile.label, chosen=chosen, enabled=enabled)
        painter.restore()

    def _caption(
        self, painter: Any, option: Any, label: str, *, chosen: bool, enabled: bool
    ) -> None:
        font = QtGui.QFont(option.font)
        font.setBold(chosen)
        painter.setFont(font)
        groups = QtGui.QPalette.ColorGroup
        group = groups.Active if enabled else groups.Disabled
        painter.setPen(option.palette.color(group, QtGui.QPalette.ColorRole.Text))
        room = option.rect.adjusted(2, option.rect.height() - CAPTION, -2, 0)
        text = QtGui.QFontMetrics(font).elidedText(label, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, int(Qt.AlignmentFlag.AlignCenter), text)


def _frame(painter: Any, picture: Any, colour: Any) -> None:
    """A frame around the picture, told from any picture by a thin line of the other lightness inside."""
    half = _FRAME / 2
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QtGui.QPen(QtGui.QColor(20, 20, 20), 1.0))
    inside = picture.adjusted(_FRAME, _FRAME, -_FRAME, -_FRAME)
    painter.drawRoundedRect(inside, _RADIUS - 1, _RADIUS - 1)
    painter.setPen(QtGui.QPen(colour, _FRAME))
    painter.drawRoundedRect(picture.adjusted(half, half, -half, -half), _RADIUS, _RADIUS)


def _crossed(painter: Any, picture: Any) -> None:
    """A no-entry sign in the middle."""
    side = min(picture.width() * 0.36, 30.0)
    sign = QtCore.QRectF(0, 0, side, side)
    sign.moveCenter(picture.center())
    for width, colour in ((5.0, QtGui.QColor(20, 20, 20)), (2.5, QtGui.QColor(245, 245, 245))):
        painter.setPen(QtGui.QPen(colour, width))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(sign)
        reach = side / 2**1.5
        middle = sign.center()
        away = QtCore.QPointF(reach, reach)
        painter.drawLine(middle - away, middle + away)


def _star(painter: Any, place: Any, *, filled: bool) -> None:
    """A star, on any picture."""
    points = QtGui.QPainterPath()
    middle, far = place.center(), place.width() * 0.46
    for number in range(10):
        line = QtCore.QLineF.fromPolar(far if number % 2 == 0 else far * 0.45, 90 + 36 * number)
        point = middle + line.p2()
        if number:
            points.lineTo(point)
        else:
            points.moveTo(point)
    points.closeSubpath()
    painter.setPen(QtGui.QPen(QtGui.QColor(20, 20, 20, 220), 1.4))
    painter.setBrush(QtGui.QColor(255, 204, 64) if filled else QtGui.QColor(255, 255, 255, 120))
    painter.drawPath(points)

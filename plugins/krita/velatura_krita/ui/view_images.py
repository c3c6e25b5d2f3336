"""Pictures of styles, whole and as a view takes them."""

from __future__ import annotations

from typing import Any

from ..controller import Controller
from ..model.choices import StyleChoice
from ..model.style_view import StyleView, upright_inside
from ..qt import Qt, QtCore, QtGui

LARGEST = 1024
"""Longest side at which a style's own file is shown."""


def large_picture(controller: Controller, style: StyleChoice) -> Any:
    """The style's file as a QImage, or else its thumbnail; a null image without either."""
    if style.file is not None:
        try:
            file = controller.styles.find(style).picture
        except OSError:
            file = None
        if file is not None and not (image := decoded(bytes(file.view), LARGEST)).isNull():
            return image
    return decoded(thumbnail_of(controller, style), LARGEST)


def thumbnail_of(controller: Controller, style: StyleChoice) -> bytes | None:
    """A small picture file of the style, when there is one."""
    tiles = controller.state.tiles.value
    return next((tile.thumbnail for tile in tiles if tile.style == style), None)


def decoded(file: bytes | None, side: int) -> Any:
    """A picture file as an upright QImage of at most ``side`` pixels; a null image when Qt cannot read it."""
    data = QtCore.QByteArray(file or b"")
    buffer = QtCore.QBuffer(data)
    buffer.open(QtCore.QIODevice.OpenModeFlag.ReadOnly)
    reader = QtGui.QImageReader(buffer)
    reader.setAutoTransform(True)
    size = reader.size()
    if size.isValid() and max(size.width(), size.height()) > side:
        reader.setScaledSize(size.scaled(side, side, Qt.AspectRatioMode.KeepAspectRatio))
    return reader.read()


def taken(image: Any, view: StyleView) -> Any:
    """The part of ``image`` that ``view`` takes, turned; its scale is not shown."""
    if image.isNull() or view.plain:
        return image
    left, top, right, bottom = view.crop
    x, y = int(left * image.width()), int(top * image.height())
    width = max(round(right * image.width()) - x, 1)
    height = max(round(bottom * image.height()) - y, 1)
    part = image.copy(x, y, width, height)
    smooth = Qt.TransformationMode.SmoothTransformation
    turned = part.transformed(QtGui.QTransform().rotate(-view.rotation), smooth)
    wide, high = (max(int(side), 1) for side in upright_inside(width, height, view.rotation))
    return turned.copy((turned.width() - wide) // 2, (turned.height() - high) // 2, wide, high)


def fitted(image: Any, width: int, height: int, ratio: float) -> Any:
    """``image`` as a pixmap inside ``width`` × ``height``, for a screen of ``ratio`` device pixels a pixel."""
    keep = Qt.AspectRatioMode.KeepAspectRatio
    smooth = Qt.TransformationMode.SmoothTransformation
    small = image.scaled(round(width * ratio), round(height * ratio), keep, smooth)
    pixmap = QtGui.QPixmap.fromImage(small)
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


def squared(image: Any, side: int, ratio: float) -> Any:
    """The middle of ``image`` as a square pixmap; plain grey for a null image."""
    if image.isNull():
        image = QtGui.QImage(1, 1, QtGui.QImage.Format.Format_RGB32)
        image.fill(QtGui.QColor(110, 110, 110))
    short = min(image.width(), image.height())
    left, top = (image.width() - short) // 2, (image.height() - short) // 2
    return fitted(image.copy(left, top, short, short), side, side, ratio)


def crop_icon(colour: Any, ground: Any, side: int = 64) -> Any:
    """Two crossed angles, as crop tools have them, on a plate of the colour ``ground``."""
    pixmap = QtGui.QPixmap(side, side)
    pixmap.fill(QtGui.QColor(0, 0, 0, 0))
    painter = QtGui.QPainter(pixmap)
    painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
    plate = QtGui.QPainterPath()
    plate.addRoundedRect(QtCore.QRectF(0, 0, side, side), side / 7, side / 7)
    painter.fillPath(plate, ground)
    painter.setPen(QtGui.QPen(colour, side / 13))
    near, far, low, high = 0.32 * side, 0.68 * side, 0.14 * side, 0.86 * side
    for corners in (
        ((near, low), (near, far), (high, far)),
        ((low, near), (far, near), (far, high)),
    ):
        painter.drawPolyline(QtGui.QPolygonF([QtCore.QPointF(*corner) for corner in corners]))
    painter.end()
    return QtGui.QIcon(pixmap)

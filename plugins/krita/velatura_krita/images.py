"""Small pictures of files and layers, as files' bytes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .qt import Qt, QtCore, QtGui
from .reading import bounds_of

THUMBNAIL = 160


def file_thumbnail(path: Path) -> bytes | None:
    """A small PNG of the picture at ``path``; None when Qt cannot read it."""
    reader = QtGui.QImageReader(str(path))
    reader.setAutoTransform(True)
    size = reader.size()
    if size.isValid():
        keep = Qt.AspectRatioMode.KeepAspectRatio
        reader.setScaledSize(size.scaled(THUMBNAIL, THUMBNAIL, keep))
    image = reader.read()
    return None if image.isNull() else png_of(image)


def node_image(node: Any, side: int) -> Any:
    """``node`` as a QImage of at most ``side`` pixels."""
    bounds = bounds_of(node)
    scale = min(side / max(bounds.width, bounds.height, 1), 1.0)
    width, height = max(round(bounds.width * scale), 1), max(round(bounds.height * scale), 1)
    return node.thumbnail(width, height)


def thumbnail(image: Any) -> bytes:
    """A QImage as a small PNG."""
    keep, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    return png_of(image.scaled(THUMBNAIL, THUMBNAIL, keep, smooth))


def png_of(image: Any) -> bytes:
    """A QImage as a PNG file."""
    data = QtCore.QByteArray()
    buffer = QtCore.QBuffer(data)
    buffer.open(QtCore.QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return bytes(data)


def clipboard_png() -> bytes | None:
    """The picture in the clipboard as a PNG file; None when there is none."""
    image = QtGui.QGuiApplication.clipboard().image()
    return None if image.isNull() else png_of(image)


def square_icon(file: bytes | None, side: int) -> Any:
    """The middle of a picture file as an icon; plain grey without one."""
    picture = QtGui.QPixmap()
    if file is None or not picture.loadFromData(file):
        picture = QtGui.QPixmap(side, side)
        picture.fill(QtGui.QColor(110, 110, 110))
    short = min(picture.width(), picture.height())
    left, top = (picture.width() - short) // 2, (picture.height() - short) // 2
    smooth = Qt.TransformationMode.SmoothTransformation
    keep = Qt.AspectRatioMode.KeepAspectRatio
    return QtGui.QIcon(picture.copy(left, top, short, short).scaled(side, side, keep, smooth))

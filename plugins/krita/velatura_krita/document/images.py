"""Small pictures of files and layers, as files' bytes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from velatura_link.request import Pixels

from ..qt import Qt, QtCore, QtGui
from .channel_order import swapped
from .formats import SRGB, Bounds, ColourSpace
from .layer_reader import bounds_of, space_of

THUMBNAIL = 160
_SHOWN = ColourSpace("RGBA", "U8", SRGB)


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


def region_image(document: Any, node: Any, bounds: Bounds) -> Any:
    """The pixels of ``node``, as it is seen, over ``bounds`` of the document: a QImage of that size."""
    seen = node.projectionPixelData(bounds.x, bounds.y, bounds.width, bounds.height)
    return _image(document, seen, bounds.width, bounds.height, space_of(node))


def picture_image(document: Any, pixels: Pixels, space: ColourSpace) -> Any:
    """A small result of the daemon's, whose colours are those of ``space``, as a QImage."""
    data = bytes(pixels.view)
    if space.swapped:
        data = bytes(swapped(data, pixels.width, space.channel_bytes))
    return _image(document, data, pixels.width, pixels.height, space)


def _image(document: Any, data: Any, width: int, height: int, space: ColourSpace) -> Any:
    if space.model != "RGBA" or space.depth != "U8" or space.transfer != "srgb":
        # Krita knows every colour space; a layer that is in no document converts as one that is.
        flat = document.createNode("", "paintlayer")
        flat.setColorSpace(space.model, space.depth, space.profile)
        flat.setPixelData(QtCore.QByteArray(data), 0, 0, width, height)
        flat.setColorSpace(_SHOWN.model, _SHOWN.depth, _SHOWN.profile)
        data = flat.pixelData(0, 0, width, height)
    kind = QtGui.QImage.Format.Format_ARGB32
    if len(data) < 4 * width * height:
        # The document was closed: its layers have no pixels any more.
        empty = QtGui.QImage(width, height, kind)
        empty.fill(0)
        return empty
    return QtGui.QImage(bytes(data), width, height, 4 * width, kind).copy()


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
    return data.data()


def clipboard_png() -> bytes | None:
    """The picture in the clipboard as a PNG file; None when there is none."""
    clipboard = QtGui.QGuiApplication.clipboard()
    image = None if clipboard is None else clipboard.image()
    return None if image is None or image.isNull() else png_of(image)


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

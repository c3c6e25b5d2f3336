"""Stands in for Krita's module where there is no Krita: documents of 8-bit layers in memory, and nothing on a canvas.

It serves the plugin under a Qt that no Krita at hand has (qt6_docker.py); what Krita really does is tested in the real
one. Only what the plugin calls is here.
"""

from __future__ import annotations

import sys
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from PyQt6.QtCore import QByteArray, QObject, QPoint, QRect, QUuid
from PyQt6.QtGui import QImage
from PyQt6.QtWidgets import QDockWidget, QMainWindow

BYTES = 4


class Node:
    """A layer of 8-bit sRGB pixels, blue first, as large as its first pixels."""

    def __init__(self, name: str, kind: str) -> None:
        self._name, self._kind = name, kind
        self._id = QUuid.createUuid()
        self._bounds = QRect()
        self._pixels = bytearray()
        self._visible = True
        self._parent: Node | None = None
        self._children: list[Node] = []

    def name(self) -> str:
        return self._name

    def type(self) -> str:
        return self._kind

    def uniqueId(self) -> QUuid:
        return self._id

    def colorModel(self) -> str:
        return "RGBA"

    def colorDepth(self) -> str:
        return "U8"

    def colorProfile(self) -> str:
        return "sRGB-elle-V2-srgbtrc.icc"

    def bounds(self) -> QRect:
        return QRect(self._bounds)

    def position(self) -> QPoint:
        return QPoint()

    def visible(self) -> bool:
        return self._visible

    def setVisible(self, visible: bool) -> None:
        self._visible = visible

    def parentNode(self) -> Node | None:
        return self._parent

    def childNodes(self) -> list[Node]:
        return list(self._children)

    def addChildNode(self, child: Node, above: Node | None) -> bool:
        place = self._children.index(above) + 1 if above is not None else len(self._children)
        self._children.insert(place, child)
        child._parent = self
        return True

    def setPixelData(self, data: bytes, x: int, y: int, width: int, height: int) -> None:
        """Strips come from above to below."""
        self._bounds = self._bounds.united(QRect(x, y, width, height))
        self._pixels += data

    def pixelData(self, x: int, y: int, width: int, height: int) -> QByteArray:
        left, top, across = x - self._bounds.x(), y - self._bounds.y(), self._bounds.width()
        starts = (((top + row) * across + left) * BYTES for row in range(height))
        return QByteArray(b"".join(self._pixels[at : at + width * BYTES] for at in starts))

    def projectionPixelData(self, x: int, y: int, width: int, height: int) -> QByteArray:
        return self.pixelData(x, y, width, height)

    def thumbnail(self, width: int, height: int) -> QImage:
        bounds = self._bounds
        row = bounds.width() * BYTES
        image = QImage(
            bytes(self._pixels), bounds.width(), bounds.height(), row, QImage.Format.Format_ARGB32
        )
        return image.scaled(width, height)


class Document:
    """Its root, and the layer that is active."""

    def __init__(self) -> None:
        self._root = Node("root", "grouplayer")
        self._active: Node | None = None
        self._annotations: dict[str, QByteArray] = {}

    def rootNode(self) -> Node:
        return self._root

    def activeNode(self) -> Node | None:
        return self._active

    def setActiveNode(self, node: Node) -> None:
        self._active = node

    def nodeByUniqueID(self, wanted: QUuid) -> Node | None:
        nodes = (each for each in self._root.childNodes() if each.uniqueId() == wanted)
        return next(nodes, None)

    def createNode(self, name: str, kind: str) -> Node:
        return Node(name, kind)

    def selection(self) -> None:
        return None

    def refreshProjection(self) -> None:
        """Nothing is composited."""

    def annotationTypes(self) -> list[str]:
        return list(self._annotations)

    def annotation(self, kind: str) -> QByteArray:
        return self._annotations[kind]

    def setAnnotation(self, kind: str, _description: str, data: QByteArray) -> None:
        self._annotations[kind] = data


class Krita(QObject):
    """The application: one window, one document, settings for as long as it runs."""

    _only: Krita | None = None

    def __init__(self) -> None:
        super().__init__()
        self.document = Document()
        self.window = QMainWindow()
        self.factories: list[DockWidgetFactory] = []
        self._settings: dict[tuple[str, str], str] = {}

    @classmethod
    def instance(cls) -> Krita:
        if cls._only is None:
            cls._only = cls()
        return cls._only

    def activeDocument(self) -> Document:
        return self.document

    def documents(self) -> list[Document]:
        return [self.document]

    def activeWindow(self) -> None:
        """There is no window, and so no undo history."""
        return

    def readSetting(self, group: str, name: str, default: str) -> str:
        return self._settings.get((group, name), default)

    def writeSetting(self, group: str, name: str, value: str) -> None:
        self._settings[group, name] = value

    def addExtension(self, extension: Extension) -> None:
        """Actions are the real Krita's."""

    def addDockWidgetFactory(self, factory: DockWidgetFactory) -> None:
        self.factories.append(factory)


class Extension(QObject):
    """What has actions."""


class DockWidget(QDockWidget):
    """A docker."""


class DockWidgetFactoryBase:
    """Where dockers stand at first."""

    class DockPosition:
        DockRight = 2


class DockWidgetFactory(DockWidgetFactoryBase):
    """What makes dockers of the class ``made``."""

    def __init__(self, name: str, _position: int, made: type[DockWidget]) -> None:
        self.name, self.made = name, made


def stand_in() -> None:
    """Let ``import krita`` find this."""
    module: Any = ModuleType("krita")
    module.__spec__ = ModuleSpec("krita", None)
    for each in (Krita, Extension, DockWidget, DockWidgetFactoryBase, DockWidgetFactory):
        setattr(module, each.__name__, each)
    sys.modules["krita"] = module

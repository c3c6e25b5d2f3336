"""The library: pictures to paint in the style of."""

from __future__ import annotations

from typing import Any

from ..daemon.pending_styles import SUFFIXES
from ..document.checkpoint_files import SUFFIXES as MODEL_SUFFIXES
from ..document.images import png_of, square_icon
from ..model.choices import StyleChoice
from ..model.state import Tile
from ..qt import Qt, QtCore, QtGui, QtWidgets, Signal
from ..texts import tr
from .style_tile import CAPTION, StyleTile, star_of

SIDE = 76
_LEAST_CELL = 78
"""Pixels across: three columns in a docker as narrow as Krita makes it, so that two rows of styles fit a low one."""


class StyleGrid(QtWidgets.QListWidget):
    """Thumbnails to choose from; several are mixed. Pictures and files can be dropped on it.

    ``removed`` has a style that is not wanted any more; ``wants_menu`` one that was right-clicked, and the place on the
    screen; ``starred`` a style and whether it is to be a favourite; ``rested_on`` the style under the pointer and the
    place of its row on the screen, None when the pointer left.
    """

    chose = Signal(object)
    dropped_file = Signal(str)
    dropped_picture = Signal(str, bytes)
    removed = Signal(object)
    wants_menu = Signal(object, object)
    starred = Signal(object, bool)
    rested_on = Signal(object, object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("velatura_styles")
        self.setViewMode(QtWidgets.QListView.ViewMode.IconMode)
        self.setResizeMode(QtWidgets.QListView.ResizeMode.Adjust)
        self.setMovement(QtWidgets.QListView.Movement.Static)
        self.setUniformItemSizes(True)
        self._tile = StyleTile(self)
        self.setItemDelegate(self._tile)
        self._fit()
        self.setSelectionMode(QtWidgets.QAbstractItemView.SelectionMode.ExtendedSelection)
        # The list takes no drops by itself, since its tiles stay where they are.
        surface = self._viewport()
        surface.setAcceptDrops(True)
        surface.setMouseTracking(True)
        surface.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setVerticalScrollMode(QtWidgets.QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        font = self.font()
        font.setPointSizeF(max(font.pointSizeF() * 0.85, 7.0))
        self.setFont(font)
        self._tiles: tuple[Tile, ...] = ()
        self._refusal = ""
        self._rested: Tile | None = None
        self._to_be_seen = False
        self.itemSelectionChanged.connect(lambda: self.chose.emit(self._chosen()))
        self.customContextMenuRequested.connect(self._offer)

    def allow_marks(self, marks: bool) -> None:
        """Whether a click on a star marks a favourite."""
        self._tile.marks = marks

    def show_tiles(self, tiles: tuple[Tile, ...]) -> None:
        """Have ``tiles``; what was chosen stays chosen."""
        if tiles == self._tiles:
            return
        chosen = self._chosen()
        blocker = QtCore.QSignalBlocker(self)
        if [tile.style for tile in tiles] == [tile.style for tile in self._tiles]:
            for place, (tile, before) in enumerate(zip(tiles, self._tiles, strict=True)):
                if tile != before:
                    self._fill(self.item(place), tile)
        else:
            self.clear()
            for tile in tiles:
                self._fill(item := QtWidgets.QListWidgetItem(), tile)
                self.addItem(item)
        self._tiles = tiles
        refusal, self._refusal = self._refusal, ""
        blocker.unblock()
        self.refuse_codes(refusal)
        self.show_chosen(chosen)

    def show_chosen(self, styles: tuple[StyleChoice, ...]) -> None:
        """Mark ``styles``, and have the first in sight; nobody is told."""
        if set(styles) == set(self._chosen()):
            return
        blocker = QtCore.QSignalBlocker(self)
        for item in self._items():
            item.setSelected(item.data(Qt.ItemDataRole.UserRole).style in styles)
        blocker.unblock()
        self._see_chosen()

    def refuse_codes(self, why: str) -> None:
        """Codes cannot be chosen, and say ``why`` in their tooltips; without a reason they can."""
        if why == self._refusal:
            return
        self._refusal = why
        for item in self._items():
            tile = item.data(Qt.ItemDataRole.UserRole)
            refused = tile.code and bool(why)
            able = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
            item.setFlags(item.flags() & ~able if refused else item.flags() | able)
            item.setToolTip(f"{tile.title}\n{why}" if refused else tile.title)

    def show_only(self, wanted: Any) -> None:
        """Show the tiles of which ``wanted`` is true."""
        for item in self._items():
            item.setHidden(not wanted(item.data(Qt.ItemDataRole.UserRole)))

    def why_refused(self, tile: Tile) -> str:
        """Why ``tile`` cannot be chosen; empty when it can."""
        return self._refusal if tile.code else ""

    def mix(self, style: StyleChoice, wanted: bool) -> None:
        """Choose ``style`` beside the others, or no more."""
        for item in self._items():
            if item.data(Qt.ItemDataRole.UserRole).style == style:
                item.setSelected(wanted)

    def resizeEvent(self, event: Any) -> None:
        self._fit()
        super().resizeEvent(event)

    def showEvent(self, event: Any) -> None:
        super().showEvent(event)
        self._see_chosen()

    def mousePressEvent(self, event: Any) -> None:
        self._leave()
        item = self.itemAt(event.pos())
        left = event.button() == Qt.MouseButton.LeftButton
        if left and item is not None and self._tile.marks:
            tile = item.data(Qt.ItemDataRole.UserRole)
            star = star_of(self.visualItemRect(item))
            if tile.style.name is not None and star.contains(event.pos()):
                self.starred.emit(tile.style, not tile.favourite)
                return
        # A right click asks about a style, and chooses nothing.
        if event.button() != Qt.MouseButton.RightButton:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: Any) -> None:
        item = self.itemAt(event.pos())
        if item is None or item.data(Qt.ItemDataRole.UserRole) is not self._rested:
            self._leave()
        super().mouseMoveEvent(event)

    def wheelEvent(self, event: Any) -> None:
        self._leave()
        super().wheelEvent(event)

    def viewportEvent(self, event: Any) -> Any:
        kinds = QtCore.QEvent.Type
        if event.type() == kinds.ToolTip:
            self._rest(event.pos())
            return True
        if event.type() in (kinds.Leave, kinds.Hide):
            self._leave()
        return super().viewportEvent(event)

    def dragEnterEvent(self, event: Any) -> None:
        self._judge(event)

    def dragMoveEvent(self, event: Any) -> None:
        self._judge(event)

    def dropEvent(self, event: Any) -> None:
        mime = event.mimeData()
        paths = _styles_in(mime)
        for path in paths:
            self.dropped_file.emit(path)
        if not paths and mime.hasImage():
            image = QtGui.QImage(mime.imageData())
            self.dropped_picture.emit(tr("Dropped picture"), png_of(image))
        event.acceptProposedAction()

    def _viewport(self) -> QtWidgets.QWidget:
        surface = self.viewport()
        assert surface is not None
        return surface

    def _items(self) -> list[QtWidgets.QListWidgetItem]:
        found = [self.item(place) for place in range(self.count())]
        return [item for item in found if item is not None]

    def _fill(self, item: Any, tile: Tile) -> None:
        item.setIcon(square_icon(tile.thumbnail, 2 * SIDE))
        item.setText(tile.label)
        item.setData(Qt.ItemDataRole.UserRole, tile)
        item.setToolTip(tile.title)

    def _see_chosen(self) -> None:
        """Scroll to the first style that is chosen, once tiles have their places."""
        if not self._to_be_seen:
            self._to_be_seen = True
            QtCore.QTimer.singleShot(0, self._scroll_to_chosen)

    def _scroll_to_chosen(self) -> None:
        self._to_be_seen = False
        shown = [item for item in self.selectedItems() if not item.isHidden()]
        if shown and self.isVisible():
            self.scrollToItem(min(shown, key=self.row))

    def _fit(self) -> None:
        """As many columns as there is room for, and the rest of the room shared among them."""
        room = self._viewport().width() - 2
        columns = max(room // _LEAST_CELL, 1)
        width = max(room // columns, SIDE)
        side = min(width - 8, 2 * SIDE)
        self.setIconSize(QtCore.QSize(side, side))
        self.setGridSize(QtCore.QSize(width, side + CAPTION + 6))

    def _judge(self, event: Any) -> None:
        if event.mimeData().hasImage() or _styles_in(event.mimeData()):
            event.acceptProposedAction()
        else:
            event.ignore()

    def _chosen(self) -> tuple[StyleChoice, ...]:
        return tuple(item.data(Qt.ItemDataRole.UserRole).style for item in self.selectedItems())

    def _rest(self, position: Any) -> None:
        item = self.itemAt(position)
        if item is None:
            self._leave()
            return
        self._rested = item.data(Qt.ItemDataRole.UserRole)
        # Beside all of the library, so that the next style is not covered.
        tile = self.visualItemRect(item)
        corner = self._viewport().mapToGlobal(QtCore.QPoint(0, tile.top()))
        place = QtCore.QRect(corner, QtCore.QSize(self._viewport().width(), tile.height()))
        self.rested_on.emit(self._rested, place)

    def _leave(self) -> None:
        if self._rested is not None:
            self._rested = None
            self.rested_on.emit(None, None)

    def _offer(self, position: Any) -> None:
        item = self.itemAt(position)
        if item is not None:
            tile = item.data(Qt.ItemDataRole.UserRole)
            self.wants_menu.emit(tile, self._viewport().mapToGlobal(position))


def _styles_in(mime: Any) -> list[str]:
    files = [url.toLocalFile() for url in mime.urls() if url.isLocalFile()]
    return [file for file in files if file.lower().endswith((*SUFFIXES, *MODEL_SUFFIXES))]

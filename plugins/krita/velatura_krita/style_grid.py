"""The library: pictures to paint in the manner of."""

from __future__ import annotations

from typing import Any

from .choices import StyleChoice
from .images import png_of, square_icon
from .qt import Qt, QtCore, QtGui, QtWidgets, Signal
from .shelf import SUFFIXES
from .state import Tile
from .texts import tr

SIDE = 76
_ROWS = 2.4
_CAPTION = 18
_MARKED = (
    "QListWidget::item:selected { background: palette(highlight); color: palette(highlighted-text);"
    " border-radius: 4px; }"
)


class StyleGrid(QtWidgets.QListWidget):
    """Thumbnails to choose from; several are mixed. Pictures and files can be dropped on it."""

    chose = Signal(object)
    dropped_file = Signal(str)
    dropped_picture = Signal(str, bytes)
    removed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("velatura_styles")
        self.setViewMode(QtWidgets.QListView.ViewMode.IconMode)
        self.setResizeMode(QtWidgets.QListView.ResizeMode.Adjust)
        self.setMovement(QtWidgets.QListView.Movement.Static)
        self.setUniformItemSizes(True)
        self._fit()
        self.setSelectionMode(QtWidgets.QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setWordWrap(False)
        # The list takes no drops by itself, since its tiles stay where they are.
        self.viewport().setAcceptDrops(True)
        self.setVerticalScrollMode(QtWidgets.QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        font = self.font()
        font.setPointSizeF(max(font.pointSizeF() * 0.85, 7.0))
        self.setFont(font)
        self.setMinimumHeight(int(_ROWS * (SIDE + _CAPTION + 8)))
        self.setStyleSheet(_MARKED)
        self._tiles: tuple[Tile, ...] = ()
        self._refusal = ""
        self.itemSelectionChanged.connect(lambda: self.chose.emit(self._chosen()))
        self.customContextMenuRequested.connect(self._offer)

    def show_tiles(self, tiles: tuple[Tile, ...]) -> None:
        """Have ``tiles``; what was chosen stays chosen."""
        if tiles == self._tiles:
            return
        chosen = self._chosen()
        blocker = QtCore.QSignalBlocker(self)
        self.clear()
        self._tiles = tiles
        self._refusal = ""
        for tile in tiles:
            item = QtWidgets.QListWidgetItem(square_icon(tile.thumbnail, 2 * SIDE), tile.label)
            item.setData(Qt.ItemDataRole.UserRole, tile)
            item.setToolTip(tile.title)
            item.setTextAlignment(int(Qt.AlignmentFlag.AlignHCenter))
            self.addItem(item)
        blocker.unblock()
        self.show_chosen(chosen)

    def show_chosen(self, styles: tuple[StyleChoice, ...]) -> None:
        """Mark ``styles``; nobody is told."""
        if set(styles) == set(self._chosen()):
            return
        blocker = QtCore.QSignalBlocker(self)
        for place in range(self.count()):
            item = self.item(place)
            item.setSelected(item.data(Qt.ItemDataRole.UserRole).style in styles)
        blocker.unblock()
        if chosen := self.selectedItems():
            self.scrollToItem(chosen[0])

    def refuse_codes(self, why: str) -> None:
        """Codes cannot be chosen, and say ``why`` in their tooltips; without a reason they can."""
        if why == self._refusal:
            return
        self._refusal = why
        for place in range(self.count()):
            item = self.item(place)
            tile = item.data(Qt.ItemDataRole.UserRole)
            refused = tile.code and bool(why)
            able = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
            item.setFlags(item.flags() & ~able if refused else item.flags() | able)
            item.setToolTip(f"{tile.title}\n{why}" if refused else tile.title)

    def find(self, words: str) -> None:
        """Show only styles whose titles have all of ``words``."""
        wanted = words.lower().split()
        for place in range(self.count()):
            item = self.item(place)
            tile = item.data(Qt.ItemDataRole.UserRole)
            text = f"{tile.label} {tile.title}".lower()
            item.setHidden(not all(word in text for word in wanted))

    def resizeEvent(self, event: Any) -> None:
        self._fit()
        super().resizeEvent(event)

    def mousePressEvent(self, event: Any) -> None:
        # A right click asks about a style, and chooses nothing.
        if event.button() != Qt.MouseButton.RightButton:
            super().mousePressEvent(event)

    def dragEnterEvent(self, event: Any) -> None:
        self._judge(event)

    def dragMoveEvent(self, event: Any) -> None:
        self._judge(event)

    def dropEvent(self, event: Any) -> None:
        mime = event.mimeData()
        paths = _pictures_in(mime)
        for path in paths:
            self.dropped_file.emit(path)
        if not paths and mime.hasImage():
            image = QtGui.QImage(mime.imageData())
            self.dropped_picture.emit(tr("Dropped picture"), png_of(image))
        event.acceptProposedAction()

    def _fit(self) -> None:
        """As many columns as there is room for, and the rest of the room shared among them."""
        room = self.viewport().width() - 2
        columns = max(room // (SIDE + 10), 1)
        width = max(room // columns, SIDE)
        side = min(width - 8, 2 * SIDE)
        self.setIconSize(QtCore.QSize(side, side))
        self.setGridSize(QtCore.QSize(width, side + _CAPTION + 6))

    def _judge(self, event: Any) -> None:
        if event.mimeData().hasImage() or _pictures_in(event.mimeData()):
            event.acceptProposedAction()
        else:
            event.ignore()

    def _chosen(self) -> tuple[StyleChoice, ...]:
        return tuple(item.data(Qt.ItemDataRole.UserRole).style for item in self.selectedItems())

    def _mix(self, style: StyleChoice, wanted: bool) -> None:
        for place in range(self.count()):
            item = self.item(place)
            if item.data(Qt.ItemDataRole.UserRole).style == style:
                item.setSelected(wanted)

    def _offer(self, position: Any) -> None:
        item = self.itemAt(position)
        if item is None:
            return
        tile, chosen = item.data(Qt.ItemDataRole.UserRole), item.isSelected()
        menu = QtWidgets.QMenu(self)
        # For pens and fingers, which have no Ctrl key.
        mix = menu.addAction(tr("Take out of the mixture") if chosen else tr("Mix in"))
        mix.triggered.connect(lambda: self._mix(tile.style, not chosen))
        if tile.own:
            remove = menu.addAction(tr("Remove “{name}” from the library", name=tile.label))
            remove.triggered.connect(lambda: self.removed.emit(tile.style))
        menu.popup(self.viewport().mapToGlobal(position))


def _pictures_in(mime: Any) -> list[str]:
    files = [url.toLocalFile() for url in mime.urls() if url.isLocalFile()]
    return [file for file in files if file.lower().endswith(SUFFIXES)]

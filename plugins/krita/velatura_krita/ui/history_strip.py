"""What was painted before, to be painted again."""

from __future__ import annotations

import time
from typing import Any

from ..document.images import square_icon
from ..model.history import Entry
from ..qt import Qt, QtCore, QtWidgets, Signal
from ..texts import tr

SIDE = 52


class HistoryStrip(QtWidgets.QListWidget):
    """The last results in a row. One click brings the settings back, a double click paints with them, too."""

    chose = Signal(object)
    again = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("velatura_history")
        self.setViewMode(QtWidgets.QListView.ViewMode.IconMode)
        self.setFlow(QtWidgets.QListView.Flow.LeftToRight)
        self.setWrapping(False)
        self.setMovement(QtWidgets.QListView.Movement.Static)
        self.setIconSize(QtCore.QSize(SIDE, SIDE))
        self.setGridSize(QtCore.QSize(SIDE + 8, SIDE + 8))
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFixedHeight(SIDE + 26)
        self.itemClicked.connect(lambda item: self.chose.emit(_entry(item)))
        self.itemDoubleClicked.connect(lambda item: self.again.emit(_entry(item)))

    def show_entries(self, entries: tuple[Entry, ...]) -> None:
        """Have a picture for each of ``entries``."""
        self.clear()
        for entry in entries:
            item = QtWidgets.QListWidgetItem(square_icon(entry.thumbnail, 2 * SIDE), "")
            item.setData(Qt.ItemDataRole.UserRole, entry)
            when = time.strftime("%H:%M", time.localtime(entry.when))
            hint = tr("Click: these settings again. Double-click: paint with them.")
            item.setToolTip(f"<b>{entry.title}</b> · {entry.choices.engine} · {when}<br>{hint}")
            self.addItem(item)


def _entry(item: Any) -> Entry:
    entry: Entry = item.data(Qt.ItemDataRole.UserRole)
    return entry

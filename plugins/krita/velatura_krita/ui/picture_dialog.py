"""A dialog for picture files that shows the one that is marked and opens where the last was chosen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..daemon.pending_styles import SUFFIXES
from ..model.settings import Settings
from ..qt import Qt, QtCore, QtGui, QtWidgets
from ..texts import tr
from .view_images import decoded, fitted

FOLDER = "folder"
_SIDE = 220
_LARGEST = 64 << 20
"""Bytes of a file beyond which it is not looked at before it is chosen."""


class PictureDialog(QtWidgets.QFileDialog):
    """Qt's own dialog with a picture beside the list. It runs no event loop of its own: painting goes on."""

    def __init__(self, parent: Any, title: str, settings: Settings, *, several: bool) -> None:
        super().__init__(parent, title)
        self.setObjectName("velatura_pictures")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setOption(QtWidgets.QFileDialog.Option.DontUseNativeDialog)
        modes = QtWidgets.QFileDialog.FileMode
        self.setFileMode(modes.ExistingFiles if several else modes.ExistingFile)
        endings = " ".join(f"*{suffix}" for suffix in SUFFIXES)
        self.setNameFilter(f"{tr('Pictures')} ({endings})")
        self._settings = settings
        self.setDirectory(_start(settings.text(FOLDER)))
        self._seen = QtWidgets.QLabel()
        self._seen.setFixedWidth(_SIDE)
        self._seen.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layout: Any = self.layout()
        layout.addWidget(self._seen, 0, layout.columnCount(), layout.rowCount(), 1)
        self.currentChanged.connect(self._look)
        self.resize(860, 520)

    def choose(self, use: Callable[[str], object]) -> None:
        """Open it; ``use`` is called for each file that is chosen."""

        def chosen(files: list[str]) -> None:
            self._settings.keep_text(FOLDER, str(Path(files[0]).parent))
            for file in files:
                use(file)

        self.filesSelected.connect(chosen)
        self.open()

    def _look(self, path: str) -> None:
        picture = _picture(path, _SIDE)
        if picture.isNull():
            self._seen.clear()
        else:
            self._seen.setPixmap(fitted(picture, _SIDE, _SIDE, self.devicePixelRatioF()))


def _picture(path: str, side: int) -> Any:
    file = Path(path)
    try:
        if file.is_file() and file.stat().st_size <= _LARGEST:
            return decoded(file.read_bytes(), side)
    except OSError:
        pass
    return QtGui.QImage()


def _start(folder: str) -> str:
    """The folder that was chosen from last, or else the one of pictures."""
    if folder and Path(folder).is_dir():
        return folder
    paths = QtCore.QStandardPaths
    return paths.writableLocation(paths.StandardLocation.PicturesLocation)

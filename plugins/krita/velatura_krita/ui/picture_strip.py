"""Pictures in a row to choose from, with a place for each before it is there."""

from __future__ import annotations

from typing import Any

from ..qt import Qt, QtCore, QtGui, QtWidgets, Signal

SIDE = 64


class PictureStrip(QtWidgets.QWidget):
    """``chose`` has the place of a picture that was clicked. Its size stays, whatever it shows."""

    chose = Signal(int)

    def __init__(self, count: int) -> None:
        super().__init__()
        self._group = QtWidgets.QButtonGroup(self)
        self._group.setExclusive(False)
        row = QtWidgets.QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        self.buttons = []
        for place in range(count):
            button = QtWidgets.QToolButton()
            button.setAutoRaise(True)
            button.setCheckable(True)
            button.setIconSize(QtCore.QSize(SIDE, SIDE))
            policy = QtWidgets.QSizePolicy.Policy
            button.setSizePolicy(policy.Expanding, policy.Fixed)
            button.setFixedHeight(SIDE + 10)
            button.clicked.connect(lambda _=False, place=place: self.chose.emit(place))
            self._group.addButton(button, place)
            row.addWidget(button)
            self.buttons.append(button)
        self.pictures: list[Any] = [None] * count
        self.clear()

    def clear(self) -> None:
        """Have empty places only."""
        for place, button in enumerate(self.buttons):
            self.pictures[place] = None
            button.setIcon(_icon(None, self.devicePixelRatioF()))
            button.setToolTip("")
            button.setEnabled(False)
            button.setChecked(False)

    def expect(self, place: int, words: str) -> None:
        """Say what will be there."""
        self.buttons[place].setToolTip(f"<p>{words}</p>")

    def show_picture(self, place: int, image: Any) -> None:
        """Put a QImage there."""
        self.pictures[place] = image
        self.buttons[place].setIcon(_icon(image, self.devicePixelRatioF()))
        self.buttons[place].setEnabled(True)

    def mark(self, places: set[int]) -> None:
        """Mark those places and no others."""
        for place, button in enumerate(self.buttons):
            button.setChecked(place in places)


def _icon(image: Any, ratio: float) -> Any:
    """The middle of a picture, square; a frame without one."""
    side = int(SIDE * ratio)
    pixmap = QtGui.QPixmap(side, side)
    pixmap.fill(QtGui.QColor(128, 128, 128, 50))
    if image is not None:
        smooth = Qt.TransformationMode.SmoothTransformation
        keep = Qt.AspectRatioMode.KeepAspectRatioByExpanding
        scaled = QtGui.QPixmap.fromImage(image.scaled(side, side, keep, smooth))
        left, top = (scaled.width() - side) // 2, (scaled.height() - side) // 2
        pixmap = scaled.copy(left, top, side, side)
    pixmap.setDevicePixelRatio(ratio)
    return QtGui.QIcon(pixmap)

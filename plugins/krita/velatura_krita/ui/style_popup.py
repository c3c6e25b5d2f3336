"""What a style looks like, large, beside the library while the pointer rests on it."""

from __future__ import annotations

from html import escape
from typing import Any

from ..qt import Qt, QtCore, QtGui, QtWidgets
from .view_images import fitted

SIDE = 300
_GAP = 12


class StylePopup(QtWidgets.QFrame):
    """A picture with its title below. It takes no clicks and no keys."""

    def __init__(self, parent: Any) -> None:
        super().__init__(parent, Qt.WindowType.ToolTip)
        self.setObjectName("velatura_style_popup")
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFrameShape(QtWidgets.QFrame.Shape.StyledPanel)
        self._picture = QtWidgets.QLabel()
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._words = QtWidgets.QLabel()
        self._words.setWordWrap(True)
        self._words.setFixedWidth(SIDE)
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.addWidget(self._picture)
        column.addWidget(self._words)
        column.setSizeConstraint(QtWidgets.QLayout.SizeConstraint.SetFixedSize)
        self._beside = QtCore.QRect()

    def show_style(self, picture: Any, title: str, note: str, beside: Any) -> None:
        """Show a QImage and a title, with a ``note`` that may be empty, next to ``beside``, a place on the screen."""
        lines = escape(note).replace("\n", "<br>")
        small = f"<br><small>{lines}</small>" if note else ""
        self._words.setText(f"{escape(title)}{small}")
        self._beside = beside
        self.show_picture(picture)
        self.show()

    def show_picture(self, picture: Any) -> None:
        """Have another picture, larger perhaps, of the same style."""
        self._picture.setVisible(not picture.isNull())
        if not picture.isNull():
            self._picture.setPixmap(fitted(picture, SIDE, SIDE, self.devicePixelRatioF()))
        self.adjustSize()
        self._place()

    def _place(self) -> None:
        """Left of the library or right of it, wherever the screen has room."""
        screens = QtGui.QGuiApplication
        screen = screens.screenAt(self._beside.center()) or screens.primaryScreen()
        assert screen is not None
        room = screen.availableGeometry()
        left = self._beside.left() - self.width() - _GAP
        if left < room.left():
            left = min(self._beside.right() + _GAP, room.right() - self.width())
        top = max(min(self._beside.top(), room.bottom() - self.height()), room.top())
        self.move(left, top)

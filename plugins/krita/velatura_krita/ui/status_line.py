"""The docker's last line: whether there is something to paint with, and the menu."""

from __future__ import annotations

from typing import Any

from ..controller import Controller
from ..model.offer import LinkState
from ..qt import QtCore, QtGui, QtWidgets
from ..texts import tr
from .help_menu import HelpMenu

_DOT = 9
_COLOURS = {
    "ready": (94, 163, 96),
    "starting": (208, 160, 70),
    "looking": (140, 140, 140),
    "absent": (140, 140, 140),
    "lost": (192, 97, 79),
}


class StatusLine(QtWidgets.QWidget):
    """Always there, so that nothing moves when its words change."""

    def __init__(self, controller: Controller) -> None:
        super().__init__()
        self._dot = QtWidgets.QLabel()
        self.words = QtWidgets.QLabel()
        self.words.setObjectName("velatura_status")
        policy = QtWidgets.QSizePolicy.Policy
        self.words.setSizePolicy(policy.Ignored, policy.Preferred)
        self.button = QtWidgets.QToolButton()
        self.button.setObjectName("velatura_menu")
        self.button.setText("☰")
        self.button.setAutoRaise(True)
        self.button.setToolTip(tr("Help and settings"))
        self.button.setPopupMode(QtWidgets.QToolButton.ToolButtonPopupMode.InstantPopup)
        self.menu = HelpMenu(controller, self)
        self.button.setMenu(self.menu)
        self.button.setStyleSheet("QToolButton::menu-indicator { image: none; }")
        row = QtWidgets.QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self._dot)
        row.addWidget(self.words, 1)
        row.addWidget(self.button)
        controller.state.link.watch(self._show)

    def _show(self, link: LinkState) -> None:
        self.words.setText(status_words(link))
        self.words.setToolTip(self.words.text())
        ratio = self.devicePixelRatioF()
        side = int(_DOT * ratio)
        dot = QtGui.QPixmap(side, side)
        dot.fill(QtGui.QColor(0, 0, 0, 0))
        painter = QtGui.QPainter(dot)
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        painter.setPen(QtCore.Qt.PenStyle.NoPen)
        painter.setBrush(QtGui.QColor(*_COLOURS[link.kind]))
        painter.drawEllipse(0, 0, side, side)
        painter.end()
        dot.setDevicePixelRatio(ratio)
        self._dot.setPixmap(dot)


def status_words(link: LinkState) -> str:
    """Where Velatura's painter is, in one line."""
    words: dict[str, Any] = {
        "looking": tr("Looking for Velatura's painter …"),
        "starting": tr("Velatura's painter is starting …"),
        "ready": tr("Ready to paint"),
        "absent": tr("Velatura's painter is not running"),
        "lost": tr("Velatura's painter does not answer"),
    }
    return str(words[link.kind])

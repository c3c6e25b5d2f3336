"""A part of the docker that can be folded away."""

from __future__ import annotations

from typing import Any

from ..qt import Qt, QtWidgets, Signal
from ..texts import tr


class Section(QtWidgets.QWidget):
    """A heading and, below it, ``body`` (a layout to fill). ``folded`` has whether it is closed now."""

    folded = Signal(bool)

    def __init__(self, title: str, *, open_now: bool = True) -> None:
        super().__init__()
        outer = QtWidgets.QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(3)
        self._title, self._differing = title, 0
        self._head = QtWidgets.QToolButton()
        self._head.setCheckable(True)
        self._head.setAutoRaise(True)
        self._head.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        policy = QtWidgets.QSizePolicy.Policy
        self._head.setSizePolicy(policy.Expanding, policy.Fixed)
        self._head.setStyleSheet("QToolButton { font-weight: bold; border: none; padding: 3px 0; }")
        self._inside = QtWidgets.QWidget()
        self.body = QtWidgets.QVBoxLayout(self._inside)
        self.body.setContentsMargins(0, 0, 0, 4)
        self.body.setSpacing(4)
        outer.addWidget(self._head)
        outer.addWidget(self._inside)
        self._name()
        self._head.toggled.connect(self._fold)
        self._head.setChecked(open_now)
        self._fold(open_now)

    def title(self, text: str) -> None:
        """Rename it."""
        self._title = text
        self._name()

    def mark(self, differing: int) -> None:
        """Say how many of its settings differ from their defaults, also while it is folded."""
        if differing != self._differing:
            self._differing = differing
            self._name()

    def fold_out(self) -> None:
        """Open it."""
        self._head.setChecked(True)

    def _name(self) -> None:
        number = self._differing
        self._head.setText(f"{self._title}  • {number}" if number else self._title)
        self._head.setToolTip(
            tr("Settings that differ from their defaults: {number}", number=number)
            if number
            else ""
        )

    def _fold(self, is_open: Any) -> None:
        arrows = Qt.ArrowType
        self._head.setArrowType(arrows.DownArrow if is_open else arrows.RightArrow)
        self._inside.setVisible(bool(is_open))
        self.folded.emit(not is_open)

"""A sentence for the person, in the docker and never in a dialog."""

from __future__ import annotations

from html import escape

from ..model.artist_words import advice, plain
from ..model.state import Message
from ..qt import Qt, QtWidgets, Signal
from ..texts import tr
from .progress_bar import ProgressBar

_STYLE = (
    "QFrame#velatura_message {{ border-radius: 4px; border: 1px solid {line};"
    " background: {back}; }}"
)
_BAD = _STYLE.format(line="#c0614f", back="rgba(192, 97, 79, 40)")
_GOOD = _STYLE.format(line="rgba(128, 128, 128, 120)", back="rgba(128, 128, 128, 35)")


class MessageBar(QtWidgets.QFrame):
    """Hidden while there is nothing to say. ``acted`` has a message's action, ``dismissed`` says it was read."""

    acted = Signal(str)
    dismissed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("velatura_message")
        self._text = QtWidgets.QLabel()
        self._text.setObjectName("velatura_message_text")
        self._text.setWordWrap(True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._button = QtWidgets.QPushButton()
        self._button.setObjectName("velatura_message_button")
        self._bar = ProgressBar()
        self._bar.setObjectName("velatura_message_progress")
        close = QtWidgets.QToolButton()
        close.setText("×")
        close.setAutoRaise(True)
        close.setToolTip(tr("Close"))
        row = QtWidgets.QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._text, 1)
        row.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(8, 5, 4, 6)
        column.addLayout(row)
        column.addWidget(self._bar)
        column.addWidget(self._button, 0, Qt.AlignmentFlag.AlignLeft)
        self._action = ""
        self._button.clicked.connect(lambda: self.acted.emit(self._action))
        close.clicked.connect(lambda: self.dismissed.emit())
        self.hide()

    def say(self, message: Message | None) -> None:
        """Show ``message``, or nothing."""
        self.setVisible(message is not None)
        if message is None:
            return
        self.setStyleSheet(_BAD if message.bad else _GOOD)
        shown = message.progress
        self._bar.setVisible(shown is not None)
        if shown is not None:
            self._bar.show_share(shown.share)
        hint = shown.sentence if shown is not None else advice(message.hint)
        small = f"<br><small>{_lines(hint)}</small>" if hint else ""
        self._text.setText(f"{_lines(plain(message.text))}{small}")
        names = {
            "start": tr("Start Velatura's painter"),
            "again": tr("Try again"),
            "install": tr("Install Velatura's painter"),
            "upgrade": tr("Upgrade"),
            "repair": tr("Repair Velatura's painter"),
            "cancel": tr("Cancel"),
            "new": tr("Make a new result instead"),
        }
        self._action = message.action or ""
        self._button.setVisible(bool(self._action))
        self._button.setText(names.get(self._action, ""))


def _lines(text: str) -> str:
    return escape(text).replace("\n", "<br>")

"""Combo and spin boxes for a docker that is scrolled: the wheel passes over them and changes nothing.

Qt's own take the wheel wherever the pointer is, and the focus with it. Every combo and spin box of the plugin is one of
these; a test looks for others.
"""

from __future__ import annotations

from typing import Any

from ..qt import Qt, QtWidgets


class ClickFocus:
    """Mixed into a widget: ``clicked_into`` is true while it has the focus because it was clicked."""

    clicked_into = False

    def focusInEvent(self, event: Any) -> None:
        self.clicked_into = event.reason() == Qt.FocusReason.MouseFocusReason
        super().focusInEvent(event)  # type: ignore[misc]

    def focusOutEvent(self, event: Any) -> None:
        self.clicked_into = False
        super().focusOutEvent(event)  # type: ignore[misc]


class ComboBox(QtWidgets.QComboBox):
    """Never turned by the wheel: it keeps the focus after a choice, and the docker is scrolled next."""

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def wheelEvent(self, event: Any) -> None:
        event.ignore()


class _SpinWheel(ClickFocus):
    """The wheel turns it only after a click into it."""

    def wheelEvent(self, event: Any) -> None:
        if self.clicked_into:
            super().wheelEvent(event)  # type: ignore[misc]
        else:
            event.ignore()


class SpinBox(_SpinWheel, QtWidgets.QSpinBox):
    """Whole numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)


class DoubleSpinBox(_SpinWheel, QtWidgets.QDoubleSpinBox):
    """Fractions, without zeros at their ends."""

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def textFromValue(self, value: float) -> str:
        text = super().textFromValue(value)
        point = self.locale().decimalPoint()
        return text.rstrip("0").removesuffix(point) if point in text else text

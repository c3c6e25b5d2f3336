"""What is chosen of a style below its name: the unpainted picture of a pair, one of several in a model's file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..controller import Controller
from ..model.style_kinds import Extra
from ..model.style_view import StyleView
from ..qt import QtCore, QtWidgets
from ..texts import tr
from .file_button import FileButton
from .inputs import SpinBox

_MOST = 99_999


class BeforeRow(QtWidgets.QWidget):
    """The picture from which a style's was painted; ``taken`` is told of ``before``."""

    def __init__(self, controller: Controller, taken: Callable[[object], object]) -> None:
        super().__init__()
        self.setToolTip(
            tr("The style's picture before it was painted: the layer is painted as that one was")
        )
        self.button = FileButton(
            controller, tr("The style's picture before it was painted"), picture=True
        )
        self.button.setObjectName("velatura_before")
        self.button.given.connect(lambda given: taken({"before": given}))
        self.remove = QtWidgets.QToolButton()
        self.remove.setText("×")
        self.remove.setAutoRaise(True)
        self.remove.setToolTip(tr("Remove it"))
        self.remove.clicked.connect(lambda: taken({"before": None}))
        _line(self, tr("Before"), self.button, self.remove)

    def show_view(self, view: StyleView) -> None:
        """Show which; nobody is told."""
        self.button.show_given(view.before)
        self.remove.setEnabled(view.before is not None)


class NumberRow(QtWidgets.QWidget):
    """Which style of a model it is, counted from 1; ``taken`` is told of ``index``, which counts from 0."""

    def __init__(self, taken: Callable[[object], object]) -> None:
        super().__init__()
        self.setToolTip(tr("Which of the styles in the model's file, if there are several"))
        self.box = SpinBox()
        self.box.setObjectName("velatura_style_number")
        self.box.setRange(1, _MOST)
        self.box.setKeyboardTracking(False)
        self.box.valueChanged.connect(lambda number: taken({"index": number - 1}))
        _line(self, tr("Style number"), self.box)

    def show_view(self, view: StyleView) -> None:
        """Show which; nobody is told."""
        blocker = QtCore.QSignalBlocker(self.box)
        self.box.setValue(view.index + 1)
        blocker.unblock()


def _line(row: Any, title: str, *widgets: Any) -> None:
    line = QtWidgets.QHBoxLayout(row)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(6)
    line.addWidget(QtWidgets.QLabel(title))
    for place, widget in enumerate(widgets):
        line.addWidget(widget, 1 if place == 0 else 0)


def extra_row(
    controller: Controller, extra: Extra | None, taken: Callable[[object], object]
) -> BeforeRow | NumberRow | None:
    """The row for what else is chosen of a style; None where nothing is."""
    if extra == "before":
        return BeforeRow(controller, taken)
    return NumberRow(taken) if extra == "number" else None

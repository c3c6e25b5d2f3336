"""A row for each thing that the chosen engine can be given beside the layer and the styles."""

from __future__ import annotations

from typing import Any

from ..controller import Controller
from ..model.choices import Choices
from ..model.extra_inputs import PICTURE, Input, asked
from ..model.input_choice import InputChoice
from ..qt import QtCore, QtWidgets
from ..texts import tr
from .file_button import FileButton
from .inputs import DoubleSpinBox
from .menus import take_out_widgets

_MOST = 1e12


class InputPanel(QtWidgets.QWidget):
    """Made from the engine's descriptor; hidden while there is nothing to give."""

    def __init__(self, controller: Controller) -> None:
        super().__init__()
        self.setObjectName("velatura_inputs")
        self._controller = controller
        self._asked: tuple[Input, ...] = ()
        self._rows: dict[str, Any] = {}
        self._column = QtWidgets.QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        controller.state.offer.watch(lambda offer: self._show(controller.state.choices.value))
        controller.state.choices.watch(self._show)

    def _show(self, choices: Choices) -> None:
        wanted = asked(self._controller.state.offer.value.manifest, choices)
        if wanted != self._asked:
            self._asked = wanted
            self._build()
        self.setVisible(bool(wanted))
        for name, row in self._rows.items():
            row.show_given(choices.engine_inputs.get(name))

    def _build(self) -> None:
        take_out_widgets(self._column)
        self._rows = {}
        for each in self._asked:
            make = {"number": _NumberRow, "text": _TextRow}.get(each.kind, _FileRow)
            self._rows[each.name] = row = make(self._controller, each)
            self._column.addWidget(row)


class _Row(QtWidgets.QWidget):
    """The input's title, a widget for its value, and a button that takes it back."""

    def __init__(self, controller: Controller, wanted: Input, widget: Any) -> None:
        super().__init__()
        self.controller, self.wanted = controller, wanted
        self.remove = QtWidgets.QToolButton()
        self.remove.setText("×")
        self.remove.setAutoRaise(True)
        self.remove.setToolTip(tr("Remove it"))
        self.remove.clicked.connect(lambda: self.give(None))
        line = QtWidgets.QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(6)
        line.addWidget(QtWidgets.QLabel(tr(wanted.title)))
        line.addWidget(widget, 1)
        line.addWidget(self.remove)

    def give(self, given: InputChoice | None) -> None:
        """Choose it; None for nothing."""
        choices = self.controller.state.choices.value
        self.controller.change(choices.with_input(self.wanted.name, given))

    def show_given(self, given: InputChoice | None) -> None:
        """Show what is given; nobody is told."""
        self.remove.setEnabled(given is not None)


class _NumberRow(_Row):
    def __init__(self, controller: Controller, wanted: Input) -> None:
        self.box = DoubleSpinBox()
        self.box.setDecimals(3)
        self.box.setRange(-_MOST, _MOST)
        self.box.setKeyboardTracking(False)
        super().__init__(controller, wanted, self.box)
        self.box.valueChanged.connect(lambda value: self.give(InputChoice(str(value), value=value)))

    def show_given(self, given: InputChoice | None) -> None:
        super().show_given(given)
        blocker = QtCore.QSignalBlocker(self.box)
        value = None if given is None else given.value
        self.box.setValue(float(value) if isinstance(value, (int, float)) else 0.0)
        blocker.unblock()


class _TextRow(_Row):
    def __init__(self, controller: Controller, wanted: Input) -> None:
        self.line = QtWidgets.QLineEdit()
        super().__init__(controller, wanted, self.line)
        self.line.editingFinished.connect(
            lambda: self.give(InputChoice(self.line.text(), value=self.line.text()))
        )

    def show_given(self, given: InputChoice | None) -> None:
        super().show_given(given)
        self.line.setText("" if given is None else str(given.value))


class _FileRow(_Row):
    def __init__(self, controller: Controller, wanted: Input) -> None:
        self.button = FileButton(controller, tr(wanted.title), picture=wanted.kind == PICTURE)
        self.button.setObjectName(f"velatura_input_{wanted.name}")
        super().__init__(controller, wanted, self.button)
        self.button.given.connect(self.give)

    def show_given(self, given: InputChoice | None) -> None:
        super().show_given(given)
        self.button.show_given(given)

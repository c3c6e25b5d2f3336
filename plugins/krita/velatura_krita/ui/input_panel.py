"""A row for each thing that the chosen engine can be given beside the layer and the styles."""

from __future__ import annotations

from typing import Any

from ..controller import Controller
from ..document.images import clipboard_png
from ..model.choices import Choices, InputChoice
from ..model.extra_inputs import PICTURE, Input, asked
from ..model.state import Message
from ..qt import QtCore, QtWidgets
from ..texts import tr
from .inputs import DoubleSpinBox
from .picture_dialog import PictureDialog

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
        while (item := self._column.takeAt(0)) is not None:
            item.widget().hide()
            item.widget().deleteLater()
        self._rows = {}
        for each in self._asked:
            make = {"number": _NumberRow, "text": _TextRow}.get(each.kind, _PictureRow)
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
        self.remove.clicked.connect(lambda: controller.inputs.take_back(wanted.name))
        line = QtWidgets.QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(6)
        line.addWidget(QtWidgets.QLabel(tr(wanted.title)))
        line.addWidget(widget, 1)
        line.addWidget(self.remove)

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
        self.box.valueChanged.connect(
            lambda value: controller.inputs.give_value(wanted.name, value)
        )

    def show_given(self, given: InputChoice | None) -> None:
        super().show_given(given)
        blocker = QtCore.QSignalBlocker(self.box)
        known = given is not None and isinstance(given.value, (int, float))
        self.box.setValue(float(given.value) if known else 0.0)
        blocker.unblock()


class _TextRow(_Row):
    def __init__(self, controller: Controller, wanted: Input) -> None:
        self.line = QtWidgets.QLineEdit()
        super().__init__(controller, wanted, self.line)
        self.line.editingFinished.connect(
            lambda: controller.inputs.give_value(wanted.name, self.line.text())
        )

    def show_given(self, given: InputChoice | None) -> None:
        super().show_given(given)
        self.line.setText("" if given is None else str(given.value))


class _PictureRow(_Row):
    """A picture, or another file: from the disk, from a layer of the document, from the clipboard."""

    def __init__(self, controller: Controller, wanted: Input) -> None:
        self.button = QtWidgets.QToolButton()
        self.button.setObjectName(f"velatura_input_{wanted.name}")
        self.button.setToolButtonStyle(QtCore.Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.button.setPopupMode(QtWidgets.QToolButton.ToolButtonPopupMode.InstantPopup)
        policy = QtWidgets.QSizePolicy.Policy
        self.button.setSizePolicy(policy.Ignored, policy.Fixed)
        super().__init__(controller, wanted, self.button)
        menu = QtWidgets.QMenu(self.button)
        menu.addAction(tr("From a file…")).triggered.connect(lambda: self._from_file())
        if wanted.kind == PICTURE:
            self.layers = menu.addMenu(tr("From a layer"))
            self.layers.aboutToShow.connect(self._list_layers)
            menu.addAction(tr("From the clipboard")).triggered.connect(
                lambda: self._from_clipboard()
            )
        self.button.setMenu(menu)

    def show_given(self, given: InputChoice | None) -> None:
        super().show_given(given)
        self.button.setText(tr("Choose …") if given is None else given.title)
        self.button.setToolTip("" if given is None else given.title)

    def _from_file(self) -> None:
        controller, wanted = self.controller, self.wanted
        if wanted.kind == PICTURE:
            dialog = PictureDialog(self, tr(wanted.title), controller.settings, several=False)
            dialog.choose(lambda path: controller.inputs.give_file(wanted.name, path))
            return
        files = QtWidgets.QFileDialog(self, tr(wanted.title))
        files.setAttribute(QtCore.Qt.WidgetAttribute.WA_DeleteOnClose)
        files.setFileMode(QtWidgets.QFileDialog.FileMode.ExistingFile)
        files.fileSelected.connect(lambda path: controller.inputs.give_file(wanted.name, path))
        files.open()

    def _list_layers(self) -> None:
        self.layers.clear()
        for title, node in self.controller.inputs.layers():
            action = self.layers.addAction(title.replace("&", "&&"))
            action.triggered.connect(
                lambda _=False, node=node: self.controller.inputs.give_layer(self.wanted.name, node)
            )

    def _from_clipboard(self) -> None:
        png = clipboard_png()
        if png is None:
            self.controller.state.message.set(nothing_to_paste())
        else:
            self.controller.inputs.give_picture(self.wanted.name, tr("From the clipboard"), png)


def nothing_to_paste() -> Message:
    """What is said of a clipboard without a picture."""
    return Message(tr("There is no picture in the clipboard."), tr("Copy one first."), bad=True)

"""A box for each picture that the chosen engine can give beside the painted one."""

from __future__ import annotations

from typing import Any

from ..controller import Controller
from ..model.choices import Choices
from ..model.extra_outputs import extra_outputs
from ..qt import QtCore, QtWidgets
from ..texts import tr


class OutputPanel(QtWidgets.QWidget):
    """Made from the engine's descriptor; hidden while there is nothing else to have."""

    def __init__(self, controller: Controller) -> None:
        super().__init__()
        self.setObjectName("velatura_outputs")
        self._controller = controller
        self._titles: dict[str, str] = {}
        self.boxes: dict[str, Any] = {}
        self._column = QtWidgets.QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(2)
        controller.state.offer.watch(lambda offer: self._show(controller.state.choices.value))
        controller.state.choices.watch(self._show)

    def _show(self, choices: Choices) -> None:
        titles = extra_outputs(self._controller.state.offer.value.manifest, choices.engine)
        if titles != self._titles:
            self._titles = titles
            self._build()
        self.setVisible(bool(titles))
        for name, box in self.boxes.items():
            blocker = QtCore.QSignalBlocker(box)
            box.setChecked(name in choices.engine_extras)
            box.setEnabled(choices.output != "in-place")
            blocker.unblock()

    def _build(self) -> None:
        for box in self.boxes.values():
            self._column.removeWidget(box)
            box.deleteLater()
        self.boxes = {}
        for name, title in self._titles.items():
            self.boxes[name] = box = QtWidgets.QCheckBox(
                tr("Also as a layer: {title}", title=tr(title))
            )
            box.setObjectName(f"velatura_output_{name}")
            box.setToolTip(
                tr("A hidden layer in a group with the painting. Not available with “In place”.")
            )
            box.toggled.connect(lambda on, name=name: self._want(name, on))
            self._column.addWidget(box)

    def _want(self, name: str, on: bool) -> None:
        self._controller.change(self._controller.state.choices.value.with_extra(name, on))

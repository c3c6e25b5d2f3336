"""The docker's foot: as what the result comes, and the button for which all the rest is there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from .choices import OUTPUTS
from .inputs import ComboBox
from .progress import Shown
from .qt import QtCore, QtWidgets
from .studio import Studio
from .texts import tr

_UNKNOWN = 0
_FINE = 1000


class ApplyBar(QtWidgets.QWidget):
    """Apply while nothing is painted, progress and Stop while something is."""

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self._studio = studio
        self._output = ComboBox()
        self._output.setObjectName("velatura_output")
        words = {
            "layer": (tr("New layer"), tr("The painting lies above the layer.")),
            "group": (
                tr("Group with mask"),
                tr("All of the layer is painted; a transparency mask shows the selection."),
            ),
            "in-place": (
                tr("In place"),
                tr("The painting takes the layer's place; the layer below is hidden."),
            ),
        }
        for place, output in enumerate(OUTPUTS):
            text, tip = words[output]
            self._output.addItem(text, output)
            self._output.setItemData(place, tip, QtCore.Qt.ItemDataRole.ToolTipRole)
        self._output.activated.connect(
            lambda place: studio.change(
                replace(studio.state.choices.value, output=self._output.itemData(place))
            )
        )
        self.apply = QtWidgets.QPushButton(tr("Apply"))
        self.apply.setObjectName("velatura_apply")
        self.apply.setDefault(True)
        self.apply.setMinimumHeight(30)
        self.apply.clicked.connect(lambda: studio.apply())
        self.stop = QtWidgets.QPushButton(tr("Stop"))
        self.stop.setObjectName("velatura_stop")
        self.stop.setMinimumHeight(30)
        self.stop.clicked.connect(lambda: studio.stop())
        self.bar = QtWidgets.QProgressBar()
        self.bar.setObjectName("velatura_progress")
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(6)
        self.words = QtWidgets.QLabel()
        self.words.setObjectName("velatura_progress_words")
        # Nothing else moves when painting begins and ends: laying out the docker anew takes its time.
        policy = self.bar.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.bar.setSizePolicy(policy)
        self._rows = QtWidgets.QStackedWidget()
        self._rows.addWidget(_row(self._output, self.apply))
        self._rows.addWidget(_row(self.words, self.stop))
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.bar)
        column.addWidget(self._rows)
        studio.state.shown.watch(self._show)
        studio.state.choices.watch(
            lambda choices: self._output.setCurrentIndex(OUTPUTS.index(choices.output))
        )

    def _show(self, shown: Shown | None) -> None:
        self.bar.setVisible(shown is not None)
        self._rows.setCurrentIndex(0 if shown is None else 1)
        if shown is None:
            return
        self.words.setText(shown.sentence)
        if shown.share is None:
            self.bar.setRange(_UNKNOWN, _UNKNOWN)
        else:
            self.bar.setRange(0, _FINE)
            self.bar.setValue(round(shown.share * _FINE))


def _row(wide: Any, button: Any) -> Any:
    row = QtWidgets.QWidget()
    line = QtWidgets.QHBoxLayout(row)
    line.setContentsMargins(0, 0, 0, 0)
    line.addWidget(wide, 1)
    line.addWidget(button, 1)
    return row

"""The docker's foot: as what the result comes, and the button for which all the rest is there."""

from __future__ import annotations

from dataclasses import replace

from .choices import OUTPUTS
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
        self._output = QtWidgets.QComboBox()
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
        row = QtWidgets.QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._output, 1)
        row.addWidget(self.words, 1)
        row.addWidget(self.apply, 1)
        row.addWidget(self.stop)
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.bar)
        column.addLayout(row)
        studio.state.shown.watch(self._show)
        studio.state.choices.watch(
            lambda choices: self._output.setCurrentIndex(OUTPUTS.index(choices.output))
        )

    def _show(self, shown: Shown | None) -> None:
        busy = shown is not None
        self.bar.setVisible(busy)
        self.words.setVisible(busy)
        self.stop.setVisible(busy)
        self.apply.setVisible(not busy)
        self._output.setVisible(not busy)
        if shown is None:
            return
        self.words.setText(shown.sentence)
        if shown.share is None:
            self.bar.setRange(_UNKNOWN, _UNKNOWN)
        else:
            self.bar.setRange(0, _FINE)
            self.bar.setValue(round(shown.share * _FINE))

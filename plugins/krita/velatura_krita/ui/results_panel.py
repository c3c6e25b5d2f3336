"""Variations, what was painted before, and two of them beside each other."""

from __future__ import annotations

import random
from typing import Any

from ..controller import Controller
from ..model.history import Entry
from ..model.variations import COUNT, KINDS, Kind, Variation, VariationBase, variations
from ..qt import QtGui, QtWidgets, Signal
from ..texts import tr
from .history_strip import HistoryStrip
from .inputs import ComboBox
from .picture_strip import PictureStrip

_HISTORY = "history"
_Pick = tuple[str, Any, str, Any]
"""Which strip, what of it, its name, its picture."""


class ResultsPanel(QtWidgets.QWidget):
    """``compared`` has two pictures and their names, or None when no two are compared any more."""

    compared = Signal(object)

    def __init__(self, controller: Controller) -> None:
        super().__init__()
        self._controller = controller
        self._variations: tuple[Variation, ...] = ()
        self._picked: list[_Pick] = []
        self._pictures: dict[float, Any] = {}
        self._newest: Any = None
        self._dice = random.Random()
        self.kinds = ComboBox()
        self.kinds.setObjectName("velatura_vary")
        words = {
            "all": tr("A bit of everything"),
            "mixture": tr("Mixture of styles"),
            "strokes": tr("Stroke size"),
            "strength": tr("Strength"),
        }
        for kind in KINDS:
            self.kinds.addItem(words[kind], kind)
        self.make = QtWidgets.QPushButton(tr("Four variations"))
        self.make.setObjectName("velatura_variations")
        self.make.setToolTip(tr("Four small pictures that differ in what is chosen here"))
        self.strip = PictureStrip(COUNT)
        self.compare = QtWidgets.QPushButton(tr("Compare two"))
        self.compare.setObjectName("velatura_compare")
        self.compare.setCheckable(True)
        self.compare.setToolTip(
            tr(
                "Then click two pictures, variations or results: the preview shows both, with the line between them"
            )
        )
        self.hint = QtWidgets.QLabel()
        self.hint.setWordWrap(True)
        self.history = HistoryStrip()
        self._arrange()
        self.make.clicked.connect(lambda: self._make())
        self.strip.chose.connect(self._chose)
        self.compare.toggled.connect(self._comparing)
        self.history.chose.connect(self._chose_entry)
        self.history.again.connect(self._again)
        controller.varied.connect(self.strip.show_picture)
        controller.painted.connect(self._painted)
        controller.state.history.watch(self._remember)

    def _arrange(self) -> None:
        row = QtWidgets.QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self.kinds, 1)
        row.addWidget(self.make)
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(0, 4, 4, 0)
        column.setSpacing(6)
        column.addLayout(row)
        column.addWidget(self.strip)
        title = QtWidgets.QLabel(f"<b>{tr('Painted before')}</b>")
        column.addWidget(title)
        column.addWidget(self.history)
        column.addWidget(self.compare)
        column.addWidget(self.hint)

    def _make(self) -> None:
        made = self._controller.vary(self._ground_varied)
        if made:
            self._variations = made
            self.strip.clear()
            for place, each in enumerate(made):
                self.strip.expect(place, each.words)

    def _ground_varied(self, ground: VariationBase) -> tuple[Variation, ...]:
        kind: Kind = self.kinds.currentData()
        return variations(ground, kind, self._dice)

    def _chose(self, place: int) -> None:
        if place >= len(self._variations):
            return
        variation = self._variations[place]
        if self.compare.isChecked():
            self._pick(("variation", place, variation.words, self.strip.pictures[place]))
        else:
            self.strip.mark({place})
            self._controller.choosing.all_of(variation.choices)

    def _chose_entry(self, entry: Entry) -> None:
        if self.compare.isChecked():
            picture = self._pictures.get(entry.when) or QtGui.QImage.fromData(entry.thumbnail)
            if not picture.isNull():
                self._pick((_HISTORY, entry, entry.title, picture))
        else:
            self._controller.choosing.entry(entry)

    def _again(self, entry: Entry) -> None:
        if not self.compare.isChecked():
            self._controller.choosing.entry(entry)
            self._controller.apply()

    def _pick(self, pick: _Pick) -> None:
        """One more to compare; of three the first is let go."""
        others = [each for each in self._picked if each[:2] != pick[:2]]
        self._picked = [*others[-1:], pick]
        self.strip.mark({what for strip, what, _, _ in self._picked if strip != _HISTORY})
        if len(self._picked) == 2:
            (_, _, one, first), (_, _, two, second) = self._picked
            self.compared.emit((first, second, (one, two)))
        self._hint()

    def _comparing(self, on: bool) -> None:
        self._picked = []
        self.strip.mark(set())
        if not on:
            self.compared.emit(None)
        self._hint()

    def _hint(self) -> None:
        words = {
            0: tr("Click the first picture."),
            1: tr("Click the second picture."),
            2: tr(
                "Both are in the preview: drag the line. Click another one to replace the first."
            ),
        }
        self.hint.setText(words[len(self._picked)] if self.compare.isChecked() else "")

    def _painted(self, image: Any) -> None:
        self._newest = image

    def _remember(self, entries: tuple[Entry, ...]) -> None:
        if entries and self._newest is not None and entries[0].when not in self._pictures:
            self._pictures[entries[0].when] = self._newest
            self._newest = None
        known = {entry.when for entry in entries}
        self._pictures = {when: each for when, each in self._pictures.items() if when in known}
        self.history.show_entries(entries)

"""How it is painted: engine, preset and knobs, all from what the daemon says that it has."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from velatura_link.engines import shown_engines
from velatura_link.titles import engine_title

from ..controller import Controller
from ..model import request_builder
from ..model.choices import Choices
from ..model.offer import Offer
from ..model.presets import without_knobs
from ..qt import Qt, QtCore, QtWidgets
from ..texts import tr
from .input_panel import InputPanel
from .inputs import ComboBox
from .knob_panel import KnobPanel
from .output_panel import OutputPanel
from .preset_bar import PresetBar
from .reset_button import NameLabel
from .section import Section
from .seed_row import SeedRow

_PROMINENT = ("colours", "stroke")
_WIDEST_NAME = 110
"""Pixels; longer names do not push the other fields aside."""


class EnginePanel(QtWidgets.QWidget):
    """Presets and engines to choose from; knobs in two parts, of every engine and of the chosen one.

    What differs from its default is marked, in the title of a folded section too, and all of it can be put back.
    """

    def __init__(self, controller: Controller) -> None:
        super().__init__()
        self._controller = controller
        self._engines = ComboBox()
        self._engines.setObjectName("velatura_engine")
        self.presets = PresetBar(controller)
        self.seed = SeedRow()
        self._first, self._more, self._own = KnobPanel(), KnobPanel(), KnobPanel()
        self.outputs = OutputPanel(controller)
        self._fine = Section(tr("More settings"), open_now=False)
        self._fine.body.addWidget(self._more)
        self._fine.body.addWidget(self.seed)
        self._fine.body.addWidget(self._own)
        self._fine.body.addWidget(self.outputs)
        self._reset = QtWidgets.QToolButton()
        self._reset.setObjectName("velatura_reset_all")
        self._reset.setAutoRaise(True)
        self._reset.setToolTip(tr("Reset all of these settings to their defaults"))
        self._reset.clicked.connect(lambda: controller.change(without_knobs(self._choices)))
        form = QtWidgets.QFormLayout()
        form.setContentsMargins(0, 0, 0, 0)
        form.setVerticalSpacing(4)
        form.setFieldGrowthPolicy(QtWidgets.QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self._names = (QtWidgets.QLabel(tr("Engine")), QtWidgets.QLabel(tr("Preset")))
        for name, field in zip(self._names, (self._engines, self.presets), strict=True):
            form.addRow(name, field)
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(form)
        column.addWidget(InputPanel(controller))
        column.addWidget(self._first)
        column.addWidget(self._fine)
        column.addWidget(self._reset, 0, Qt.AlignmentFlag.AlignRight)
        self._engines.activated.connect(lambda place: self._engine(self._engines.itemData(place)))
        for panel in (self._first, self._more):
            panel.changed.connect(
                lambda name, value: controller.change(self._choices.with_common(name, value))
            )
        self._own.changed.connect(
            lambda name, value: controller.change(self._choices.with_param(name, value))
        )
        self.seed.changed.connect(lambda seed: controller.change(replace(self._choices, seed=seed)))
        controller.state.offer.watch(self._offer)
        controller.state.choices.watch(self._show)

    @property
    def _choices(self) -> Choices:
        return self._controller.state.choices.value

    def _engine(self, name: str) -> None:
        self._controller.choosing.engine(name)

    def _offer(self, offer: Offer) -> None:
        blocker = QtCore.QSignalBlocker(self._engines)
        self._engines.clear()
        for name in shown_engines(offer.manifest):
            facts = offer.manifest[name]["descriptor"]
            self._engines.addItem(engine_title(facts, tr), name)
            place = self._engines.count() - 1
            summary = f"<p>{tr(facts.get('summary', ''))}</p><p><small>{facts.get('source', '')}</small></p>"
            self._engines.setItemData(place, summary, Qt.ItemDataRole.ToolTipRole)
        blocker.unblock()
        self._show(self._choices)

    def _show(self, choices: Choices) -> None:
        manifest = self._controller.state.offer.value.manifest
        place = self._engines.findData(choices.engine)
        self._engines.setCurrentIndex(place)
        summary = self._engines.itemData(place, Qt.ItemDataRole.ToolTipRole)
        self._engines.setToolTip(summary or "")
        every = request_builder.common_knobs(manifest, choices.engine)
        own = request_builder.engine_knobs(manifest, choices.engine)
        first = [each for each in every if each.name in _PROMINENT]
        more = [each for each in every if each.name not in _PROMINENT]
        self._first.show_knobs(first)
        self._more.show_knobs(more)
        self._own.show_knobs(own)
        self._line_up()
        self._first.show_values(choices.common)
        self._more.show_values(choices.common)
        self._own.show_values(choices.engine_params)
        self.seed.show_seed(choices.seed)
        folded = _differing(more, choices.common) + _differing(own, choices.engine_params)
        folded += choices.seed != 0
        self._fine.mark(folded)
        number = folded + _differing(first, choices.common)
        self._reset.setEnabled(number > 0)
        self._reset.setText(
            tr("Reset all ({number})", number=number) if number else tr("Reset all")
        )

    def _line_up(self) -> None:
        """Have the fields begin below one another; a very long name has room of its own."""
        names = [each for each in self.findChildren(NameLabel) if not each.isHidden()]
        width = max(min(each.needed, _WIDEST_NAME) for each in names)
        for name in names:
            name.line_up(width)
        for label in self._names:
            label.setMinimumWidth(width)


def _differing(knobs: Any, values: Any) -> int:
    """How many of ``knobs`` have something else than their default in ``values``."""
    return sum(knob.differs(values) for knob in knobs)

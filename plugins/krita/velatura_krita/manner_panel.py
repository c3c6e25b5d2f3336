"""How it is painted: engine, preset and knobs, all from what the daemon says that it has."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from velatura_link.titles import title_of

from . import wish
from .choices import Choices
from .inputs import ComboBox
from .knob_panel import KnobPanel
from .link import Offer
from .qt import QtCore, QtWidgets
from .section import Section
from .studio import Studio
from .texts import tr

_PROMINENT = ("colours", "stroke")


class MannerPanel(QtWidgets.QWidget):
    """Presets and engines to choose from; knobs in two parts, of every engine and of the chosen one."""

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self._studio = studio
        self._presets = ComboBox()
        self._engines = ComboBox()
        self._engines.setObjectName("velatura_engine")
        self._first, self._more, self._own = KnobPanel(), KnobPanel(), KnobPanel()
        self._fine = Section(tr("Finer"), open_now=False)
        self._fine.body.addWidget(self._more)
        self._fine.body.addWidget(self._own)
        form = QtWidgets.QFormLayout()
        form.setContentsMargins(0, 0, 0, 0)
        form.setVerticalSpacing(4)
        form.setFieldGrowthPolicy(QtWidgets.QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(tr("Engine"), self._engines)
        self._preset_label = QtWidgets.QLabel(tr("Preset"))
        form.addRow(self._preset_label, self._presets)
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(form)
        column.addWidget(self._first)
        column.addWidget(self._fine)
        self._engines.activated.connect(lambda place: self._engine(self._engines.itemData(place)))
        self._presets.activated.connect(lambda place: self._preset(self._presets.itemData(place)))
        for panel in (self._first, self._more):
            panel.changed.connect(
                lambda name, value: studio.change(self._choices.with_treatment(name, value))
            )
        self._own.changed.connect(
            lambda name, value: studio.change(self._choices.with_param(name, value))
        )
        studio.state.offer.watch(self._offer)
        studio.state.choices.watch(self._show)

    @property
    def _choices(self) -> Choices:
        return self._studio.state.choices.value

    def _engine(self, name: str) -> None:
        self._studio.change(replace(self._choices, engine=name))

    def _preset(self, preset: Any) -> None:
        if preset is not None:
            self._studio.use_preset(preset)

    def _offer(self, offer: Offer) -> None:
        blockers = [QtCore.QSignalBlocker(each) for each in (self._engines, self._presets)]
        self._engines.clear()
        for name in wish.engine_names(offer.manifest):
            facts = offer.manifest[name]["descriptor"]
            self._engines.addItem(tr(facts.get("title", name)), name)
            place = self._engines.count() - 1
            summary = f"<p>{tr(facts.get('summary', ''))}</p><p><small>{facts.get('source', '')}</small></p>"
            self._engines.setItemData(place, summary, QtCore.Qt.ItemDataRole.ToolTipRole)
        self._presets.clear()
        self._presets.addItem(tr("Choose …"), None)
        for preset in offer.presets:
            self._presets.addItem(title_of(str(preset["name"])), preset)
        for widget in (self._presets, self._preset_label):
            widget.setVisible(bool(offer.presets))
        for blocker in blockers:
            blocker.unblock()
        self._show(self._choices)

    def _show(self, choices: Choices) -> None:
        manifest = self._studio.state.offer.value.manifest
        place = self._engines.findData(choices.engine)
        self._engines.setCurrentIndex(place)
        summary = self._engines.itemData(place, QtCore.Qt.ItemDataRole.ToolTipRole)
        self._engines.setToolTip(summary or "")
        every = wish.treatment_knobs(manifest, choices.engine)
        self._first.show_knobs(each for each in every if each.name in _PROMINENT)
        self._more.show_knobs(each for each in every if each.name not in _PROMINENT)
        self._own.show_knobs(wish.engine_knobs(manifest, choices.engine))
        self._first.show_values(choices.treatment)
        self._more.show_values(choices.treatment)
        self._own.show_values(choices.engine_params)

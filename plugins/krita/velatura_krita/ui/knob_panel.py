"""Widgets for knobs, made from their descriptions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from ..model.knobs import Knob, Value
from ..qt import QtCore, QtWidgets, Signal
from ..texts import tr
from .inputs import ComboBox, DoubleSpinBox, SpinBox
from .menus import take_out_widgets
from .reset_button import NameLabel, ResetButton
from .value_slider import ValueSlider

_MOST_WHOLE = 2**31 - 1
_NAME, _VALUE, _RESET = range(3)


class KnobPanel(QtWidgets.QWidget):
    """A row for each knob; ``changed`` has a knob's name and its new value.

    What differs from its default is bold and has an arrow that puts it back, as a double click on its name does.
    """

    changed = Signal(str, object)

    def __init__(self) -> None:
        super().__init__()
        self._grid = QtWidgets.QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setVerticalSpacing(4)
        self._grid.setHorizontalSpacing(6)
        self._grid.setColumnStretch(_VALUE, 1)
        self._knobs: tuple[Knob, ...] = ()
        self._put: dict[str, Callable[[Value], None]] = {}
        self._mark: dict[str, Callable[[bool], None]] = {}

    def show_knobs(self, knobs: Iterable[Knob]) -> None:
        """Have widgets for ``knobs`` and nothing else; each at its default."""
        knobs = tuple(knobs)
        if knobs == self._knobs:
            return
        take_out_widgets(self._grid)
        self._put.clear()
        self._mark.clear()
        self._knobs = knobs
        for row, knob in enumerate(knobs):
            self._add(row, knob)
        self.show_values({})

    def show_values(self, values: Mapping[str, Value]) -> None:
        """Put every knob at its value in ``values`` or else its default; nobody is told."""
        for knob in self._knobs:
            value = values.get(knob.name, knob.default)
            self._put[knob.name](value if knob.admits(value) else knob.default)
            self._mark[knob.name](knob.differs(values))

    def _add(self, row: int, knob: Knob) -> None:
        makers = {
            "slider": self._slider,
            "number": self._number,
            "whole": self._whole,
            "choice": self._choice,
            "switch": self._switch,
            "text": self._text,
        }
        widget = makers[knob.kind](knob)
        tip = f"<p>{tr(knob.tip)}</p>"
        widget.setToolTip(tip)
        widget.setObjectName(f"velatura_knob_{knob.name}")
        reset = ResetButton()
        again = partial(self._reset, knob)
        reset.clicked.connect(lambda: again())
        self._grid.addWidget(reset, row, _RESET)
        if knob.kind in ("slider", "switch"):
            self._grid.addWidget(widget, row, _NAME, 1, 2)
            name = widget
        else:
            name = NameLabel(tr(knob.title), tip)
            name.reset.connect(again)
            self._grid.addWidget(name, row, _NAME)
            self._grid.addWidget(widget, row, _VALUE)

        def mark(differs: bool) -> None:
            name.mark(differs)
            reset.setVisible(differs)

        self._mark[knob.name] = mark

    def _reset(self, knob: Knob) -> None:
        self.changed.emit(knob.name, knob.default)

    def _slider(self, knob: Knob) -> Any:
        span = knob.most - knob.least
        slider = ValueSlider(
            tr(knob.title),
            knob.least,
            knob.most,
            step=knob.step,
            unit=tr(knob.unit),
            decimals=2 if span <= 10 else 1 if span <= 100 else 0,
            zero=tr(knob.zero),
        )
        slider.changed.connect(lambda value: self.changed.emit(knob.name, value))
        self._put[knob.name] = lambda value: slider.set(float(value))
        return slider

    def _number(self, knob: Knob) -> Any:
        box = DoubleSpinBox()
        box.setDecimals(3)
        box.setRange(knob.least, knob.most)
        box.setStepType(QtWidgets.QAbstractSpinBox.StepType.AdaptiveDecimalStepType)
        return self._spinning(box, knob, lambda value: box.setValue(float(value)))

    def _whole(self, knob: Knob) -> Any:
        box = SpinBox()
        box.setRange(int(max(knob.least, -_MOST_WHOLE)), int(min(knob.most, _MOST_WHOLE)))
        return self._spinning(box, knob, lambda value: box.setValue(int(value)))

    def _spinning(self, box: Any, knob: Knob, put: Callable[[Value], None]) -> Any:
        box.setSuffix(f" {tr(knob.unit)}" if knob.unit else "")
        if knob.zero and knob.least == 0:
            box.setSpecialValueText(tr(knob.zero))
        box.setKeyboardTracking(False)
        box.valueChanged.connect(lambda value: self.changed.emit(knob.name, value))
        self._put[knob.name] = _quietly(box, put)
        return box

    def _choice(self, knob: Knob) -> Any:
        box = ComboBox()
        box.setSizeAdjustPolicy(ComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.setMinimumContentsLength(8)
        for each in knob.choices:
            box.addItem(tr(knob.label(each)), each)
        box.currentIndexChanged.connect(
            lambda place: self.changed.emit(knob.name, box.itemData(place))
        )
        self._put[knob.name] = _quietly(
            box, lambda value: box.setCurrentIndex(knob.choices.index(str(value)))
        )
        return box

    def _switch(self, knob: Knob) -> Any:
        box = _Switch(tr(knob.title))
        box.toggled.connect(lambda on: self.changed.emit(knob.name, on))
        self._put[knob.name] = _quietly(box, lambda value: box.setChecked(bool(value)))
        return box

    def _text(self, knob: Knob) -> Any:
        box = QtWidgets.QLineEdit()
        box.editingFinished.connect(lambda: self.changed.emit(knob.name, box.text()))
        self._put[knob.name] = _quietly(box, lambda value: box.setText(str(value)))
        return box


class _Switch(QtWidgets.QCheckBox):
    """A box to be checked, bold while it differs from its default."""

    def mark(self, differs: bool) -> None:
        font = self.font()
        font.setBold(differs)
        self.setFont(font)


def _quietly(widget: Any, put: Callable[[Value], None]) -> Callable[[Value], None]:
    def put_quietly(value: Value) -> None:
        blocker = QtCore.QSignalBlocker(widget)
        put(value)
        blocker.unblock()

    return put_quietly

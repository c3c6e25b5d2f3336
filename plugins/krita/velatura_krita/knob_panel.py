"""Widgets for knobs, made from their descriptions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from .fader import Fader
from .inputs import ComboBox, DoubleSpinBox, SpinBox
from .knobs import Knob, Value
from .qt import QtCore, QtWidgets, Signal
from .texts import tr

_MOST_WHOLE = 2**31 - 1


class KnobPanel(QtWidgets.QWidget):
    """A form of knobs; ``changed`` has a knob's name and its new value."""

    changed = Signal(str, object)

    def __init__(self) -> None:
        super().__init__()
        self._form = QtWidgets.QFormLayout(self)
        self._form.setContentsMargins(0, 0, 0, 0)
        self._form.setVerticalSpacing(4)
        self._form.setFieldGrowthPolicy(
            QtWidgets.QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow
        )
        self._knobs: tuple[Knob, ...] = ()
        self._put: dict[str, Callable[[Value], None]] = {}

    def show_knobs(self, knobs: Iterable[Knob]) -> None:
        """Have widgets for ``knobs`` and nothing else; each at its default."""
        knobs = tuple(knobs)
        if knobs == self._knobs:
            return
        while self._form.rowCount():
            self._form.removeRow(0)
        self._put.clear()
        self._knobs = knobs
        for knob in knobs:
            self._add(knob)
        self.show_values({})

    def show_values(self, values: Mapping[str, Value]) -> None:
        """Put every knob at its value in ``values`` or else its default; nobody is told."""
        for knob in self._knobs:
            value = values.get(knob.name, knob.default)
            self._put[knob.name](value if knob.admits(value) else knob.default)

    def _add(self, knob: Knob) -> None:
        makers = {
            "slider": self._fader,
            "number": self._number,
            "whole": self._whole,
            "choice": self._choice,
            "switch": self._switch,
            "text": self._text,
        }
        widget = makers[knob.kind](knob)
        widget.setToolTip(f"<p>{tr(knob.tip)}</p>")
        if knob.kind in ("slider", "switch"):
            self._form.addRow(widget)
        else:
            label = QtWidgets.QLabel(tr(knob.title))
            label.setToolTip(widget.toolTip())
            self._form.addRow(label, widget)

    def _fader(self, knob: Knob) -> Any:
        span = knob.most - knob.least
        fader = Fader(
            tr(knob.title),
            knob.least,
            knob.most,
            step=knob.step,
            unit=knob.unit,
            decimals=2 if span <= 10 else 1 if span <= 100 else 0,
        )
        fader.changed.connect(lambda value: self.changed.emit(knob.name, value))
        self._put[knob.name] = lambda value: fader.set(float(value))
        return fader

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
        box.setSuffix(f" {knob.unit}" if knob.unit else "")
        box.setKeyboardTracking(False)
        box.valueChanged.connect(lambda value: self.changed.emit(knob.name, value))
        self._put[knob.name] = _quietly(box, put)
        return box

    def _choice(self, knob: Knob) -> Any:
        box = ComboBox()
        for each in knob.choices:
            box.addItem(tr(_label_of(each)), each)
        box.currentIndexChanged.connect(
            lambda place: self.changed.emit(knob.name, box.itemData(place))
        )
        self._put[knob.name] = _quietly(
            box, lambda value: box.setCurrentIndex(knob.choices.index(str(value)))
        )
        return box

    def _switch(self, knob: Knob) -> Any:
        box = QtWidgets.QCheckBox(tr(knob.title))
        box.toggled.connect(lambda on: self.changed.emit(knob.name, on))
        self._put[knob.name] = _quietly(box, lambda value: box.setChecked(bool(value)))
        return box

    def _text(self, knob: Knob) -> Any:
        box = QtWidgets.QLineEdit()
        box.editingFinished.connect(lambda: self.changed.emit(knob.name, box.text()))
        self._put[knob.name] = _quietly(box, lambda value: box.setText(str(value)))
        return box


def _quietly(widget: Any, put: Callable[[Value], None]) -> Callable[[Value], None]:
    def put_quietly(value: Value) -> None:
        blocker = QtCore.QSignalBlocker(widget)
        put(value)
        blocker.unblock()

    return put_quietly


def _label_of(choice: str) -> str:
    words = choice.replace("-", " ").replace("_", " ")
    return f"{words[:1].upper()}{words[1:]}"

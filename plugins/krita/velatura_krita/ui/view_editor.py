"""How a style's picture is taken, to be looked at while the live preview follows."""

from __future__ import annotations

from dataclasses import replace
from math import log2
from typing import Any

from ..model.style_view import PLAIN, StyleView
from ..qt import Qt, QtGui, QtWidgets, Signal
from ..texts import tr
from .crop_canvas import MARGIN, CropCanvas
from .value_slider import ValueSlider
from .view_images import fitted, taken

_QUARTERS = (0, 90, 180, 270)
_OCTAVES = 3.0
_SIDE = 112
_GAP = 8
_MARKED = (
    "QToolButton:checked { background: palette(highlight); color: palette(highlighted-text); }"
)


class _ScaleFader(ValueSlider):
    """A scale by its octaves, so that half and double are equally far; written in percent."""

    def _neat(self, value: float) -> float:
        return log2(round(100 * 2**value) / 100)

    def _meant(self, number: float) -> float:
        return log2(max(number, 1.0) / 100)

    def _number(self) -> str:
        return f"{100 * 2**self._value:.0f}"

    def _words(self) -> str:
        return f"{self._number()} %"


class ViewEditor(QtWidgets.QDialog):
    """Crop, rotation and scale of one style; ``changed`` has the view."""

    changed = Signal(object)

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent, Qt.WindowType.Tool)
        self.setObjectName("velatura_view")
        self._picture: Any = None
        self._view = PLAIN
        self._name = QtWidgets.QLabel()
        self._name.setStyleSheet("font-weight: bold")
        self.canvas = CropCanvas()
        self.canvas.changed.connect(lambda crop: self._turn(crop=crop))
        self._result = QtWidgets.QLabel()
        self._result.setFixedSize(_SIDE, _SIDE)
        self._result.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._result.setToolTip(
            tr("The part of the picture that remains: the engine sees nothing else.")
        )
        self.rotation = ValueSlider(tr("Turned by"), 0.0, 359.0, step=1.0, unit="°", decimals=0)
        self.rotation.setToolTip(
            tr("Degrees counter-clockwise. Of a slanted picture, the largest upright part is used.")
        )
        self.rotation.changed.connect(lambda degrees: self._turn(rotation=degrees))
        self.scale = _ScaleFader(tr("Strokes"), -_OCTAVES, _OCTAVES, step=0.1)
        self.scale.setToolTip(tr("How large this style's strokes become: 200 % is twice as large."))
        self.scale.changed.connect(lambda octaves: self._turn(scale=2**octaves))
        self.quarters = {degrees: self._quarter(degrees) for degrees in _QUARTERS}
        self._reset = QtWidgets.QPushButton(tr("Reset"))
        self._reset.setToolTip(tr("Use the whole picture, as it is"))
        self._reset.setAutoDefault(False)
        self._reset.clicked.connect(lambda: self._put(PLAIN))
        done = QtWidgets.QPushButton(tr("Close"))
        done.setDefault(True)
        done.clicked.connect(self.close)
        self._arrange(done)

    def edit(self, name: str, picture: Any, view: StyleView) -> None:
        """Begin with another style: its ``picture`` as a QImage."""
        self.setWindowTitle(tr("View of “{name}”", name=name))
        self._name.setText(name)
        self._view = view
        self.show_picture(picture)

    def show_picture(self, picture: Any) -> None:
        """Have the style's picture, a QImage, perhaps in another size than before."""
        self._picture = picture
        self.canvas.show_picture(picture)
        self.show_view(self._view)
        self.adjustSize()

    def show_view(self, view: StyleView) -> None:
        """Put everything at ``view``; nobody is told."""
        self._view = view
        self.canvas.set(view.crop)
        self.rotation.set(view.rotation)
        self.scale.set(log2(view.scale))
        for degrees, button in self.quarters.items():
            button.setChecked(view.rotation == degrees)
        self._reset.setEnabled(not view.plain)
        if self._picture is not None and not self._picture.isNull():
            part = taken(self._picture, view)
            self._result.setPixmap(fitted(part, _SIDE, _SIDE, self.devicePixelRatioF()))
        else:
            self._result.clear()

    def stand_beside(self, widget: Any) -> None:
        """Come up left of ``widget``, or right of it where there is no room."""
        corner = widget.mapToGlobal(widget.rect().topLeft())
        screens = QtGui.QGuiApplication
        screen = screens.screenAt(corner) or screens.primaryScreen()
        assert screen is not None
        room = screen.availableGeometry()
        left = corner.x() - self.width() - _GAP
        if left < room.left():
            left = corner.x() + widget.width() + _GAP
        top = max(min(corner.y(), room.bottom() - self.height() - _GAP), room.top())
        self.move(left, top)
        self.show()
        self.raise_()

    def _arrange(self, done: Any) -> None:
        turns = QtWidgets.QHBoxLayout()
        turns.setSpacing(2)
        for button in self.quarters.values():
            turns.addWidget(button)
        knobs = QtWidgets.QVBoxLayout()
        knobs.setSpacing(6)
        knobs.addLayout(turns)
        knobs.addWidget(self.rotation)
        knobs.addWidget(self.scale)
        knobs.addStretch(1)
        # All of it stands in line with the picture, around which there is room for handles.
        self._name.setContentsMargins(MARGIN, 0, MARGIN, 0)
        below = QtWidgets.QHBoxLayout()
        below.setContentsMargins(MARGIN, 0, MARGIN, 0)
        below.setSpacing(10)
        below.addWidget(self._result)
        below.addLayout(knobs, 1)
        foot = QtWidgets.QHBoxLayout()
        foot.setContentsMargins(MARGIN, 0, MARGIN, 0)
        foot.addWidget(self._reset)
        foot.addStretch(1)
        foot.addWidget(done)
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(5, 8, 5, 10)
        column.setSpacing(8)
        column.addWidget(self._name)
        column.addWidget(self.canvas)
        column.addLayout(below)
        column.addLayout(foot)
        column.setSizeConstraint(QtWidgets.QLayout.SizeConstraint.SetFixedSize)

    def _quarter(self, degrees: int) -> Any:
        button = QtWidgets.QToolButton()
        button.setText(f"{degrees}°")
        button.setCheckable(True)
        button.setStyleSheet(_MARKED)
        button.setSizePolicy(
            QtWidgets.QSizePolicy.Policy.Expanding, QtWidgets.QSizePolicy.Policy.Fixed
        )
        button.clicked.connect(lambda: self._turn(rotation=float(degrees)))
        return button

    def _turn(self, **facts: Any) -> None:
        self._put(replace(self._view, **facts))

    def _put(self, view: StyleView) -> None:
        self.show_view(view)
        self.changed.emit(view)

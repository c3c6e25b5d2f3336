"""Regions: which style goes where."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ..controller import Controller
from ..model.choices import RegionChoice, StyleChoice
from ..model.state import Tile
from ..model.style_kinds import Extra, extra_of
from ..model.style_view import PLAIN
from ..model.viewed_style import ViewedStyle, why_no_view
from ..qt import QtWidgets, Signal
from ..texts import tr
from .inputs import ComboBox
from .menus import take_out_widgets
from .style_rows import extra_row
from .value_slider import ValueSlider
from .view_button import ViewButton


class RegionList(QtWidgets.QWidget):
    """A row for each region: its name, its style, its strength. ``changed`` has all of them.

    ``wants_view`` has whose view is to be edited.
    """

    changed = Signal(object)
    wants_view = Signal(object)
    wants_layer = Signal()
    wants_selection = Signal()

    def __init__(self, controller: Controller) -> None:
        super().__init__()
        self._controller = controller
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self._empty = QtWidgets.QLabel(
            tr("One style for the whole layer. Add a part to paint it in another style.")
        )
        self._empty.setWordWrap(True)
        column.addWidget(self._empty)
        self._rows = QtWidgets.QVBoxLayout()
        self._rows.setSpacing(3)
        column.addLayout(self._rows)
        buttons = QtWidgets.QHBoxLayout()
        for text, tip, signal in (
            (
                tr("From layer"),
                tr("The part that the active layer, group or mask covers"),
                self.wants_layer,
            ),
            (tr("From selection"), tr("The part that is selected now"), self.wants_selection),
        ):
            button = QtWidgets.QPushButton(f"+ {text}")
            button.setToolTip(tip)
            button.clicked.connect(lambda _=False, signal=signal: signal.emit())
            buttons.addWidget(button)
        column.addLayout(buttons)
        self._regions: tuple[RegionChoice, ...] = ()
        self._tiles: tuple[Tile, ...] = ()
        self._views: list[ViewButton] = []
        self._extras: list[Any] = []
        self._shape: object = None

    def show_regions(self, regions: tuple[RegionChoice, ...], tiles: tuple[Tile, ...]) -> None:
        """Have a row for each of ``regions``, with ``tiles`` to choose from; nobody is told."""
        labels = [tile.label for tile in tiles]
        shape = (labels, [(each.title, each.style, self._extra_of(each)) for each in regions])
        if shape == self._shape:
            self._regions = regions
            self._mark_views()
            return
        self._shape = shape
        self._regions, self._tiles = regions, tiles
        take_out_widgets(self._rows)
        self._views, self._extras = [], []
        for place, region in enumerate(regions):
            self._rows.addWidget(self._row(place, region))
        self._mark_views()
        self._empty.setVisible(not regions)

    def _mark_views(self) -> None:
        rows = zip(self._views, self._extras, self._regions, strict=True)
        for button, extra, region in rows:
            button.mark(plain=region.view.plain)
            if extra is not None:
                extra.show_view(region.view)

    def _extra_of(self, region: RegionChoice) -> Extra | None:
        state = self._controller.state
        return extra_of(state.offer.value.manifest, state.choices.value.engine, region.style)

    def _row(self, place: int, region: RegionChoice) -> Any:
        row = QtWidgets.QFrame()
        row.setFrameShape(QtWidgets.QFrame.Shape.StyledPanel)
        grid = QtWidgets.QGridLayout(row)
        grid.setContentsMargins(6, 4, 4, 4)
        grid.setVerticalSpacing(3)
        styles = ComboBox()
        for tile in self._tiles:
            styles.addItem(tile.label, tile.style)
        chosen = [tile.style for tile in self._tiles]
        styles.setCurrentIndex(chosen.index(region.style) if region.style in chosen else -1)
        styles.setSizePolicy(
            QtWidgets.QSizePolicy.Policy.Ignored, QtWidgets.QSizePolicy.Policy.Fixed
        )
        styles.currentIndexChanged.connect(
            lambda index: self._turn(place, lambda old: _styled(old, chosen[index]))
        )
        strength = ValueSlider(
            tr("Strength"), 0.0, 1.0, step=0.05, unit="%", decimals=0, shown=100.0
        )
        strength.set(region.strength)
        strength.changed.connect(
            lambda value: self._turn(place, lambda old: replace(old, strength=value))
        )
        remove = QtWidgets.QToolButton()
        remove.setText("×")
        remove.setAutoRaise(True)
        remove.setToolTip(tr("Remove this part"))
        remove.clicked.connect(lambda: self._remove(place))
        offered = self._controller.state.offer.value.styles
        view = ViewButton(why_no_view(region.style, offered))
        self._views.append(view)
        viewed = ViewedStyle("regions", place, region.style)
        view.clicked.connect(lambda: self.wants_view.emit(viewed))
        grid.addWidget(QtWidgets.QLabel(region.title), 0, 0)
        grid.addWidget(styles, 0, 1)
        grid.addWidget(view, 0, 2)
        grid.addWidget(remove, 0, 3)
        grid.addWidget(strength, 1, 0, 1, 4)
        grid.setColumnStretch(1, 1)
        extra = extra_row(
            self._controller,
            self._extra_of(region),
            lambda facts: self._turn(place, lambda old: _taken(old, facts)),
        )
        self._extras.append(extra)
        if extra is not None:
            grid.addWidget(extra, 2, 0, 1, 4)
        return row

    def _turn(self, place: int, change: Callable[[RegionChoice], RegionChoice]) -> None:
        regions = list(self._regions)
        regions[place] = change(regions[place])
        self._regions = tuple(regions)
        self.changed.emit(self._regions)

    def _remove(self, place: int) -> None:
        self.changed.emit((*self._regions[:place], *self._regions[place + 1 :]))


def _taken(region: RegionChoice, facts: Any) -> RegionChoice:
    return replace(region, view=replace(region.view, **facts))


def _styled(region: RegionChoice, style: StyleChoice) -> RegionChoice:
    return replace(region, style=style, view=PLAIN)

"""The styles that are chosen: how much of each, and how its picture is taken."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from ..controller import Controller
from ..document.images import THUMBNAIL
from ..model.choices import Choices, StyleChoice, WeightedStyle
from ..model.shares import percents
from ..model.style_kinds import Extra, extra_of, kinds_taken
from ..model.viewed_style import ViewedStyle, why_no_view
from ..qt import QtWidgets, Signal
from ..texts import tr
from .menus import take_out_widgets
from .style_rows import extra_row
from .value_slider import ValueSlider
from .view_button import ViewButton
from .view_images import decoded, squared, taken, thumbnail_of

SIDE = 26


class MixturePanel(QtWidgets.QWidget):
    """A row for each style of the mixture. ``wants_view`` has whose view is to be edited."""

    wants_view = Signal(object)

    def __init__(self, controller: Controller) -> None:
        super().__init__()
        self.setObjectName("velatura_mixture")
        self._controller = controller
        self.rows: list[Row] = []
        self._faces: tuple[StyleFacts, ...] = ()
        self._title = QtWidgets.QLabel()
        self._even = QtWidgets.QToolButton()
        self._even.setText(tr("Equal parts"))
        self._even.setAutoRaise(True)
        self._even.setToolTip(tr("The same amount of each style"))
        self._even.clicked.connect(lambda: controller.change(self._choices.evened()))
        self._head = QtWidgets.QWidget()
        head = QtWidgets.QHBoxLayout(self._head)
        head.setContentsMargins(2, 0, 0, 0)
        head.addWidget(self._title, 1)
        head.addWidget(self._even)
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addWidget(self._head)
        self._column = QtWidgets.QVBoxLayout()
        self._column.setSpacing(3)
        column.addLayout(self._column)
        controller.state.tiles.watch(lambda tiles: self._show(self._choices))
        controller.state.offer.watch(lambda offer: self._show(self._choices))
        controller.state.choices.watch(self._show)

    @property
    def _choices(self) -> Choices:
        return self._controller.state.choices.value

    def _show(self, choices: Choices) -> None:
        mixture = choices.mixture
        manifest = self._controller.state.offer.value.manifest
        self.setVisible(bool(mixture) and bool(kinds_taken(manifest, choices.engine)))
        self._head.setVisible(len(mixture) > 1)
        self._title.setText(tr("Mixture of {number} styles", number=len(mixture)))
        self._even.setEnabled(len({each.weight for each in mixture}) > 1)
        faces = tuple(facts_of(self._controller, choices.engine, style) for style in choices.styles)
        if faces != self._faces:
            self._faces = faces
            self._build()
        shares = percents([each.weight for each in mixture])
        for row, part, share in zip(self.rows, mixture, shares, strict=True):
            row.show_part(part, share)

    def _build(self) -> None:
        take_out_widgets(self._column)
        self.rows = []
        for place, face in enumerate(self._faces):
            row = Row(self._controller, face, mixed=len(self._faces) > 1)
            row.shared.connect(
                lambda share, place=place: self._controller.change(
                    self._choices.with_share(place, share)
                )
            )
            row.removed.connect(
                lambda place=place: self._controller.change(self._choices.without(place))
            )
            viewed = ViewedStyle("mixture", place, face.style)
            row.wants_view.connect(lambda viewed=viewed: self.wants_view.emit(viewed))
            row.taken.connect(lambda facts, viewed=viewed: self._take(viewed, facts))
            self.rows.append(row)
            self._column.addWidget(row)

    def _take(self, viewed: ViewedStyle, facts: dict[str, Any]) -> None:
        view = viewed.view(self._choices)
        if view is not None:
            self._controller.change(viewed.put(self._choices, replace(view, **facts)))


@dataclass(frozen=True)
class StyleFacts:
    """What a row shows of a style whatever it is mixed with. ``refused`` is why it has no view."""

    style: StyleChoice
    name: str
    thumbnail: bytes | None
    refused: str | None
    extra: Extra | None


def facts_of(controller: Controller, engine: str, style: StyleChoice) -> StyleFacts:
    """What is known of ``style`` now, when ``engine`` paints in it."""
    state = controller.state
    manifest = state.offer.value.manifest
    return StyleFacts(
        style,
        state.name_of(style),
        thumbnail_of(controller, style),
        why_no_view(style, state.offer.value.styles),
        extra_of(manifest, engine, style),
    )


class Row(QtWidgets.QWidget):
    """One style; if it is ``mixed``, ``shared`` has the share, 0 to 1, that it is dragged to.

    ``taken`` has what of its view is chosen in the row itself.
    """

    shared = Signal(float)
    removed = Signal()
    wants_view = Signal()
    taken = Signal(object)

    def __init__(self, controller: Controller, face: StyleFacts, *, mixed: bool) -> None:
        super().__init__()
        self._picture = decoded(face.thumbnail, THUMBNAIL)
        self._part: WeightedStyle | None = None
        self._icon = QtWidgets.QLabel()
        self._icon.setFixedSize(SIDE, SIDE)
        self.share: Any = None
        if mixed:
            self.share = ValueSlider(
                face.name, 0.0, 1.0, step=0.05, unit="%", decimals=0, shown=100.0
            )
            self.share.setToolTip(
                tr("How much of the mixture is this style; the others share the rest as before")
            )
            self.share.changed.connect(self.shared)
        self.view = ViewButton(face.refused)
        self.view.clicked.connect(lambda: self.wants_view.emit())
        remove = QtWidgets.QToolButton()
        remove.setText("×")
        remove.setAutoRaise(True)
        remove.setToolTip(tr("Remove this style"))
        remove.clicked.connect(lambda: self.removed.emit())
        self.extra = extra_row(controller, face.extra, self.taken.emit)
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        line = QtWidgets.QHBoxLayout()
        line.setSpacing(4)
        line.addWidget(self._icon)
        line.addWidget(self.share or _label(face.name), 1)
        line.addWidget(self.view)
        line.addWidget(remove)
        column.addLayout(line)
        if self.extra is not None:
            column.addWidget(self.extra)

    def show_part(self, part: WeightedStyle, percent: int) -> None:
        """Its view and its share; nobody is told."""
        if self.share is not None:
            self.share.set(percent / 100)
        if self._part is None or part.view != self._part.view:
            ratio = self.devicePixelRatioF()
            self._icon.setPixmap(squared(taken(self._picture, part.view), SIDE, ratio))
            self.view.mark(plain=part.view.plain)
            if self.extra is not None:
                self.extra.show_view(part.view)
        self._part = part


def _label(name: str) -> Any:
    """A name that makes no docker wider."""
    label = QtWidgets.QLabel(name)
    label.setSizePolicy(
        QtWidgets.QSizePolicy.Policy.Ignored, QtWidgets.QSizePolicy.Policy.Preferred
    )
    return label

"""The styles that are chosen: how much of each, and how its picture is taken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..controller import Controller
from ..document.images import THUMBNAIL
from ..model.choices import Choices, Ingredient, StyleChoice
from ..model.shares import percents
from ..model.viewing import Viewed, why_no_view
from ..qt import QtWidgets, Signal
from ..texts import tr
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
        self._faces: tuple[Face, ...] = ()
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
        controller.state.choices.watch(self._show)

    @property
    def _choices(self) -> Choices:
        return self._controller.state.choices.value

    def _show(self, choices: Choices) -> None:
        mixture = choices.mixture
        self.setVisible(bool(mixture))
        self._head.setVisible(len(mixture) > 1)
        self._title.setText(tr("Mixture of {number} styles", number=len(mixture)))
        self._even.setEnabled(len({each.weight for each in mixture}) > 1)
        faces = tuple(face_of(self._controller, style) for style in choices.styles)
        if faces != self._faces:
            self._faces = faces
            self._build()
        shares = percents([each.weight for each in mixture])
        for row, part, share in zip(self.rows, mixture, shares, strict=True):
            row.show_part(part, share)

    def _build(self) -> None:
        while (item := self._column.takeAt(0)) is not None:
            item.widget().hide()
            item.widget().deleteLater()
        self.rows = []
        for place, face in enumerate(self._faces):
            row = Row(face, mixed=len(self._faces) > 1)
            row.shared.connect(
                lambda share, place=place: self._controller.change(
                    self._choices.with_share(place, share)
                )
            )
            row.removed.connect(
                lambda place=place: self._controller.change(self._choices.without(place))
            )
            viewed = Viewed("mixture", place, face.style)
            row.wants_view.connect(lambda viewed=viewed: self.wants_view.emit(viewed))
            self.rows.append(row)
            self._column.addWidget(row)


@dataclass(frozen=True)
class Face:
    """What a row shows of a style whatever it is mixed with. ``refused`` is why it has no view."""

    style: StyleChoice
    name: str
    thumbnail: bytes | None
    refused: str | None


def face_of(controller: Controller, style: StyleChoice) -> Face:
    """What is known of ``style`` now."""
    state = controller.state
    refused = why_no_view(style, state.offer.value.styles)
    return Face(style, state.name_of(style), thumbnail_of(controller, style), refused)


class Row(QtWidgets.QWidget):
    """One style; if it is ``mixed``, ``shared`` has the share, 0 to 1, that it is dragged to."""

    shared = Signal(float)
    removed = Signal()
    wants_view = Signal()

    def __init__(self, face: Face, *, mixed: bool) -> None:
        super().__init__()
        self._picture = decoded(face.thumbnail, THUMBNAIL)
        self._part: Ingredient | None = None
        self._icon = QtWidgets.QLabel()
        self._icon.setFixedSize(SIDE, SIDE)
        self.share: Any = None
        if mixed:
            self.share = ValueSlider(
                face.name, 0.0, 1.0, step=0.05, unit="%", decimals=0, shown=100.0
            )
            self.share.setToolTip(
                tr("How much of the mixture is this style; the others share the rest as they did")
            )
            self.share.changed.connect(self.shared)
        self.view = ViewButton(face.refused)
        self.view.clicked.connect(lambda: self.wants_view.emit())
        remove = QtWidgets.QToolButton()
        remove.setText("×")
        remove.setAutoRaise(True)
        remove.setToolTip(tr("Remove this style"))
        remove.clicked.connect(lambda: self.removed.emit())
        line = QtWidgets.QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(4)
        line.addWidget(self._icon)
        line.addWidget(self.share or _label(face.name), 1)
        line.addWidget(self.view)
        line.addWidget(remove)

    def show_part(self, part: Ingredient, percent: int) -> None:
        """Its view and its share; nobody is told."""
        if self.share is not None:
            self.share.set(percent / 100)
        if self._part is None or part.view != self._part.view:
            ratio = self.devicePixelRatioF()
            self._icon.setPixmap(squared(taken(self._picture, part.view), SIDE, ratio))
            self.view.mark(plain=part.view.plain)
        self._part = part


def _label(name: str) -> Any:
    """A name that makes no docker wider."""
    label = QtWidgets.QLabel(name)
    label.setSizePolicy(
        QtWidgets.QSizePolicy.Policy.Ignored, QtWidgets.QSizePolicy.Policy.Preferred
    )
    return label

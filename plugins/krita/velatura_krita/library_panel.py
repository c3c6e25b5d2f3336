"""The docker's upper half: the library with its search and the ways to add to it."""

from __future__ import annotations

from typing import Any

from .choices import Choices, StyleChoice
from .images import png_of
from .obstacles import paints_from_pictures
from .qt import QtGui, QtWidgets
from .shelf import SUFFIXES
from .state import Tile
from .studio import Studio
from .style_grid import StyleGrid
from .texts import tr
from .views import View


class LibraryPanel(QtWidgets.QWidget):
    """Choose a style, or bring one."""

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self._studio = studio
        self.grid = StyleGrid()
        self._find = QtWidgets.QLineEdit()
        self._find.setPlaceholderText(tr("Find a style"))
        self._find.setClearButtonEnabled(True)
        self._find.textChanged.connect(self.grid.find)
        row = QtWidgets.QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._find, 1)
        row.addWidget(self._add_button())
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(row)
        column.addWidget(self.grid, 1)
        self._note = QtWidgets.QLabel(
            tr(
                "This engine imitates a picture: add one with +. Styles in grey are codes without one."
            )
        )
        self._note.setObjectName("velatura_no_codes")
        self._note.setWordWrap(True)
        self._note.hide()
        column.addWidget(self._note)
        state = studio.state
        self._views: dict[StyleChoice, View] = {}
        self.grid.chose.connect(
            lambda styles: studio.change(state.choices.value.with_styles(styles, self._views))
        )
        self.grid.dropped_file.connect(studio.styles.add_file)
        self.grid.dropped_picture.connect(studio.styles.add_picture)
        self.grid.removed.connect(studio.styles.remove)
        state.tiles.watch(self._show)
        state.choices.watch(self._show_choices)

    def _show(self, tiles: tuple[Tile, ...]) -> None:
        self.grid.show_tiles(tiles)
        self._show_fitting(self._studio.state.choices.value)
        self.grid.show_chosen(self._studio.state.choices.value.styles)
        self.grid.find(self._find.text())

    def _show_fitting(self, choices: Choices) -> None:
        manifest = self._studio.state.offer.value.manifest
        needs = paints_from_pictures(manifest, choices.engine)
        self._note.setVisible(needs)
        self.grid.refuse_codes(tr("A code without a picture") if needs else "")

    def _show_choices(self, choices: Choices) -> None:
        # Who looks at another style and comes back finds the part that was chosen of this one.
        self._views.update((each.style, each.view) for each in choices.mixture)
        self._show_fitting(choices)
        self.grid.show_chosen(choices.styles)

    def _add_button(self) -> Any:
        button = QtWidgets.QToolButton()
        button.setText("+")
        button.setToolTip(tr("Add a style: a picture in whose manner to paint"))
        button.setPopupMode(QtWidgets.QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QtWidgets.QMenu(button)
        menu.addAction(tr("From a file…")).triggered.connect(lambda: self._from_file())
        menu.addAction(tr("From the active layer")).triggered.connect(
            lambda: self._studio.add_style_layer()
        )
        menu.addAction(tr("From the clipboard")).triggered.connect(lambda: self._from_clipboard())
        menu.addSeparator()
        menu.addAction(tr("Look again for styles and presets")).triggered.connect(
            lambda: self._studio.refresh()
        )
        housing = self._studio.housing
        if housing.home is not None:
            menu.addSeparator()
            menu.addAction(tr("Repair the daemon")).triggered.connect(
                lambda: housing.offer_repair()
            )
            menu.addAction(tr("Remove the daemon")).triggered.connect(lambda: housing.remove())
        button.setMenu(menu)
        return button

    def _from_file(self) -> None:
        endings = " ".join(f"*{suffix}" for suffix in SUFFIXES)
        paths, _ = QtWidgets.QFileDialog.getOpenFileNames(
            self, tr("Pictures to paint in the manner of"), "", f"{tr('Pictures')} ({endings})"
        )
        for path in paths:
            self._studio.styles.add_file(path)

    def _from_clipboard(self) -> None:
        image = QtGui.QGuiApplication.clipboard().image()
        if not image.isNull():
            self._studio.styles.add_picture(tr("From the clipboard"), png_of(image))

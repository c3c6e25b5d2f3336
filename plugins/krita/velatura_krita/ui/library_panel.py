"""The docker's upper half: the library with its search and the ways to add to it."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from velatura_link.builtin import builtin_picture
from velatura_link.styles import is_small

from ..controller import Controller
from ..daemon.link import Outcome
from ..document.checkpoint_files import SUFFIXES as MODEL_SUFFIXES
from ..document.images import clipboard_png
from ..model.choices import Choices, StyleChoice
from ..model.preconditions import paints_from_pictures
from ..model.state import Tile
from ..model.style_filter import (
    ALL,
    FAVOURITES,
    OWN,
    collections_of,
    is_shown,
    is_taken,
    of_collection,
)
from ..model.style_kinds import kinds_taken
from ..model.style_view import StyleView
from ..qt import QtCore, QtWidgets
from ..texts import tr
from .file_button import nothing_to_paste
from .inputs import ComboBox
from .menus import add_action
from .picture_dialog import PictureDialog
from .style_grid import StyleGrid
from .style_menu import open_style_menu
from .style_popup import StylePopup
from .view_images import LARGEST, decoded, large_picture

_SHOWN, _MODELS = "styles_shown", "model_folder"
_REMEMBERED = 40
"""Large pictures of the daemon's that are kept."""


class LibraryPanel(QtWidgets.QWidget):
    """Choose a style, or bring one."""

    def __init__(self, controller: Controller) -> None:
        super().__init__()
        self._controller = controller
        self.grid = StyleGrid()
        self._popup = StylePopup(self)
        self._rested: Tile | None = None
        self._pictures: dict[str, bytes] = {}
        self._engine = ""
        self._find = QtWidgets.QLineEdit()
        self._find.setObjectName("velatura_find")
        self._find.setPlaceholderText(tr("Find a style or an artist"))
        self._find.setClearButtonEnabled(True)
        self._find.textChanged.connect(lambda: self._filter())
        self._which = ComboBox()
        self._which.setObjectName("velatura_which_styles")
        self._which.setToolTip(tr("Which styles are shown"))
        policy = ComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        self._which.setSizeAdjustPolicy(policy)
        self._which.setMinimumContentsLength(7)
        self._which.activated.connect(lambda: self._chose_which())
        row = QtWidgets.QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._find, 1)
        row.addWidget(self._which)
        row.addWidget(self._add_button())
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(row)
        column.addWidget(self.grid, 1)
        self._none = QtWidgets.QLabel(tr("No style matches."))
        self._none.setObjectName("velatura_no_styles")
        self._none.hide()
        column.addWidget(self._none)
        self._note = QtWidgets.QLabel()
        self._note.setObjectName("velatura_style_note")
        self._note.setWordWrap(True)
        self._none.setWordWrap(True)
        self._note.hide()
        column.addWidget(self._note)
        state = controller.state
        self._views: dict[StyleChoice, StyleView] = {}
        self.grid.chose.connect(lambda styles: controller.choosing.styles(styles, self._views))
        self.grid.dropped_file.connect(self._dropped)
        self.grid.dropped_picture.connect(controller.styles.add_picture)
        self.grid.removed.connect(controller.styles.remove)
        self.grid.starred.connect(lambda style, on: controller.styles.change(style, favourite=on))
        self.grid.rested_on.connect(self._rest)
        self.grid.wants_menu.connect(
            lambda tile, place: open_style_menu(controller, self.grid, tile, place)
        )
        state.offer.watch(lambda offer: self.grid.allow_marks(offer.marks))
        state.tiles.watch(self._show)
        state.choices.watch(self._show_choices)

    def hideEvent(self, event: Any) -> None:
        super().hideEvent(event)
        self._rest(None, None)

    def _show(self, tiles: tuple[Tile, ...]) -> None:
        self.grid.show_tiles(tiles)
        self._list_filters(tiles)
        self._show_fitting(self._controller.state.choices.value)
        self.grid.show_chosen(self._controller.state.choices.value.styles)
        self._filter()

    def _show_fitting(self, choices: Choices) -> None:
        manifest = self._controller.state.offer.value.manifest
        needs = paints_from_pictures(manifest, choices.engine)
        codes = any(tile.code for tile in self._controller.state.tiles.value)
        chosen = {each.name for each in choices.styles}
        small = [
            each["name"]
            for each in self._controller.state.offer.value.styles
            if needs and is_small(each, manifest[choices.engine]["descriptor"])
        ]
        said = (
            (
                needs and codes,
                tr("This engine imitates a picture: crossed-out styles are codes without one."),
            ),
            (
                not chosen.isdisjoint(small),
                tr(
                    "The built-in paintings are small. With this engine, a larger picture gives finer strokes."
                ),
            ),
        )
        self._note.setText("\n".join(text for applies, text in said if applies))
        self._note.setVisible(any(applies for applies, _ in said))
        self.grid.refuse_codes(tr("A code without a picture") if needs else "")

    def _taken(self, tile: Tile) -> bool:
        state = self._controller.state
        return is_taken(tile, kinds_taken(state.offer.value.manifest, state.choices.value.engine))

    def _dropped(self, path: str) -> None:
        styles = self._controller.styles
        model = path.lower().endswith(MODEL_SUFFIXES)
        (styles.add_checkpoint if model else styles.add_file)(path)

    def _show_choices(self, choices: Choices) -> None:
        # Who looks at another style and comes back finds the part that was chosen of this one.
        self._views.update((each.style, each.view) for each in choices.mixture)
        self._show_fitting(choices)
        if choices.engine != self._engine:
            self._engine = choices.engine
            self._filter()
        self.grid.show_chosen(choices.styles)

    # ---- which are shown

    def _list_filters(self, tiles: tuple[Tile, ...]) -> None:
        which = self._controller.settings.text(_SHOWN) or ALL
        blocker = QtCore.QSignalBlocker(self._which)
        self._which.clear()
        self._which.addItem(tr("All"), ALL)
        self._which.addItem(f"★ {tr('Favourites')}", FAVOURITES)
        self._which.addItem(tr("My own"), OWN)
        for name in collections_of(tiles):
            self._which.addItem(name, of_collection(name))
        self._which.setCurrentIndex(max(self._which.findData(which), 0))
        blocker.unblock()

    def _chose_which(self) -> None:
        self._controller.settings.keep_text(_SHOWN, str(self._which.currentData()))
        self._filter()

    def _filter(self) -> None:
        words, which = self._find.text(), str(self._which.currentData() or ALL)
        self.grid.show_only(lambda tile: self._taken(tile) and is_shown(tile, words, which))
        tiles = self._controller.state.tiles.value
        able = [tile for tile in tiles if self._taken(tile)]
        nothing = bool(tiles) and not any(is_shown(tile, words, which) for tile in able)
        if words.strip() and able:
            self._none.setText(tr("No style matches."))
        elif able:
            self._none.setText(
                tr("Click a style's star, or right-click the style, to show it here.")
            )
        else:
            self._none.setText(self._why_none())
        self._none.setVisible(nothing)

    def _why_none(self) -> str:
        """Why there is no style for the engine."""
        state = self._controller.state
        if kinds_taken(state.offer.value.manifest, state.choices.value.engine):
            return tr("This engine needs trained models: add a model file with +.")
        return tr("This engine needs no style.")

    # ---- what a style looks like

    def _rest(self, tile: Tile | None, place: Any) -> None:
        self._rested = tile
        if tile is None:
            self._popup.hide()
            return
        name = tile.style.name
        known = None if name is None else self._pictures.get(name) or builtin_picture(name)
        picture = decoded(known, LARGEST) if known else large_picture(self._controller, tile.style)
        why = self.grid.why_refused(tile)
        notes = [note for note in (tile.title if tile.title != tile.label else "", why) if note]
        self._popup.show_style(picture, tile.label, "\n".join(notes), place)
        if name is not None and known is None and not tile.code:
            self._controller.link.see_style(name, partial(self._seen, name))

    def _seen(self, name: str, outcome: Outcome) -> None:
        if not isinstance(outcome, bytes):
            return
        while len(self._pictures) >= _REMEMBERED:
            del self._pictures[next(iter(self._pictures))]
        self._pictures[name] = outcome
        if self._rested is not None and self._rested.style.name == name:
            self._popup.show_picture(decoded(outcome, LARGEST))

    # ---- more styles

    def _add_button(self) -> Any:
        button = QtWidgets.QToolButton()
        button.setText("+")
        button.setToolTip(tr("Add a style: a picture to imitate"))
        button.setPopupMode(QtWidgets.QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QtWidgets.QMenu(button)
        add_action(menu, tr("From a file…"), lambda: self._from_file())
        add_action(menu, tr("From the active layer"), lambda: self._controller.add_style_layer())
        add_action(menu, tr("From the clipboard"), lambda: self._from_clipboard())
        add_action(menu, tr("Model file…"), lambda: self._from_model())
        menu.addSeparator()
        add_action(menu, tr("Reload styles and presets"), lambda: self._controller.refresh())
        button.setMenu(menu)
        return button

    def _from_file(self) -> None:
        title = tr("Pictures to imitate")
        dialog = PictureDialog(self, title, self._controller.settings, several=True)
        dialog.choose(self._controller.styles.add_file)

    def _from_model(self) -> None:
        settings = self._controller.settings
        dialog = QtWidgets.QFileDialog(self, tr("A model that was trained for a style"))
        dialog.setObjectName("velatura_models")
        dialog.setAttribute(QtCore.Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QtWidgets.QFileDialog.FileMode.ExistingFile)
        endings = " ".join(f"*{suffix}" for suffix in MODEL_SUFFIXES)
        dialog.setNameFilters([f"{tr('Models')} ({endings})", f"{tr('All files')} (*)"])
        dialog.setDirectory(settings.text(_MODELS))

        def chosen(path: str) -> None:
            settings.keep_text(_MODELS, str(Path(path).parent))
            self._controller.styles.add_checkpoint(path)

        dialog.fileSelected.connect(chosen)
        dialog.open()

    def _from_clipboard(self) -> None:
        png = clipboard_png()
        if png is None:
            self._controller.state.message.set(nothing_to_paste())
        else:
            self._controller.styles.add_picture(tr("From the clipboard"), png)

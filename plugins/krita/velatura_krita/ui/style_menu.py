"""What can be done with one style of the library."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..controller import Controller
from ..model.state import Tile
from ..model.style_filter import collections_of
from ..qt import QtCore, QtWidgets
from ..texts import tr
from .menus import add_action
from .style_grid import StyleGrid

LONGEST_TITLE, LONGEST_COLLECTION = 200, 60
"""Letters (docs/reference/protocol.md, 6)."""


def open_style_menu(controller: Controller, grid: StyleGrid, tile: Tile, place: Any) -> None:
    """Offer at ``place`` of the screen what can be done with ``tile``."""
    menu = QtWidgets.QMenu(grid)
    chosen = tile.style in controller.state.choices.value.styles
    if not grid.why_refused(tile):
        # For pens and fingers, which have no Ctrl key.
        words = tr("Take out of the mixture") if chosen else tr("Mix in")
        add_action(menu, words, lambda: grid.mix(tile.style, not chosen))
    if controller.state.offer.value.marks and tile.style.name is not None:
        _add_marks(menu, controller, tile)
    if tile.own:
        menu.addSeparator()
        words = tr("Remove “{name}” from the library", name=tile.label)
        add_action(menu, words, lambda: grid.removed.emit(tile.style))
    if not menu.isEmpty():
        menu.popup(place)


def _add_marks(menu: Any, controller: Controller, tile: Tile) -> None:
    styles = controller.styles
    favourite = menu.addAction(tr("Favourite"))
    favourite.setCheckable(True)
    favourite.setChecked(tile.favourite)
    favourite.triggered.connect(lambda: styles.change(tile.style, favourite=not tile.favourite))
    inside = menu.addMenu(tr("Collections"))
    mine = {each.casefold() for each in tile.collections}
    for name in collections_of(controller.state.tiles.value):
        action = inside.addAction(name.replace("&", "&&"))
        action.setCheckable(True)
        action.setChecked(name.casefold() in mine)
        action.triggered.connect(
            lambda on, name=name: styles.change(tile.style, collections=_with(tile, name, on))
        )
    inside.addSeparator()
    inside.addAction(tr("New collection…")).triggered.connect(
        lambda: _ask(
            menu.parentWidget(),
            tr("What is the collection called?"),
            "",
            lambda name: styles.change(
                tile.style, collections=_with(tile, name[:LONGEST_COLLECTION], True)
            ),
        )
    )
    if tile.own:
        menu.addAction(tr("Rename…")).triggered.connect(
            lambda: _ask(
                menu.parentWidget(),
                tr("What is the style called?"),
                tile.label,
                lambda title: styles.change(tile.style, title=title[:LONGEST_TITLE]),
            )
        )


def _with(tile: Tile, name: str, on: bool) -> list[str]:
    """The collections of ``tile``, with ``name`` or without."""
    others = [each for each in tile.collections if each.casefold() != name.casefold()]
    return [*others, name] if on else others


def _ask(parent: Any, question: str, text: str, use: Callable[[str], object]) -> None:
    """Have a line typed and ``use`` it. The dialog runs no event loop of its own, so that painting goes on."""
    dialog = QtWidgets.QInputDialog(parent)
    dialog.setObjectName("velatura_style_words")
    dialog.setWindowTitle("Velatura")
    dialog.setLabelText(question)
    dialog.setTextValue(text)
    dialog.setCancelButtonText(tr("Cancel"))
    dialog.setAttribute(QtCore.Qt.WidgetAttribute.WA_DeleteOnClose)

    def typed(line: str) -> None:
        if line.strip():
            use(line.strip())

    dialog.textValueSelected.connect(typed)
    dialog.open()

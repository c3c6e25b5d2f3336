"""Entries of menus, and layouts that are filled anew."""

from __future__ import annotations

from collections.abc import Callable

from ..qt import QtGui, QtWidgets


def add_action(
    menu: QtWidgets.QMenu, text: str, act: Callable[[], object] | None = None
) -> QtGui.QAction:
    """A new entry of ``menu`` that does ``act``."""
    action = menu.addAction(text)
    assert action is not None
    if act is not None:
        action.triggered.connect(lambda: act())
    return action


def add_menu(menu: QtWidgets.QMenu, text: str) -> QtWidgets.QMenu:
    """A menu inside of ``menu``."""
    inside = menu.addMenu(text)
    assert inside is not None
    return inside


def take_out_widgets(layout: QtWidgets.QLayout) -> None:
    """Leave ``layout`` empty; its widgets are gone from sight at once."""
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.deleteLater()

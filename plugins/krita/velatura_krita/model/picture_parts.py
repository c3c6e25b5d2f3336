"""Parts of the picture that get a style of their own: from a layer, or from what is selected at that moment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from velatura_link.packed_masks import packed

from ..texts import tr
from .choices import Choices, RegionChoice, StyleChoice
from .state import Message, State


class Parts:
    """Adds to the regions of ``state.choices`` by ``change``; a new one begins with the first style that is chosen."""

    def __init__(self, state: State, change: Callable[[Choices], object]) -> None:
        self._state = state
        self._change = change

    def add_layer(self, node: Any) -> None:
        """A region where a layer, group or mask is."""
        style = self._first_style()
        if style is not None:
            self._add(RegionChoice(node.name(), style, node=str(node.uniqueId().toString())))

    def add_selection(self, selection: Any) -> None:
        """A region where a selection is now, soft edge and all; None for nothing that is selected."""
        if selection is None:
            self._complain(tr("Nothing is selected."), tr("Select an area first."))
            return
        style = self._first_style()
        if style is not None:
            number = len(self._state.choices.value.regions) + 1
            self._add(region_of(selection, style, tr("Selection {number}", number=number)))

    def _first_style(self) -> StyleChoice | None:
        styles = self._state.choices.value.styles
        if not styles:
            self._complain(tr("No style is chosen."), tr("Choose a picture in the library first."))
            return None
        return styles[0]

    def _add(self, region: RegionChoice) -> None:
        choices = self._state.choices.value
        seen = replace(region, view=choices.mixture[0].view)
        self._change(replace(choices, regions=(*choices.regions, seen)))

    def _complain(self, text: str, hint: str) -> None:
        self._state.message.set(Message(text, hint, bad=True))


def region_of(selection: Any, style: StyleChoice, title: str) -> RegionChoice:
    """A region where ``selection`` is now, kept with its soft edge."""
    bounds = (selection.x(), selection.y(), selection.width(), selection.height())
    kept = packed(bytes(selection.pixelData(*bounds)))
    return RegionChoice(title, style, bounds=bounds, kept=kept)

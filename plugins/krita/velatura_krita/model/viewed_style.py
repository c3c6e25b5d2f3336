"""Whose view is edited, and whether there is one to edit. No Qt here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeVar

from ..texts import tr
from .choices import Choices, RegionChoice, StyleChoice, WeightedStyle
from .style_view import StyleView

HolderT = TypeVar("HolderT", bound="WeightedStyle | RegionChoice")


@dataclass(frozen=True)
class ViewedStyle:
    """The style at a place of the mixture or of the regions, for as long as it is there."""

    part: Literal["mixture", "regions"]
    place: int
    style: StyleChoice

    def view(self, choices: Choices) -> StyleView | None:
        """Its view in ``choices``; None when it is not there any more."""
        holders: tuple[WeightedStyle | RegionChoice, ...] = getattr(choices, self.part)
        if self.place >= len(holders) or holders[self.place].style != self.style:
            return None
        return holders[self.place].view

    def settled(self, moved: Mapping[str, str]) -> ViewedStyle:
        """The same when its file was ``moved`` into the daemon's library under a name."""
        if self.style.file is None or self.style.file not in moved:
            return self
        return replace(self, style=StyleChoice(name=moved[self.style.file]))

    def put(self, choices: Choices, view: StyleView) -> Choices:
        """``choices`` with another view of it; as they were when it is not there any more."""
        if self.view(choices) is None:
            return choices
        if self.part == "mixture":
            return replace(choices, mixture=_with(choices.mixture, self.place, view))
        return replace(choices, regions=_with(choices.regions, self.place, view))


def _with(holders: tuple[HolderT, ...], place: int, view: StyleView) -> tuple[HolderT, ...]:
    return tuple(
        replace(each, view=view) if at == place else each for at, each in enumerate(holders)
    )


def why_no_view(style: StyleChoice, offered: Iterable[Mapping[str, Any]]) -> str | None:
    """Why nothing of ``style`` can be chosen; None when it can. ``offered`` are the daemon's styles."""
    if style.file is not None:
        return None
    if style.is_model:
        return tr("A model has no picture that could be cropped or turned.")
    kinds = {each["name"]: each.get("kind") for each in offered}
    if kinds.get(style.name) == "picture":
        return None
    if kinds.get(style.name) == "code":
        return tr(
            "This style is a code made from a picture that is not here: nothing of it can be cropped or turned."
        )
    return tr("The picture of this style is not known yet.")

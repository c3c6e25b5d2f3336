"""Changes of the choices that depend on what the daemon has. No Qt here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from . import request_builder, style_kinds
from .choices import Choices, StyleChoice, WeightedStyle
from .history import Entry
from .state import State
from .style_view import StyleView


class Choosing:
    """Makes other choices of those in ``state`` and gives them to ``change``.

    ``settled`` names styles of the daemon's library where choices have files that were moved there.
    """

    def __init__(
        self,
        state: State,
        change: Callable[[Choices], object],
        settled: Callable[[Choices], Choices],
    ) -> None:
        self._state = state
        self._change = change
        self._settled = settled
        self._mixtures: dict[bool, tuple[WeightedStyle, ...]] = {}
        """The mixture of models, and the one of pictures, that were chosen last."""

    def known(self, choices: Choices) -> Choices:
        """``choices`` that name what there is now."""
        manifest = self._state.offer.value.manifest
        return request_builder.with_engine(manifest, self._settled(choices))

    def styles(
        self,
        styles: Iterable[StyleChoice],
        views: Mapping[StyleChoice, StyleView] = MappingProxyType({}),
    ) -> None:
        """Mix ``styles``, taken as ``views`` say; of more than the engine takes, those that were chosen last."""
        choices, manifest = self._state.choices.value, self._state.offer.value.manifest
        most = style_kinds.most_styles(manifest, choices.engine)
        self._change(choices.with_styles(styles, views).at_most(most))

    def engine(self, name: str) -> None:
        """Paint with another engine. One that paints in other kinds of styles gets those that were chosen last."""
        choices, manifest = self._state.choices.value, self._state.offer.value.manifest
        for models in {style.is_model for style in choices.styles}:
            self._mixtures[models] = choices.mixture
        changed = replace(choices, engine=name)
        if not style_kinds.takes_some(manifest, changed):
            wanted = style_kinds.kinds_taken(manifest, name) == ("model",)
            changed = replace(changed, mixture=self._mixtures.get(wanted, ()))
        self._change(changed.at_most(style_kinds.most_styles(manifest, name)))

    def preset(self, preset: Mapping[str, Any]) -> None:
        """Turn every knob as ``preset`` has it."""
        self._change(self._state.choices.value.with_preset(preset))

    def entry(self, entry: Entry) -> None:
        """What a former result was made with; regions are the document's."""
        self.all_of(self.known(entry.choices))

    def all_of(self, choices: Choices) -> None:
        """All of ``choices`` but what is the document's own: its regions."""
        self._change(replace(choices, regions=self._state.choices.value.regions))

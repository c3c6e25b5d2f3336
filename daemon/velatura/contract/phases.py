"""What a run does at the moment, in words: the phases that every engine has, and those of its own."""

from __future__ import annotations

from collections.abc import Mapping

from velatura_link.text import Text

PHASES = {
    "prepare": "Preparing",
    "look": "Looking at the picture",
    "paint": "Painting",
    "stylise": "Painting",
}
"""Titles of the phases that any engine may tell :meth:`Run.step` of."""
DOWNLOAD = "download "
"""What the phase of fetching a model begins with; its name follows."""


def phase_title(phase: str, own: Mapping[str, str]) -> Text:
    """The title of ``phase`` for an engine whose descriptor has the phases ``own``.

    >>> phase_title("download vgg19", {})
    'Downloading vgg19'
    """
    if phase.startswith(DOWNLOAD):
        return Text("Downloading {name}", name=phase.removeprefix(DOWNLOAD))
    return Text({**PHASES, **own}.get(phase) or f"{phase[:1].upper()}{phase[1:]}")

"""GIMP's progress bar."""

from __future__ import annotations

import time

from gi.repository import Gimp

from .layers import Advance
from .texts import tr
from .wording import Bar, within

_BLINK = 0.05
"""Seconds for which the bar is left alone."""


class ProgressBar:
    """GIMP's progress bar; not moved more often than anybody can see, since each touch is a way to GIMP and back."""

    def __init__(self) -> None:
        self._text = ""
        self._touched = 0.0
        self._unknown = True
        self._number, self._all = 0, 1

    def begin(self, number: int, all_of_them: int) -> None:
        """Layer ``number`` of so many is next; the first is 0."""
        self._number, self._all = number, all_of_them

    def __call__(self, bar: Bar) -> None:
        if self._all > 1:
            bar = bar.of_several(self._number, self._all)
        now, said = time.monotonic(), bar.text == self._text
        if said and now - self._touched < _BLINK:
            return
        self._touched = now
        if not said:
            self._text = bar.text
            Gimp.progress_set_text(bar.text)
        self._unknown = bar.fraction is None
        if bar.fraction is None:
            Gimp.progress_pulse()
        else:
            Gimp.progress_update(bar.fraction)

    def beat(self) -> None:
        """Show that something is being done, as long as nobody knows how much of it."""
        if self._unknown:
            Gimp.progress_pulse()

    def starting(self) -> None:
        """Say that Velatura's painter is being started."""
        self(Bar(None, tr("Starting Velatura")))

    def advancing(self, text: str, part: tuple[float, float]) -> Advance:
        """What rows are reported to that are read or written in ``part`` of the bar."""
        return lambda done, total: self(Bar(within(part, done, total), text))

"""What a bar is told of work that is done in this process."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from velatura.cli.display import Bar
from velatura.contract.phases import phase_title
from velatura.contract.run import Progress, Silent


class Showing(Silent):
    """Draws the bar. ``phases`` are the titles of the engine's own."""

    def __init__(self, bar: Bar, phases: Mapping[str, str] = MappingProxyType({})) -> None:
        self._bar = bar
        self._phases = phases

    def progressed(self, progress: Progress) -> None:
        title = phase_title(progress.phase, self._phases)
        self._bar.show(progress.phase, progress.step, progress.steps, progress.seconds_left, title)

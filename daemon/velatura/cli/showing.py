"""What a bar is told of work that is done in this process."""

from __future__ import annotations

from velatura.cli.display import Bar
from velatura.contract.run import Progress, Silent


class Showing(Silent):
    """Draws the bar."""

    def __init__(self, bar: Bar) -> None:
        self._bar = bar

    def progressed(self, progress: Progress) -> None:
        self._bar.show(progress.phase, progress.step, progress.steps, progress.seconds_left)

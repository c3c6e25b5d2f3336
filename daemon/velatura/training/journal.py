"""What happened during training, a line at a time."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path

from torch import Tensor

from velatura.training.state import Position

REMEMBERED = 0.98
"""How much of a running mean one step leaves."""


class Journal:
    """Running means of losses, and a line of JSON about them in ``path`` every ``seconds``."""

    def __init__(self, path: Path, seconds: float) -> None:
        self._path = path
        self._seconds = seconds
        self._means: dict[str, Tensor] = {}
        self._weights: dict[str, float] = {}
        self._since = time.monotonic()
        self._samples: int | None = None

    def heard(self, losses: Mapping[str, Tensor]) -> None:
        """Take in one step's losses, scalars; nothing waits for the device."""
        for name, loss in losses.items():
            kept = self._means.get(name)
            fresh = loss.detach() * (1 - REMEMBERED)
            self._means[name] = fresh if kept is None else kept * REMEMBERED + fresh
            self._weights[name] = self._weights.get(name, 0.0) * REMEMBERED + 1 - REMEMBERED

    @property
    def losses(self) -> dict[str, float]:
        """The running means."""
        return {name: float(mean) / self._weights[name] for name, mean in self._means.items()}

    def write(self, position: Position, *, rate: float) -> None:
        """Write a line if it is time: samples, samples a second since the last line, losses."""
        now = time.monotonic()
        if self._samples is None:
            self._samples, self._since = position.samples, now
            return
        if now - self._since < self._seconds:
            return
        line = {
            "samples": position.samples,
            "seconds": round(position.seconds, 1),
            "samples_per_second": round(
                (position.samples - self._samples) / (now - self._since), 2
            ),
            "rate": rate,
            "skipped": position.skipped,
            **{name: round(loss, 5) for name, loss in self.losses.items()},
        }
        with self._path.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(line) + "\n")
        self._samples, self._since = position.samples, now

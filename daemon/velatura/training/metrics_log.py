"""What happened during training, a line at a time."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor

from velatura.training.state import Position

REMEMBERED = 0.98
"""How much of a running mean one step leaves."""


class MetricsLog:
    """Running means of losses, and a line of JSON about them in ``path`` every ``seconds``."""

    def __init__(self, path: Path, seconds: float) -> None:
        self._path = path
        self._seconds = seconds
        self._names: tuple[str, ...] = ()
        self._means: Tensor | None = None
        self._weights: Tensor | None = None
        self._since = time.monotonic()
        self._samples: int | None = None

    def heard(self, losses: Mapping[str, Tensor]) -> None:
        """Take in one step's losses, scalars, those that are finite; nothing waits for the device.

        Other names than those of the last step begin anew.
        """
        latest = torch.stack([loss.detach() for loss in losses.values()])
        if self._means is None or self._weights is None or tuple(losses) != self._names:
            self._names = tuple(losses)
            self._means, self._weights = torch.zeros_like(latest), torch.zeros_like(latest)
        finite = torch.isfinite(latest)
        kept = torch.where(finite, REMEMBERED, 1.0)
        self._means = self._means * kept + torch.where(finite, latest, 0.0) * (1 - kept)
        self._weights = self._weights * kept + (1 - kept)

    @property
    def losses(self) -> dict[str, float]:
        """The running means of those that were ever finite."""
        if self._means is None or self._weights is None:
            return {}
        pairs = zip(self._names, self._means.tolist(), self._weights.tolist(), strict=True)
        return {name: mean / weight for name, mean, weight in pairs if weight > 0}

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

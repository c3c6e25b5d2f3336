"""What pip and uv say while they install, as steps that a person can be shown. Standard library only."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

_UNITS = {
    "bytes": 1,
    "kB": 10**3,
    "MB": 10**6,
    "GB": 10**9,
    "B": 1,
    "KiB": 2**10,
    "MiB": 2**20,
    "GiB": 2**30,
}
_FETCHED = re.compile(r"\s*(?:Downloading|Using cached) (\S+)(?: \(([\d.]+) (bytes|kB|MB|GB)\))?")
_BYTES = re.compile(r"Progress (\d+) of (\d+)")
_BEGUN = re.compile(r"Downloading (\S+) \(([\d.]+)(B|KiB|MiB|GiB)\)")
_ENDED = re.compile(r"\s*Downloaded (\S+)")

Phase = Literal["preparing", "downloading", "installing", "removing"]


@dataclass(frozen=True)
class Step:
    """What is being done: with which package, and how many bytes of it, as far as the installer says so."""

    phase: Phase
    package: str = ""
    done: int = 0
    total: int = 0


OnStep = Callable[[Step], None]
Cancel = Callable[[], bool]


def pip_steps(on_step: OnStep) -> Callable[[str], None]:
    """What tells ``on_step`` of pip's lines."""
    last = Step("preparing")

    def told(line: str) -> None:
        nonlocal last
        step = step_of(line, last)
        if step is not None:
            last = step
            on_step(step)

    return told


def step_of(line: str, last: Step) -> Step | None:
    """What a line of pip's says after ``last``; None when that is nothing new."""
    if found := _BYTES.match(line):
        return Step("downloading", last.package, int(found[1]), int(found[2]))
    if found := _FETCHED.match(line):
        size = float(found[2]) * _UNITS[found[3]] if found[2] else 0
        # A wheel's or an archive's name starts with the package's own; metadata is fetched beforehand.
        name = found[1].rsplit("/", 1)[-1].split("-")[0]
        return None if found[1].endswith(".metadata") else Step("downloading", name, 0, int(size))
    if line.startswith("Installing collected packages:"):
        return Step("installing")
    return None


@dataclass
class UvSteps:
    """Tells ``on_step`` of uv's lines. It fetches several packages at once: the largest gives the step its name, and
    bytes are those of all.
    """

    on_step: OnStep
    _underway: dict[str, int] = field(default_factory=dict)
    _done: int = 0

    def __call__(self, line: str) -> None:
        if found := _BEGUN.match(line):
            self._underway[found[1]] = int(float(found[2]) * _UNITS[found[3]])
            self._tell()
        elif found := _ENDED.match(line):
            self._done += self._underway.pop(found[1], 0)
            self._tell()
        elif line.startswith("Prepared "):
            self.on_step(Step("installing"))

    def _tell(self) -> None:
        if not self._underway:
            return
        largest = max(self._underway, key=lambda name: self._underway[name])
        total = self._done + sum(self._underway.values())
        self.on_step(Step("downloading", largest, self._done, total))

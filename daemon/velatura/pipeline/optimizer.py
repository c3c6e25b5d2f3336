"""Descending a loss over the pixels of a picture, with what makes that fast and its result smooth.

For every engine whose picture is found and not computed: Gatys' and those that came after it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import cos, log2, pi
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor

Size = tuple[int, int]
"""Width and height in pixels."""

Loss = Callable[[Tensor], Tensor]
"""From a picture (1, 3, h, w) to a scalar that can be differentiated."""

Watcher = Callable[[int, Callable[[], Tensor]], bool]
"""Told the number of steps done and how to get the picture as it is now; whether to stop there. May raise to give the
picture up.
"""

SETTLED = 0.02
"""Adam's last step is this part of its first: the noise of large steps dies away."""


@dataclass(frozen=True)
class Descent:
    """How to descend.

    ``rate`` is Adam's first step in units of the picture's range, or L-BFGS' step length.
    ``average`` is the decay of the running mean of iterates that is given back; 0 gives the last
    one. ``history`` is the number of pairs that L-BFGS remembers.
    """

    optimiser: Literal["adam", "lbfgs"] = "adam"
    steps: int = 100
    rate: float = 0.1
    average: float = 0.0
    betas: tuple[float, float] = (0.8, 0.8)
    history: int = 10


@dataclass(frozen=True)
class AdamState:
    """Adam's running moments of the gradient, (1, 3, h, w) each, after ``steps`` steps."""

    mean: Tensor
    square: Tensor
    steps: float

    def at(self, picture: Tensor) -> AdamState:
        """The state for the same picture at the size of ``picture``.

        Where a loss is a mean over pixels, the more there are, the less each one's gradient.
        """
        ratio = self.mean.numel() / picture.numel()
        return AdamState(
            _resized(self.mean, picture) * ratio,
            _resized(self.square, picture) * ratio**2,
            self.steps,
        )


@dataclass(frozen=True)
class Descended:
    """Where a descent ended: the picture (1, 3, h, w) in 0..1, and Adam's state if it was Adam's."""

    picture: Tensor
    state: AdamState | None


@dataclass(frozen=True)
class Held:
    """What a coarser size has found, (1, 3, h, w): a finer one adds no more than what that could not show.

    ``found`` is its picture. A picture of the finer size keeps only what lies above the band of ``found``; the rest is
    ``found``, enlarged. Reduced it is what was found then, whatever the finer size is drawn to.
    """

    found: Tensor

    def __call__(self, picture: Tensor) -> Tensor:
        """``picture`` (1, 3, h, w), larger than ``found``, with what was found in place of its own coarse shapes."""
        # Means over uneven windows would let through what must be held wherever the sizes are no multiples.
        own = F.interpolate(
            picture, self.found.shape[2:], mode="bilinear", align_corners=False, antialias=True
        )
        missing = F.interpolate(
            self.found - own, picture.shape[2:], mode="bicubic", align_corners=False
        )
        return picture + missing


def descend(
    start: Tensor,
    loss: Loss,
    how: Descent,
    watcher: Watcher,
    *,
    state: AdamState | None = None,
    held: Held | None = None,
) -> Descended:
    """Follow ``loss`` from ``start`` (1, 3, h, w), and say after each step how far it is.

    ``state`` is where Adam goes on from, at whatever size it was left. With ``held`` only detail above what a coarser
    size has found is looked for.

    Adam stays inside 0..1 by projection, and its steps shrink along half a cosine. L-BFGS knows no
    bounds (the loss may have a term that keeps it near); what lies outside at the end is clipped.
    A step evaluates the loss once. What ``watcher`` stops ends with the picture as it is by then.
    """
    mean = RunningMean(how.average)
    optimiser = _Adam(start, how, state) if how.optimiser == "adam" else _LBFGS(start, how)

    def with_held(picture: Tensor) -> Tensor:
        return picture if held is None else held(picture)

    def now() -> Tensor:
        return with_held(mean.value(optimiser.picture())).clamp(0, 1)

    for step in range(1, how.steps + 1):
        optimiser.step(lambda picture: loss(with_held(picture)), (step - 1) / how.steps)
        if how.average:
            mean.add(optimiser.picture())
        if watcher(step, now):
            break
    return Descended(now(), optimiser.state())


class RunningMean:
    """The exponentially weighted mean of what was added, without bias towards where it began."""

    def __init__(self, decay: float) -> None:
        self.decay = decay
        self._sum: Tensor | None = None
        self._weight = 0.0

    def add(self, value: Tensor) -> None:
        if self._sum is None:
            self._sum = torch.zeros_like(value)
        self._sum.mul_(self.decay).add_(value, alpha=1 - self.decay)
        self._weight = self._weight * self.decay + 1 - self.decay

    def value(self, last: Tensor) -> Tensor:
        """The mean so far; ``last`` where nothing is averaged."""
        return last if self._sum is None else self._sum / self._weight


class _Adam:
    def __init__(self, start: Tensor, how: Descent, state: AdamState | None) -> None:
        self._leaf = _contiguous(start).requires_grad_()
        self._rate = how.rate
        self._optimiser = torch.optim.Adam([self._leaf], lr=how.rate, betas=how.betas)
        if state is not None:
            here = state.at(start)
            self._optimiser.state[self._leaf] = {
                "step": torch.tensor(here.steps),
                "exp_avg": _contiguous(here.mean),
                "exp_avg_sq": _contiguous(here.square),
            }

    def step(self, loss: Loss, done: float) -> None:
        rate = self._rate * (SETTLED + (1 - SETTLED) * (1 + cos(pi * done)) / 2)
        self._optimiser.param_groups[0]["lr"] = rate
        self._optimiser.zero_grad()
        loss(self._leaf).backward()  # type: ignore[no-untyped-call]
        self._optimiser.step()
        with torch.no_grad():
            self._leaf.clamp_(0, 1)

    def picture(self) -> Tensor:
        return self._leaf.detach()

    def state(self) -> AdamState:
        found = self._optimiser.state[self._leaf]
        return AdamState(found["exp_avg"], found["exp_avg_sq"], float(found["step"]))


class _LBFGS:
    """torch's, with two scales set right.

    Its first step moves all values together by one unit, and pairs whose curvature is below 1e-10
    are forgotten. In pixels and in the loss's own units the one is too short to measure a curvature
    by, and the other keeps small losses from ever moving. So it sees the change of the picture in
    units that let the first step change every value by ``FIRST_STEP``, and the loss in units of its
    first value.
    """

    FIRST_STEP = 0.01

    def __init__(self, start: Tensor, how: Descent) -> None:
        self._start = start.detach()
        # L-BFGS wants a contiguous leaf; the network makes of it what it likes.
        self._change = torch.zeros_like(_contiguous(start)).requires_grad_()
        self._unit = self.FIRST_STEP * start.numel()
        self._first: Tensor | None = None
        # One iteration a step, so that each is reported and can be cancelled; it never decides by
        # itself that it is done.
        self._optimiser = torch.optim.LBFGS(
            [self._change],
            lr=how.rate,
            max_iter=1,
            history_size=how.history,
            tolerance_grad=0,
            tolerance_change=0,
        )

    def step(self, loss: Loss, done: float) -> None:
        def closure() -> Tensor:
            self._optimiser.zero_grad()
            value = loss(self._start + self._unit * self._change)
            if self._first is None:
                self._first = value.detach().clamp_min(torch.finfo(value.dtype).tiny)
            value = value / self._first
            value.backward()  # type: ignore[no-untyped-call]
            return value.detach()

        self._optimiser.step(closure)  # type: ignore[no-untyped-call]

    def picture(self) -> Tensor:
        return self._start + self._unit * self._change.detach()

    def state(self) -> None:
        """Curvature at one size says nothing about another: L-BFGS starts anew."""


def _contiguous(picture: Tensor) -> Tensor:
    return picture.detach().clone(memory_format=torch.contiguous_format)


def sizes_of(width: int, height: int, count: int, *, coarsest: int) -> list[Size]:
    """Sizes from coarse to fine; the last is the picture's own.

    ``count`` of them, each half the next. With 0 the short sides of all but the last are ``coarsest``, twice that and
    so on, whatever the picture's size, so that a picture and a larger copy of it are worked on at the same sizes; the
    last is at least √2 times the one before. A side is never less than one pixel.
    """
    if not count:
        short = min(width, height)
        doublings = max(0, round(log2(short / coarsest))) if short else 0
        sides = [coarsest << number for number in range(doublings)]
        return [*(_in_proportion(width, height, side / short) for side in sides), (width, height)]
    sizes = [(width, height)]
    while len(sizes) < count and sizes[0] != (half := _in_proportion(*sizes[0], 0.5)):
        sizes.insert(0, half)
    return sizes


def _in_proportion(width: int, height: int, ratio: float) -> Size:
    return max(1, round(width * ratio)), max(1, round(height * ratio))


def enlarged(picture: Tensor, above: Tensor, below: Tensor | None) -> Tensor:
    """What was found at one size as the start at the next, (1, 3, h, w) in 0..1.

    ``above`` and ``below`` are the content at the next and at the last size: what was changed is
    enlarged, and the content's own detail is kept, which a coarse picture cannot have. Without
    ``below`` the picture itself is enlarged.
    """
    if below is None:
        return _resized(picture, above).clamp(0, 1)
    return (above + _resized(picture - below, above)).clamp(0, 1)


def _resized(picture: Tensor, like: Tensor) -> Tensor:
    size = (like.shape[2], like.shape[3])
    return F.interpolate(picture, size=size, mode="bilinear", align_corners=False)

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import pytest
import torch
from torch import Tensor

from velatura.errors import Cancelled
from velatura.pipeline.optimizer import (
    AdamState,
    Descent,
    Held,
    RunningMean,
    descend,
    enlarged,
    sizes_of,
)


def target() -> Tensor:
    return torch.rand(1, 3, 6, 8, generator=torch.Generator().manual_seed(0))


def distance(picture: Tensor) -> Tensor:
    return (picture - target()).square().mean()


def ignore(step: int, picture: Callable[[], Tensor]) -> bool:
    return False


@pytest.mark.parametrize(("optimiser", "steps", "rate"), [("adam", 100, 0.1), ("lbfgs", 15, 1.0)])
@pytest.mark.parametrize("start", ["contiguous", "channels last"])
def test_either_optimiser_finds_the_bottom(
    optimiser: Literal["adam", "lbfgs"], steps: int, rate: float, start: str
) -> None:
    begin = torch.full((1, 3, 6, 8), 0.5)
    if start == "channels last":
        begin = begin.contiguous(memory_format=torch.channels_last)
    before = begin.clone()
    how = Descent(optimiser, steps=steps, rate=rate)
    found = descend(begin, distance, how, ignore).picture
    torch.testing.assert_close(found, target(), rtol=0, atol=2e-3)
    assert torch.equal(begin, before)


def test_a_step_evaluates_the_loss_once_and_is_told_once() -> None:
    for optimiser in ("adam", "lbfgs"):
        evaluated: list[int] = []
        told: list[int] = []

        def loss(picture: Tensor, evaluated: list[int] = evaluated) -> Tensor:
            evaluated.append(1)
            return distance(picture)

        def watcher(step: int, picture: Callable[[], Tensor], told: list[int] = told) -> bool:
            told.append(step)
            return False

        descend(target() * 0, loss, Descent(optimiser, steps=7, rate=0.05), watcher)
        assert len(evaluated) == 7
        assert told == [1, 2, 3, 4, 5, 6, 7]


def test_a_watcher_that_stops_it_keeps_the_picture_of_that_step() -> None:
    seen: list[Tensor] = []

    def watcher(step: int, picture: Callable[[], Tensor]) -> bool:
        seen.append(picture())
        return step == 7

    found = descend(target(), distance, Descent(steps=50), watcher)
    assert len(seen) == 7
    assert torch.equal(found.picture, seen[-1])


def test_a_watcher_that_raises_ends_the_descent_within_a_step() -> None:
    told: list[int] = []

    def watcher(step: int, picture: Callable[[], Tensor]) -> bool:
        told.append(step)
        if step == 3:
            raise Cancelled
        return False

    with pytest.raises(Cancelled):
        descend(target(), distance, Descent(steps=50), watcher)
    assert told == [1, 2, 3]


@pytest.mark.parametrize("optimiser", ["adam", "lbfgs"])
def test_what_is_given_back_and_shown_is_in_range(optimiser: Literal["adam", "lbfgs"]) -> None:
    shown: list[Tensor] = []

    def far_away(picture: Tensor) -> Tensor:
        return (picture - 3).square().mean()

    how = Descent(optimiser, steps=5, rate=0.9)
    found = descend(
        torch.full((1, 3, 4, 4), 0.5), far_away, how, lambda _, picture: shown.append(picture())
    )
    for picture in (found.picture, *shown):
        assert float(picture.min()) >= 0 and float(picture.max()) <= 1
    assert float(found.picture.min()) == 1


def test_a_running_mean_is_not_drawn_to_where_it_began() -> None:
    mean = RunningMean(0.9)
    for _ in range(3):
        mean.add(torch.tensor(4.0))
    assert float(mean.value(torch.tensor(9.0))) == pytest.approx(4)
    mean.add(torch.tensor(0.0))
    weights = [0.1 * 0.9**k for k in range(4)]
    expected = 4 * sum(weights[1:]) / sum(weights)
    assert float(mean.value(torch.tensor(9.0))) == pytest.approx(expected)


def test_without_anything_added_the_last_counts() -> None:
    assert float(RunningMean(0.9).value(torch.tensor(9.0))) == 9


def test_without_decay_what_was_added_last_counts() -> None:
    mean = RunningMean(0.0)
    mean.add(torch.tensor(4.0))
    mean.add(torch.tensor(5.0))
    assert float(mean.value(torch.tensor(9.0))) == 5


def test_an_average_of_steps_is_given_back_when_asked_for() -> None:
    seen: list[Tensor] = []

    def loss(picture: Tensor) -> Tensor:
        seen.append(picture.detach().clone())
        return distance(picture)

    start = torch.full((1, 3, 6, 8), 0.5)
    plain = descend(start, loss, Descent(steps=4), ignore).picture
    averaged = descend(start, distance, Descent(steps=4, average=0.5), ignore).picture
    iterates = [*seen[1:], plain]
    weights = [0.5**k for k in (3, 2, 1, 0)]
    mean = sum(w * x for w, x in zip(weights, iterates, strict=True)) / sum(weights)
    torch.testing.assert_close(averaged, mean)


def test_adams_moments_shrink_with_the_gradients_of_a_mean() -> None:
    """A gradient field of the same picture at twice the size is a quarter as strong everywhere."""
    state = AdamState(torch.full((1, 3, 4, 4), 0.8), torch.full((1, 3, 4, 4), 0.64), 12.0)
    there = state.at(torch.zeros(1, 3, 8, 8))
    torch.testing.assert_close(there.mean, torch.full((1, 3, 8, 8), 0.2))
    torch.testing.assert_close(there.square, torch.full((1, 3, 8, 8), 0.04))
    assert there.steps == 12


def test_adam_goes_on_from_where_it_was() -> None:
    start = torch.full((1, 3, 6, 8), 0.5)
    first = descend(start, distance, Descent(steps=3), ignore)
    assert first.state is not None and first.state.steps == 3
    fresh = descend(first.picture, distance, Descent(steps=1), ignore)
    carried = descend(first.picture, distance, Descent(steps=1), ignore, state=first.state)
    assert carried.state is not None and carried.state.steps == 4
    assert not torch.equal(fresh.picture, carried.picture)
    assert descend(start, distance, Descent("lbfgs", steps=2, rate=1.0), ignore).state is None


@pytest.mark.parametrize(
    ("width", "height", "count", "expected"),
    [
        (512, 512, 0, [(256, 256), (512, 512)]),
        (300, 320, 0, [(300, 320)]),
        (2048, 1024, 0, [(512, 256), (1024, 512), (2048, 1024)]),
        (2700, 1350, 0, [(512, 256), (1024, 512), (2700, 1350)]),
        (3600, 1800, 0, [(512, 256), (1024, 512), (2048, 1024), (3600, 1800)]),
        (2048, 200, 0, [(2048, 200)]),
        (60000, 2, 0, [(60000, 2)]),
        (100, 60, 3, [(25, 15), (50, 30), (100, 60)]),
        (101, 61, 2, [(50, 30), (101, 61)]),
        (1, 1, 5, [(1, 1)]),
        (4, 1, 8, [(1, 1), (2, 1), (4, 1)]),
    ],
)
def test_sizes_are_the_same_for_every_picture_or_halve_as_often_as_asked(
    width: int, height: int, count: int, expected: list[tuple[int, int]]
) -> None:
    assert sizes_of(width, height, count, coarsest=256) == expected


def smooth(height: int, width: int) -> Tensor:
    down, across = torch.linspace(0, 3, height)[:, None], torch.linspace(0, 4, width)
    waves = 0.5 + 0.2 * torch.sin(down + across)
    return waves.expand(1, 3, height, width).clone()


def reduced(picture: Tensor, like: Tensor) -> Tensor:
    return torch.nn.functional.interpolate(picture, tuple(like.shape[2:]), mode="area")


@pytest.mark.parametrize("size", [(48, 64), (41, 59)])
def test_what_is_held_is_there_whatever_the_loss_asks_for(size: tuple[int, int]) -> None:
    found = smooth(24, 32)
    wanted = 0.3 + 0.1 * torch.rand(1, 3, *size, generator=torch.Generator().manual_seed(0))

    def away(picture: Tensor) -> Tensor:
        return (picture - wanted).square().mean()

    start = smooth(*size)
    how = Descent(steps=60, rate=0.1)
    free, held = (
        descend(start, away, how, ignore, held=each).picture for each in (None, Held(found))
    )
    off = [float((reduced(each, found) - found).abs().mean()) for each in (free, held)]
    assert off[1] < off[0] / 5
    # What it may add comes as near to what is wanted as it does where nothing is held.
    detail = [each - reduced(each, found).mean() for each in (held, wanted)]
    fine = [(each[..., 1:] - each[..., :-1]).flatten() for each in detail]
    assert float(torch.corrcoef(torch.stack(fine))[0, 1]) > 0.8


def test_what_was_not_changed_keeps_its_detail_when_enlarged() -> None:
    above = torch.rand(1, 3, 8, 8)
    below = torch.nn.functional.avg_pool2d(above, 2)
    torch.testing.assert_close(enlarged(below, above, below), above)
    darker = enlarged(below - 0.1, above, below)
    torch.testing.assert_close(darker, (above - 0.1).clamp(0, 1))
    assert enlarged(below, above, None).shape == above.shape

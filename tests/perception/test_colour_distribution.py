"""Colours that take on another picture's distribution."""

from __future__ import annotations

import torch

from velatura.perception.colour_distribution import between


def colours(count: int, seed: int) -> torch.Tensor:
    dice = torch.Generator().manual_seed(seed)
    spread = torch.tensor([[0.2, 0.1, 0.0], [0.0, 0.1, 0.05], [0.05, 0.0, 0.1]])
    return torch.rand(count, 3, generator=dice) @ spread + 0.2


def apart(one: torch.Tensor, other: torch.Tensor) -> float:
    """The sliced Wasserstein distance between two clouds of colours."""
    axes = torch.nn.functional.normalize(
        torch.randn(3, 40, generator=torch.Generator().manual_seed(5)), dim=0
    )
    levels = torch.linspace(0.01, 0.99, 99)
    one, other = (torch.quantile(each @ axes, levels, dim=0) for each in (one, other))
    return float((one - other).abs().mean())


def two_heaps(count: int) -> torch.Tensor:
    """A distribution that mean and covariance do not tell from one heap."""
    near, far = torch.tensor([0.9, 0.2, 0.1]), torch.tensor([0.1, 0.2, 0.8])
    heaps = torch.where(torch.arange(count)[:, None] % 2 == 0, near, far)
    return heaps + 0.02 * colours(count, 9)


def test_moved_colours_have_the_wanted_distribution() -> None:
    own, wanted = colours(3000, 1), two_heaps(4000)
    assert apart(between(own, wanted)(own), wanted) < 0.1 * apart(own, wanted)


def test_colours_that_have_the_distribution_already_stay() -> None:
    own = colours(3000, 1)
    assert float((between(own, own)(own) - own).abs().max()) < 0.01


def test_a_flat_picture_gets_a_colour_of_the_wanted_ones_middle() -> None:
    flat = torch.full((50, 3), 0.4)
    moved = between(flat, colours(1000, 2), rounds=30)(flat)
    assert bool(moved.isfinite().all())
    assert float((moved[0] - colours(1000, 2).mean(0)).abs().max()) < 0.1


def test_colours_beyond_what_was_seen_are_moved_like_its_ends() -> None:
    own, wanted = colours(3000, 1), colours(3000, 1) + 0.1
    beyond = torch.tensor([[0.9, 0.9, 0.9], [0.0, 0.0, 0.0]])
    assert torch.allclose(between(own, wanted, rounds=20)(beyond), beyond + 0.1, atol=0.02)

"""Colours of one picture given to another."""

from __future__ import annotations

import torch
from torch import Tensor

from velatura.perception.losses import colour_moments
from velatura.perception.recolour import recoloured


def cloud(seed: int, mean: tuple[float, float, float], spread: float) -> Tensor:
    """A picture (1, 3, 40, 50) whose channels go together and stay well inside 0..1."""
    dice = torch.Generator().manual_seed(seed)
    mixing = torch.eye(3) + 0.5 * torch.rand(3, 3, generator=dice)
    values = torch.einsum("ij,njhw->nihw", mixing, torch.randn(1, 3, 40, 50, generator=dice))
    return torch.tensor(mean).view(1, 3, 1, 1) + spread * values


def test_a_recoloured_picture_has_the_other_ones_moments() -> None:
    picture, other = cloud(0, (0.5, 0.4, 0.6), 0.03), cloud(1, (0.4, 0.5, 0.5), 0.05)
    painted = recoloured(picture, colour_moments(picture), colour_moments(other))
    assert torch.allclose(colour_moments(painted), colour_moments(other), atol=1e-4)


def test_its_own_colours_leave_a_picture_as_it_is() -> None:
    picture = cloud(0, (0.5, 0.4, 0.6), 0.05)
    own = colour_moments(picture)
    assert torch.allclose(recoloured(picture, own, own), picture, atol=1e-5)


def test_the_map_moves_grey_levels_in_order() -> None:
    """A linear map with positive eigenvalues turns no light shape dark."""
    ramp = torch.linspace(0.3, 0.7, 100).view(1, 1, 10, 10).expand(1, 3, 10, 10)
    other = cloud(1, (0.4, 0.5, 0.5), 0.05)
    painted = recoloured(ramp, colour_moments(ramp), colour_moments(other)).sum(1).flatten()
    assert bool((painted.diff() >= 0).all())
    assert float(painted[-1]) > float(painted[0]) + 0.05


def test_a_flat_picture_takes_the_mean_and_stays_flat() -> None:
    flat = torch.full((1, 3, 8, 8), 0.25)
    other = cloud(1, (0.4, 0.5, 0.6), 0.05)
    painted = recoloured(flat, colour_moments(flat), colour_moments(other))
    assert torch.allclose(painted.mean((2, 3)), other.mean((2, 3)), atol=1e-4)
    assert float(painted.std()) < 0.2


def test_values_stay_in_range() -> None:
    picture, other = cloud(0, (0.5, 0.5, 0.5), 0.2), cloud(1, (0.9, 0.1, 0.5), 0.3)
    painted = recoloured(picture, colour_moments(picture), colour_moments(other))
    assert float(painted.min()) >= 0
    assert float(painted.max()) <= 1

"""Muon's steps go as far in every direction of a matrix, and are torch's own where that has any."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from velatura.training.muon import LENGTH, Muon, evened

RATE = 1e-2


def matrix(rows: int, columns: int, seed: int = 0, condition: float = 30.0) -> Tensor:
    """One whose singular values fall from 1 to 1 / ``condition``."""
    noise = torch.randn(rows, columns, generator=torch.Generator().manual_seed(seed))
    left, _, right = torch.linalg.svd(noise, full_matrices=False)
    return left * torch.logspace(0, -torch.log10(torch.tensor(condition)), left.shape[1]) @ right


@pytest.mark.parametrize("shape", [(8, 8), (6, 50), (50, 6)])
@pytest.mark.parametrize("scale", [1e-4, 1.0, 1e4])
def test_singular_values_become_nearly_one_and_their_vectors_stay(
    shape: tuple[int, int], scale: float
) -> None:
    given = matrix(*shape)
    left, values, right = torch.linalg.svd(given, full_matrices=False)
    within = left.mT @ evened(scale * given[None])[0] @ right.mT
    assert values.max() / values.min() > 25
    assert float(within.diagonal().min()) > 0.6 and float(within.diagonal().max()) < 1.25
    assert float((within - within.diagonal().diag()).abs().max()) < 1e-3


def test_several_are_evened_as_each_alone() -> None:
    both = torch.stack([matrix(6, 20, seed) for seed in (1, 2)])
    torch.testing.assert_close(evened(both), torch.cat([evened(both[:1]), evened(both[1:])]))


def test_nothing_stays_nothing() -> None:
    assert not evened(torch.zeros(1, 4, 9)).any()


def test_steps_are_those_of_torch() -> None:
    ours, theirs = (torch.zeros(12, 40) for _ in range(2))
    own = Muon([ours], lr=torch.tensor(RATE))
    # torch computes the iteration in bfloat16.
    peer = torch.optim.Muon([theirs], lr=RATE, weight_decay=0, adjust_lr_fn="match_rms_adamw")
    for seed in range(4):
        ours.grad, theirs.grad = (matrix(12, 40, seed) for _ in range(2))
        own.step()
        peer.step()
    assert float((ours - theirs).norm() / theirs.norm()) < 0.03
    assert float(ours.abs().max()) > RATE / 2


def test_filters_move_as_a_matrix_with_a_row_for_each() -> None:
    filters, flat = torch.zeros(6, 4, 3, 3), torch.zeros(6, 36)
    gradient = matrix(6, 36)
    filters.grad, flat.grad = gradient.view_as(filters).clone(), gradient
    Muon([filters], RATE).step()
    Muon([flat], RATE).step()
    assert torch.equal(filters.flatten(1), flat)
    # Nearly so: where all singular values are 1, it is so to the last digit.
    assert float(flat.square().mean().sqrt()) == pytest.approx(RATE * LENGTH, rel=0.3)


def test_what_has_no_gradient_stays_and_shapes_may_differ() -> None:
    still, moved, other = torch.ones(3, 5), torch.ones(3, 5), torch.ones(5, 3)
    moved.grad, other.grad = matrix(3, 5), matrix(5, 3)
    Muon([still, moved, other], RATE).step()
    assert torch.equal(still, torch.ones(3, 5))
    assert not torch.equal(moved, torch.ones(3, 5))
    assert not torch.equal(other, torch.ones(5, 3))


def test_vectors_are_refused() -> None:
    with pytest.raises(ValueError, match="matrices"):
        Muon([torch.zeros(4)], RATE)

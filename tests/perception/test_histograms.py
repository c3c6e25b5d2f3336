"""Histograms of activations and their loss, against closed forms."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from velatura.perception.gram import gram
from velatura.perception.histograms import QUANTILES, HistogramMatching, histogram_loss, quantiles
from velatura.perception.losses import style_loss


def noise(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def spread(low: float, high: float, count: int = 2000) -> Tensor:
    """``count`` values evenly over ``low`` … ``high``, in no order, (count, 1)."""
    order = torch.randperm(count, generator=torch.Generator().manual_seed(3))
    return torch.linspace(low, high, count)[order, None]


def slope(rows: Tensor, target: Tensor) -> Tensor:
    leaf = rows.clone().requires_grad_()
    (found,) = torch.autograd.grad(histogram_loss(leaf, HistogramMatching(target)), leaf)
    return found


def wasserstein(rows: Tensor, target: Tensor) -> float:
    return float((quantiles(rows.T.contiguous()) - target).abs().mean())


def test_what_grams_cannot_tell_apart_histograms_can() -> None:
    """Half the positions off and half √2 times as strong: the same Gram matrix as all of them on (the paper, 4.1)."""
    filters = torch.tensor([0.5, 1.0, 3.0])
    steady = filters.expand(64, 3)
    flickering = torch.where(torch.arange(64)[:, None] % 2 == 0, 0.0, math.sqrt(2) * filters)
    one, other = (each.T.reshape(1, 3, 8, 8) for each in (steady, flickering))
    assert float(style_loss(gram(one), gram(other), "released")) < 1e-12
    found = float(histogram_loss(flickering, HistogramMatching(quantiles(steady.T.contiguous()))))
    # ½ (0 − c)² + ½ (√2 c − c)² = (2 − √2) c², a mean over the three filters.
    assert found == pytest.approx((2 - math.sqrt(2)) * float(filters.square().mean()), rel=1e-4)


@pytest.mark.parametrize(("low", "high"), [(0, 1), (2, 3), (-4, 6), (0.4, 0.5)])
def test_between_two_uniform_distributions_it_is_known(low: float, high: float) -> None:
    """HistogramMatching is the line through the ends: the squared differences of means and of deviations."""
    rows = spread(0, 1)
    target = quantiles(spread(low, high).T.contiguous())
    means, deviations = (low + high - 1) / 2, (high - low - 1) / math.sqrt(12)
    found = float(histogram_loss(rows, HistogramMatching(target)))
    assert found == pytest.approx(means**2 + deviations**2, rel=0.01, abs=1e-4)


def test_what_is_matched_has_the_styles_histogram() -> None:
    rows = (noise(6000, 5) * torch.tensor([0.1, 1, 1, 4, 1])).relu()
    target = quantiles((noise(5, 7000, seed=1) ** 2 * 3 + 0.3).relu())
    matching = HistogramMatching(target)
    matched = matching.matched(rows, matching.table(matching.counts(rows, None)))
    # What the ReLU has made equal stays equal: half of all, below the rest.
    upper = quantiles(matched.T.contiguous())[:, QUANTILES * 11 // 20 :]
    off = (upper - target[:, QUANTILES * 11 // 20 :]).abs().mean()
    assert float(off) < 0.02 * float(target.mean())


def test_a_style_is_at_no_distance_from_itself() -> None:
    rows = noise(5000, 4).relu()
    target = quantiles(rows.T.contiguous())
    there, elsewhere = (
        float(histogram_loss(each, HistogramMatching(target))) for each in (rows, rows + 0.5)
    )
    assert there < 1e-3 * elsewhere


def test_the_match_is_a_constant_to_the_gradient() -> None:
    """∂L/∂O = 2 (O − R(O)) / (n C), the paper's: R is not differentiated."""
    rows, target = noise(300, 2), quantiles(noise(2, 400, seed=1) * 2 + 1)
    matching = HistogramMatching(target)
    matched = matching.matched(rows, matching.table(matching.counts(rows, None)))
    expected = 2 * (rows - matched) / rows.numel()
    torch.testing.assert_close(slope(rows, target), expected)


def test_following_it_ends_at_the_histogram() -> None:
    rows, target = noise(500, 3), quantiles(noise(3, 800, seed=1).exp())
    before = wasserstein(rows, target)
    for _ in range(40):
        rows = rows - slope(rows, target) * rows.numel() / 4
    assert wasserstein(rows, target) < 0.02 * before


def test_positions_count_as_their_weights_say() -> None:
    rows = noise(60, 3)
    weights = torch.arange(60) % 3 * 1.0
    repeated = torch.cat([rows, rows[weights == 2]])[torch.cat([weights, torch.ones(20)]) > 0]
    target = quantiles(noise(3, 100, seed=1))
    found, expected = (
        histogram_loss(rows, HistogramMatching(target), weights=weights / weights.sum()),
        histogram_loss(repeated, HistogramMatching(target)),
    )
    assert float(found) == pytest.approx(float(expected), rel=1e-4)
    counted, plain = (
        quantiles(rows.T.contiguous(), weights),
        quantiles(repeated.T.contiguous()),
    )
    assert float((counted - plain).abs().mean()) < 0.05


def test_what_does_not_count_is_not_pulled_at() -> None:
    rows = noise(50, 2).requires_grad_()
    weights = (torch.arange(50) < 20) / 20
    loss = histogram_loss(
        rows, HistogramMatching(quantiles(noise(2, 90, seed=1) + 3)), weights=weights
    )
    (found,) = torch.autograd.grad(loss, rows)
    assert not found[20:].any()
    assert found[:20].all()


def test_counts_are_a_sum_over_pieces() -> None:
    rows, matching = noise(90, 4), HistogramMatching(quantiles(noise(4, 90, seed=1)))
    whole = matching.counts(rows, None)
    assert torch.equal(whole, matching.counts(rows[:31], None) + matching.counts(rows[31:], None))
    assert torch.equal(whole.sum(1), torch.full((4,), 90.0))


def test_several_styles_pull_like_their_mean() -> None:
    """Σ w_i ‖O − R_i(O)‖² has the gradient of ‖O − Σ w_i R_i(O)‖², the match to the mean of quantiles."""
    rows = noise(4000, 2)
    styles = [quantiles(noise(2, 4000, seed=1) + 2), quantiles(noise(2, 4000, seed=2).exp())]
    together = 0.3 * slope(rows, styles[0]) + 0.7 * slope(rows, styles[1])
    mixed = slope(rows, 0.3 * styles[0] + 0.7 * styles[1])
    assert float((mixed - together).norm() / together.norm()) < 0.02


def test_a_channel_that_never_fires_is_matched_too() -> None:
    rows = torch.cat([noise(40, 1), torch.zeros(40, 1)], 1)
    target = torch.cat([torch.zeros(1, QUANTILES), quantiles(noise(1, 40, seed=1))])
    found = slope(rows, target)
    torch.testing.assert_close(found[:, 0], rows[:, 0] * 2 / rows.numel(), rtol=1e-4, atol=1e-6)
    assert found.isfinite().all()

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from velatura.perception.statistics import MeanStd, mean_std, merge, mix, moments

CPU = torch.device("cpu")


def features(height: int = 20, width: int = 30) -> Tensor:
    """Channels far from 0 and nearly constant among them: where naive sums of squares fail."""
    generator = torch.Generator().manual_seed(2)
    scale = torch.tensor([1.0, 1e-2, 50.0, 1e-3]).view(1, 4, 1, 1)
    offset = torch.tensor([0.0, 10.0, -200.0, 5.0]).view(1, 4, 1, 1)
    return torch.randn(1, 4, height, width, generator=generator) * scale + offset


def test_moments_are_mean_and_variance() -> None:
    x = features()
    found = moments(x)
    flat = x.double().flatten(2)[0]
    assert found.count == 600
    torch.testing.assert_close(found.mean, flat.mean(1), rtol=1e-6, atol=1e-6)
    torch.testing.assert_close(found.m2 / 600, flat.var(1, correction=0), rtol=1e-3, atol=0)


def test_statistics_of_parts_merge_to_those_of_the_whole() -> None:
    x = features()
    rows, columns = ((0, 7), (7, 20)), ((0, 1), (1, 12), (12, 30))
    parts = [moments(x[:, :, y0:y1, x0:x1]) for y0, y1 in rows for x0, x1 in columns]
    whole, merged = moments(x), merge(parts)
    assert merged.count == whole.count
    torch.testing.assert_close(merged.mean, whole.mean, rtol=1e-6, atol=1e-6)
    torch.testing.assert_close(merged.m2, whole.m2, rtol=1e-3, atol=0)


def test_a_weight_of_zero_hides_a_position() -> None:
    x = features()
    weights = torch.zeros(1, 1, 20, 30)
    weights[..., :9] = 0.5
    seen, alone = moments(x, weights), moments(x[..., :9])
    assert seen.count == alone.count / 2
    torch.testing.assert_close(seen.mean, alone.mean, rtol=1e-6, atol=1e-6)
    torch.testing.assert_close(seen.m2 * 2, alone.m2, rtol=1e-3, atol=0)


def test_an_unseen_part_changes_nothing() -> None:
    x = features()
    unseen = moments(x * 7, torch.zeros(1, 1, 20, 30))
    merged = merge([unseen, moments(x), unseen])
    assert torch.equal(merged.mean, moments(x).mean)
    assert torch.equal(merged.m2, moments(x).m2)
    assert merge([unseen, unseen]).count == 0


def test_nothing_has_no_mean() -> None:
    with pytest.raises(ValueError, match="no positions"):
        mean_std(moments(features(), torch.zeros(1, 1, 20, 30)), CPU)


def test_a_constant_channel_deviates_by_the_root_of_epsilon() -> None:
    code = mean_std(moments(torch.full((1, 1, 4, 4), 3.0)), CPU, epsilon=1e-4)
    assert code.mean.item() == 3
    assert math.isclose(code.std.item(), 1e-2, rel_tol=1e-6)


def test_mixing_is_the_mean_by_relative_weight() -> None:
    a = MeanStd(torch.full((1, 2, 1, 1), 1.0), torch.full((1, 2, 1, 1), 2.0))
    b = MeanStd(torch.full((1, 2, 1, 1), 5.0), torch.full((1, 2, 1, 1), 10.0))
    mixed = mix([(3, a), (1, b)])
    assert torch.equal(mixed.mean, torch.full((1, 2, 1, 1), 2.0))
    assert torch.equal(mixed.std, torch.full((1, 2, 1, 1), 4.0))
    doubled = mix([(6, a), (2, b)])
    assert torch.equal(mixed.std, doubled.std)


def test_weights_that_sum_to_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="greater than 0"):
        mix([])

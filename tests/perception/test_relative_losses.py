"""The losses that a painter is trained with, against closed forms."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from velatura.perception.relative_losses import (
    Look,
    content_distance,
    deviations,
    gram_distances,
    look,
    moment_distances,
    normalised,
    random_directions,
    shaped,
    slice_distances,
)

LAYER = "relu3_1"


def noise(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def seen(features: Tensor) -> Look:
    directions = random_directions({LAYER: features.shape[1]}, 7, torch.Generator().manual_seed(9))
    return look({LAYER: features}, directions)


def distances(found: Tensor, wanted: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    one, other = seen(found), seen(wanted)
    return (
        gram_distances(one, other)[LAYER],
        moment_distances(one, other)[LAYER],
        slice_distances(one, other)[LAYER],
    )


def test_a_style_has_no_distance_from_itself_wherever_its_strokes_lie() -> None:
    style = noise(2, 5, 6, 8)
    moved = style.flip(-1).roll(3, -2)
    for distance in distances(moved, style):
        torch.testing.assert_close(distance, torch.zeros(2), rtol=0, atol=1e-5)


def test_distances_do_not_depend_on_how_loud_a_style_is() -> None:
    found, wanted = noise(2, 5, 6, 8).relu(), noise(2, 5, 6, 8, seed=1).relu() + 0.1
    for quiet, loud in zip(
        distances(found, wanted), distances(found * 30, wanted * 30), strict=True
    ):
        torch.testing.assert_close(quiet, loud, rtol=1e-3, atol=0)


def test_a_picture_without_activations_is_one_gram_away() -> None:
    gram, moment, _ = distances(torch.zeros(1, 5, 6, 8), noise(1, 5, 6, 8).relu())
    assert float(gram) == pytest.approx(1, rel=1e-4)
    assert float(moment) == pytest.approx(2, rel=0.02)


def test_slices_see_what_grams_cannot() -> None:
    even = torch.tensor([-1.0, 1.0]).repeat(32).view(1, 1, 8, 8)
    peaked = torch.zeros(64)
    peaked[:8], peaked[8:16] = 2.0, -2.0
    gram, moment, slices = distances(peaked.view(1, 1, 8, 8), even)
    assert float(gram) == pytest.approx(0, abs=1e-6)
    assert float(moment) == pytest.approx(0, abs=1e-6)
    assert float(slices) > 0.3


def test_slices_may_have_fewer_positions_than_the_style() -> None:
    style = noise(1, 5, 24, 24)
    coarser = style.flatten(2).sort(2).values[:, :, ::4].unflatten(2, (12, 12))
    # Along its own channels a sorted sample is its quantiles, so directions are the axes here.
    axes = {LAYER: torch.eye(5)}
    wanted = look({LAYER: style}, axes)
    near = slice_distances(look({LAYER: coarser}, axes), wanted)[LAYER]
    far = slice_distances(look({LAYER: coarser * 2}, axes), wanted)[LAYER]
    assert float(near) < 0.01
    assert float(far) == pytest.approx(1, rel=0.1)


def test_deviations_are_those_of_the_activations() -> None:
    features = noise(3, 5, 6, 8)
    expected = features.flatten(2).std(2, correction=0)
    torch.testing.assert_close(deviations(seen(features), LAYER), expected, rtol=1e-4, atol=1e-5)


def test_each_picture_of_a_batch_is_judged_alone() -> None:
    found, wanted = noise(3, 5, 6, 8), noise(3, 5, 6, 8, seed=1)
    for together, alone in zip(
        distances(found, wanted), distances(found[1:2], wanted[1:2]), strict=True
    ):
        torch.testing.assert_close(together[1:2], alone)


def test_the_log_pulls_the_same_at_any_distance_above_its_floor() -> None:
    for distance in (0.5, 5.0, 50.0):
        at = torch.tensor(distance, requires_grad=True)
        (slope,) = torch.autograd.grad(shaped(at, "log", 1e-4), at)
        assert float(slope) * distance == pytest.approx(1, rel=1e-3)
    assert float(shaped(torch.tensor(0.0), "log", 0.02)) == 0
    assert float(shaped(torch.tensor(0.02), "log", 0.02)) == pytest.approx(math.log(2))
    assert float(shaped(torch.tensor(0.3), "relative", 0.02)) == pytest.approx(0.3)


def test_content_does_not_depend_on_contrast_and_colour() -> None:
    features = noise(2, 5, 6, 8)
    same = content_distance(normalised(features * 3 + 2), normalised(features))
    torch.testing.assert_close(same, torch.zeros(2), rtol=0, atol=1e-5)
    pictures = (normalised(noise(2, 5, 20, 20, seed=seed)) for seed in (1, 2))
    unrelated = content_distance(*pictures)
    torch.testing.assert_close(unrelated, torch.ones(2), rtol=0.1, atol=0)

"""Masks carried through a network, and what they keep apart."""

from __future__ import annotations

from typing import Literal

import pytest
import torch
import torch.nn.functional as F
from tests.perception.test_objective import picture
from tests.perception.test_vgg import random_convolutions
from torch import Tensor

from velatura.perception import calibration
from velatura.perception.gram import Guide, gram, guided_grams
from velatura.perception.guides import LEAST, carried, guides
from velatura.perception.objective import Balance, Objective, Part
from velatura.perception.seen import Eyes, style_targets
from velatura.perception.vgg import VGG19

LAYERS = {"relu1_1": 1.0, "relu2_1": 1.0, "relu3_1": 1.0}
HEIGHT, WIDTH = 50, 83


def left(until: int, height: int = HEIGHT, width: int = WIDTH) -> Tensor:
    mask = torch.zeros(1, 1, height, width)
    mask[..., :until] = 1
    return mask


def eyes_of(pooling: Literal["max", "avg"], *, ceil: bool = True) -> Eyes:
    convolutions = calibration.normalised(random_convolutions(5))
    return Eyes(VGG19(convolutions, pooling=pooling, padding="reflect", ceil=ceil))


def objective(eyes: Eyes, masks: list[Tensor], seeds: list[int], colour: float = 10.0) -> Objective:
    parts = [
        Part(
            style_targets(eyes, picture(seed), LAYERS),
            float(mask.mean()),
            mask,
            guides(mask, LAYERS, ceil=eyes.ceil),
        )
        for mask, seed in zip(masks, seeds, strict=True)
    ]
    return Objective(
        eyes,
        Balance(alpha=0, colour=colour),
        content={},
        content_layers={},
        parts=parts,
        style_layers=LAYERS,
    )


def slope(of: Objective, at: Tensor) -> Tensor:
    leaf = at.clone().requires_grad_()
    (found,) = torch.autograd.grad(of(leaf).total, leaf)
    return found


@pytest.mark.parametrize("pooling", ["max", "avg"])
@pytest.mark.parametrize("ceil", [True, False])
def test_no_gradient_of_a_region_reaches_beyond_its_mask(
    pooling: Literal["max", "avg"], ceil: bool
) -> None:
    eyes = eyes_of(pooling, ceil=ceil)
    seen = picture(2, HEIGHT, WIDTH)
    one = torch.zeros(1, 1, HEIGHT, WIDTH)
    one[..., 3:45, :41] = (torch.arange(41).flip(0) / 12).clamp(0, 1)
    for mask in (one, 1 - one):
        found = slope(objective(eyes, [mask], [1]), seen)
        outside = (mask == 0).expand_as(found)
        assert torch.equal(found[outside], torch.zeros(int(outside.sum())))
        assert float(found[~outside].abs().max()) > 0


def test_the_gradient_of_two_regions_is_the_sum_of_theirs() -> None:
    eyes, masks = eyes_of("max"), [left(40), 1 - left(40)]
    seen = picture(2, HEIGHT, WIDTH)
    both = slope(objective(eyes, masks, [1, 3]), seen)
    alone = [slope(objective(eyes, [m], [s]), seen) for m, s in zip(masks, [1, 3], strict=True)]
    torch.testing.assert_close(both, alone[0] + alone[1], rtol=1e-4, atol=1e-6)
    assert torch.equal(both[..., :40], alone[0][..., :40])


def test_a_mask_shrinks_by_the_receptive_field_and_not_at_the_pictures_edge() -> None:
    found = carried(left(40), LAYERS, ceil=True)
    assert {name: int((each[0, 0, 0] > 0).sum()) for name, each in found.items()} == {
        # Columns that see no further than column 39: 39 → 38 at conv1_1; see relu2_1's 10, relu3_1's 24 pixels.
        "relu1_1": 39,
        "relu2_1": 18,
        "relu3_1": 7,
    }
    everything = carried(torch.ones(1, 1, HEIGHT, WIDTH), LAYERS, ceil=True)
    assert all(bool((each == 1).all()) for each in everything.values())


@pytest.mark.parametrize("ceil", [True, False])
def test_a_carried_mask_fits_its_layer(ceil: bool) -> None:
    eyes = eyes_of("max", ceil=ceil)
    seen = eyes(picture(2, 51, 85), LAYERS)
    for name, each in carried(left(40, 51, 85), LAYERS, ceil=ceil).items():
        assert each.shape[2:] == seen[name].shape[2:]


def test_guides_have_unit_energy() -> None:
    soft = F.avg_pool2d(left(40), 9, stride=1, padding=4)
    for each in guides(soft, LAYERS, ceil=True).values():
        assert float(each.square().sum()) == pytest.approx(1, abs=1e-5)
    faint = guides(left(40) * 1e-30, LAYERS, ceil=True)
    assert all(float(each.square().sum()) == pytest.approx(1, abs=1e-5) for each in faint.values())


def test_a_layer_for_which_a_region_is_too_narrow_is_left_out() -> None:
    assert list(guides(left(40), LAYERS, ceil=True)) == list(LAYERS)
    assert list(guides(left(9), LAYERS, ceil=True)) == ["relu1_1", "relu2_1"]
    spot = torch.zeros(1, 1, HEIGHT, WIDTH)
    spot[..., 20:23, 20:23] = 1
    assert int((carried(spot, LAYERS, ceil=True)["relu1_1"] > 0).sum()) == 1 < LEAST
    assert guides(spot, LAYERS, ceil=True) == {}
    assert guides(torch.zeros(1, 1, 8, 8), LAYERS, ceil=True) == {}


def test_a_part_that_is_seen_nowhere_pulls_nowhere() -> None:
    eyes = eyes_of("max")
    of = objective(eyes, [left(1)], [1], colour=0)
    assert of.layers == ()
    found = slope(of, picture(2, HEIGHT, WIDTH))
    assert torch.equal(found, torch.zeros_like(found))


def test_guided_grams_are_weighted_means_of_products() -> None:
    features = torch.rand(1, 5, 6, 7, dtype=torch.float64).requires_grad_()
    channel = torch.rand(1, 1, 6, 7, dtype=torch.float64)
    channel[..., :3] = 0
    channel /= channel.square().sum().sqrt()
    (found,) = guided_grams(features, [Guide.of(channel)])
    torch.testing.assert_close(found, gram(features, channel.square()))
    assert torch.autograd.gradcheck(
        lambda x: guided_grams(x, [Guide.of(channel), Guide.of(channel.flip(3))]), features
    )


def test_what_a_mask_leaves_out_of_a_style_has_no_say_in_it() -> None:
    eyes, mask = eyes_of("max"), left(48)
    one, other = picture(1, HEIGHT, WIDTH), picture(1, HEIGHT, WIDTH)
    other[..., 48:] = 0.5
    first, second = (style_targets(eyes, each, LAYERS, mask) for each in (one, other))
    assert list(first.grams) == list(LAYERS)
    for name, each in first.grams.items():
        torch.testing.assert_close(second.grams[name], each, rtol=1e-6, atol=1e-7)
    torch.testing.assert_close(second.colours, first.colours)

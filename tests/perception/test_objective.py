from __future__ import annotations

import pytest
import torch
from tests.perception.test_vgg import random_convolutions
from torch import Tensor

from velatura.perception.objective import Balance, Objective, Part
from velatura.perception.seen import Eyes, StyleTargets, features, mix, style_targets
from velatura.perception.vgg import VGG19

LAYERS = {"relu1_1": 1.0, "relu2_1": 1.0}


def picture(seed: int, height: int = 24, width: int = 32) -> Tensor:
    return torch.rand(1, 3, height, width, generator=torch.Generator().manual_seed(seed))


@pytest.fixture(scope="module")
def eyes() -> Eyes:
    return Eyes(VGG19(random_convolutions(4), padding="reflect", ceil=True))


def objective(
    eyes: Eyes,
    style: StyleTargets,
    balance: Balance,
    *,
    content: Tensor | None = None,
    visible: Tensor | None = None,
) -> Objective:
    return Objective(
        eyes,
        balance,
        content={} if content is None else features(eyes, content, ["relu2_1"]),
        content_layers={"relu2_1": 1.0},
        parts=[Part(style, pixels=visible)],
        style_layers=LAYERS,
        photo=content,
    )


def slope(of: Objective, at: Tensor) -> Tensor:
    leaf = at.clone().requires_grad_()
    (found,) = torch.autograd.grad(of(leaf).total, leaf)
    return found


def test_a_style_is_at_no_distance_from_itself(eyes: Eyes) -> None:
    style = picture(1)
    losses = objective(eyes, style_targets(eyes, style, LAYERS), Balance())(style)
    assert float(losses.style) == 0
    assert set(losses.by_layer) == set(LAYERS)


def test_a_content_is_at_no_distance_from_itself(eyes: Eyes) -> None:
    style = style_targets(eyes, picture(1), LAYERS)
    content = picture(0)
    losses = objective(eyes, style, Balance(), content=content)(content)
    assert float(losses.content) == 0
    assert float(losses.style) > 0


def test_the_total_is_alpha_content_and_beta_style(eyes: Eyes) -> None:
    style = style_targets(eyes, picture(1), LAYERS)
    found = objective(eyes, style, Balance(alpha=3, beta=50), content=picture(0))(picture(2))
    torch.testing.assert_close(found.total, 3 * found.content + 50 * found.style)


def test_contours_are_those_of_the_content(eyes: Eyes) -> None:
    style = style_targets(eyes, picture(1), LAYERS)
    content = picture(0)
    balance = Balance(beta=0, contours=1e3)
    of = objective(eyes, style, balance, content=content)
    assert float(of(content).total) == 0
    # A step along the gradient brings them nearer.
    leaf = picture(2)
    assert float(of(leaf - 1e-3 * slope(of, leaf)).total) < float(of(leaf).total)
    assert float(objective(eyes, style, balance)(leaf).total) == 0


def test_the_gradient_of_mixed_styles_is_the_weighted_sum_of_theirs(eyes: Eyes) -> None:
    styles = [style_targets(eyes, picture(seed), LAYERS) for seed in (1, 2)]
    balance = Balance(alpha=0, beta=1e3, colour=5)
    single = [slope(objective(eyes, style, balance), picture(3)) for style in styles]
    mixed = slope(objective(eyes, mix(zip((3.0, 1.0), styles, strict=True)), balance), picture(3))
    torch.testing.assert_close(mixed, 0.75 * single[0] + 0.25 * single[1], rtol=1e-3, atol=1e-7)


def test_styles_without_weight_cannot_be_mixed(eyes: Eyes) -> None:
    with pytest.raises(ValueError, match="greater than 0"):
        mix([(0.0, style_targets(eyes, picture(1), LAYERS))])


def test_seen_in_grey_a_picture_changes_its_brightness_alone(eyes: Eyes) -> None:
    grey = Eyes(eyes.network, grey=True)
    style = style_targets(grey, picture(1), LAYERS)
    found = slope(objective(grey, style, Balance(), content=picture(0)), picture(2))
    # Moving along the gradient adds to R, G and B in fixed proportion: no pixel's hue is chosen.
    proportions = found / found[:, :1]
    torch.testing.assert_close(
        proportions[:, 1], torch.full_like(proportions[:, 1], 0.587 / 0.299), rtol=1e-3, atol=1e-3
    )


def test_what_is_hidden_neither_counts_nor_changes(eyes: Eyes) -> None:
    visible = torch.ones(1, 1, 24, 32)
    visible[..., 16:] = 0
    style = style_targets(eyes, picture(1), LAYERS)
    of = objective(eyes, style, Balance(alpha=0), visible=visible)
    one, other = picture(2), picture(2)
    other[..., 28:] = 0.9
    torch.testing.assert_close(of(one).style, of(other).style)
    # Four convolutions and a pooling see 7 pixels over the edge, not more.
    assert slope(of, one)[..., 24:].abs().max() == 0
    assert slope(of, one)[..., :16].abs().max() > 0


def test_a_mask_on_the_style_is_a_smaller_style(eyes: Eyes) -> None:
    weights = torch.zeros(1, 1, 24, 32)
    weights[..., :16] = 1
    whole = picture(1)
    masked = style_targets(eyes, whole, ["relu1_1"], weights).grams["relu1_1"]
    assert masked.shape == (64, 64)
    part = style_targets(eyes, whole[..., :16], ["relu1_1"]).grams["relu1_1"]
    # But for one column along the cut, where the whole's features see what lies beyond.
    assert float((masked - part).norm() / part.norm()) < 0.05


def test_even_gradients_pull_equally_hard(eyes: Eyes) -> None:
    style = style_targets(eyes, picture(1), LAYERS)
    content = picture(0)
    balance = Balance(alpha=1, beta=1e3, even=True)
    found = slope(objective(eyes, style, balance, content=content), picture(2))
    louder = Balance(alpha=1, beta=1e3, even=True, normalisation="printed")
    same = slope(objective(eyes, style, louder, content=content), picture(2))
    torch.testing.assert_close(found, same, rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize("term", ["variation", "colour", "range", "contours"])
def test_each_term_of_pixels_counts_with_its_weight(term: str, eyes: Eyes) -> None:
    style = style_targets(eyes, picture(1), LAYERS)
    seen = picture(2) * 1.5 - 0.2
    without, once, twice = (
        objective(eyes, style, Balance(**{term: weight}), content=picture(0))(seen).total
        for weight in (0.0, 10.0, 20.0)
    )
    once, twice = once - without, twice - without
    assert float(once) > 0
    assert float(twice) == pytest.approx(2 * float(once), rel=0.02)

"""An objective a piece at a time: the loss and the gradient of the whole."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from tests.perception.test_objective import picture
from tests.perception.test_vgg import random_convolutions
from torch import Tensor

from velatura.perception import calibration
from velatura.perception.guides import guides
from velatura.perception.objective import Balance, Objective, Part
from velatura.perception.seen import Eyes, StyleTargets, features, style_targets
from velatura.perception.tiled import TiledObjective
from velatura.perception.vgg import VGG19

STYLE = {"relu1_1": 1.0, "relu2_1": 1.0, "relu3_1": 0.5}
MATCHED = {"relu1_1": 1.0, "conv3_1": 0.4}
CONTENT = {"relu3_1": 1.0, "relu2_2": 0.3}
HEIGHT, WIDTH = 83, 110


@pytest.fixture(scope="module", params=["max", "avg"])
def eyes(request: pytest.FixtureRequest) -> Eyes:
    convolutions = calibration.normalised(random_convolutions(5))
    return Eyes(VGG19(convolutions, padding="reflect", ceil=True, pooling=request.param))


def style(eyes: Eyes, seed: int = 1) -> StyleTargets:
    return style_targets(eyes, picture(seed, 64, 64), STYLE, matched=MATCHED)


def halves() -> list[Tensor]:
    """Left and right, with a soft edge of twelve pixels between."""
    left = ((61 - torch.arange(WIDTH)) / 12).clamp(0, 1).expand(1, 1, HEIGHT, WIDTH)
    return [left, 1 - left]


def whole(eyes: Eyes) -> list[Part]:
    return [Part(style(eyes))]


def partly_hidden(eyes: Eyes) -> list[Part]:
    visible = torch.rand(1, 1, HEIGHT, WIDTH, generator=torch.Generator().manual_seed(5))
    visible[..., 70:] = 0
    return [Part(style(eyes), pixels=visible)]


def two_regions(eyes: Eyes) -> list[Part]:
    return [
        Part(style(eyes, seed), 0.5, mask, guides(mask, {**STYLE, **MATCHED}, ceil=True))
        for seed, mask in enumerate(halves(), 1)
    ]


def objective(eyes: Eyes, parts: list[Part], **balance: Any) -> Objective:
    return Objective(
        eyes,
        Balance(**{"alpha": 1.0, "beta": 1e3, **balance}),
        content=features(eyes, picture(0, HEIGHT, WIDTH), CONTENT),
        content_layers=CONTENT,
        parts=parts,
        style_layers=STYLE,
        matched_layers=MATCHED if balance.get("gamma") else {},
        photo=picture(0, HEIGHT, WIDTH),
    )


def at_once(of: Objective, at: Tensor) -> tuple[Tensor, Tensor]:
    leaf = at.clone().requires_grad_()
    total = of(leaf).total
    (gradient,) = torch.autograd.grad(total, leaf)
    return total.detach(), gradient


def distance(one: Tensor, other: Tensor) -> float:
    return float((one - other).norm() / other.norm())


@pytest.mark.parametrize("parts", [whole, partly_hidden, two_regions])
@pytest.mark.parametrize(
    "balance",
    [
        {},
        {"normalisation": "printed", "alpha": 1e-3},
        {"even": True},
        {"gamma": 100.0},
        {"gamma": 3.0, "normalisation": "printed"},
        {"gamma": 100.0, "even": True},
        {"gamma": 10.0, "normalisation": "relative", "beta": 3.0},
        {"variation": 10.0, "colour": 10.0, "range": 3.0, "contours": 10.0},
    ],
)
def test_in_pieces_loss_and_gradient_are_those_of_the_whole(
    parts: Any, balance: dict[str, Any], eyes: Eyes
) -> None:
    of = objective(eyes, parts(eyes), **balance)
    seen = picture(2, HEIGHT, WIDTH) * 1.2 - 0.1
    loss, gradient = at_once(of, seen)
    tiled = TiledObjective(of, seen, 32)
    for _ in range(2):
        found, slope = tiled.value_and_gradient(seen)
        assert float(found) == pytest.approx(float(loss), rel=1e-5)
        # What rounding moves from one bin of a histogram into the next moves a little more.
        assert distance(slope, gradient) < (1e-4 if "gamma" in balance else 2e-5)


def test_in_double_precision_nothing_is_left_between_them() -> None:
    convolutions = calibration.normalised(random_convolutions(5))
    network = VGG19(convolutions, padding="reflect", ceil=True, gives=torch.float64).double()
    eyes = Eyes(network)
    parts = [
        Part(
            style_targets(eyes, picture(seed, 64, 64).double(), STYLE, matched=MATCHED),
            0.5,
            mask.double(),
            guides(mask.double(), {**STYLE, **MATCHED}, ceil=True),
        )
        for seed, mask in enumerate(halves(), 1)
    ]
    of = Objective(
        eyes,
        Balance(beta=1e3, gamma=100.0),
        content=features(eyes, picture(0, HEIGHT, WIDTH).double(), CONTENT),
        content_layers=CONTENT,
        parts=parts,
        style_layers=STYLE,
        matched_layers=MATCHED,
    )
    seen = picture(2, HEIGHT, WIDTH).double()
    _, gradient = at_once(of, seen)
    assert distance(TiledObjective(of, seen, 24).value_and_gradient(seen)[1], gradient) < 1e-13


def test_what_is_looked_at_in_pieces_is_what_is_looked_at_at_once(eyes: Eyes) -> None:
    seen = picture(3, HEIGHT, WIDTH)
    at_one_time, piecewise = features(eyes, seen, CONTENT), features(eyes, seen, CONTENT, 32)
    for name, expected in at_one_time.items():
        torch.testing.assert_close(piecewise[name], expected, rtol=1e-4, atol=1e-4)
    for weights in (None, halves()[0]):
        one, other = (
            style_targets(eyes, seen, STYLE, weights, side, matched=MATCHED) for side in (None, 32)
        )
        for name, gram in one.grams.items():
            assert distance(other.grams[name], gram) < 1e-5
        for name, values in one.quantiles.items():
            assert distance(other.quantiles[name], values) < 1e-5
        assert torch.equal(one.colours, other.colours)


def test_a_loss_whose_gradient_is_known_is_scaled_like_any(eyes: Eyes) -> None:
    of = objective(eyes, whole(eyes))
    seen = picture(2, HEIGHT, WIDTH)
    leaf = seen.clone().requires_grad_()
    (TiledObjective(of, seen, 48)(leaf * 1.0) / 4).backward()
    assert leaf.grad is not None
    assert distance(leaf.grad, at_once(of, seen)[1] / 4) < 2e-5


def test_no_more_than_a_piece_is_looked_at_at_once(
    eyes: Eyes, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    of = objective(eyes, whole(eyes))
    forward = eyes.network.forward

    def watched(seen: Tensor, layers: Any) -> dict[str, Tensor]:
        sizes.append(max(seen.shape[2:]))
        return forward(seen, layers)

    monkeypatch.setattr(eyes.network, "forward", watched)
    seen = picture(2, HEIGHT, WIDTH)
    TiledObjective(of, seen, 32).value_and_gradient(seen)
    assert len(sizes) >= 2 * 12
    assert max(sizes) <= 32 + 2 * 16

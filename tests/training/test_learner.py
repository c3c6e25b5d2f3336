"""A learner's step is plain Adam's or Muon's, whatever memory layout a gradient comes in."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from velatura.contract.run import Run
from velatura.pipeline import vgg_features
from velatura.training.glaze_params import GlazeParams
from velatura.training.learner import BETAS, Learner
from velatura.training.muon import LENGTH, evened
from velatura.training.pictures import pack
from velatura.training.style_cache import Plan, StyleCache, hang

PLAN = Plan(count=7, side=32, closest=0.75, farthest=1.0, variety=0, uses=3, directions=4, seed=5)
RATE = torch.tensor(1e-2)


@pytest.fixture
def style_cache(paintings: Path, tmp_path: Path, run: Run) -> StyleCache:
    packed = pack([paintings], 32, tmp_path / "packs", run)
    return hang(packed, PLAN, 0, vgg_features.load("vgg19-gatys", "max", run).vgg, run)


def loss_of(learner: Learner, style_cache: StyleCache) -> torch.Tensor:
    networks = learner.networks
    codes = networks.encoder(style_cache.pictures[:2])
    painted: torch.Tensor = networks.painter(style_cache.pictures[:2], codes)
    return (painted - style_cache.pictures[2:4]).square().mean() * 100


def test_a_step_is_that_of_plain_adam(style_cache: StyleCache, run: Run) -> None:
    params = GlazeParams.model_validate({"clip": 1e6, "optimiser": "adam"})
    learner, plain = (Learner(params, (), style_cache, run) for _ in range(2))
    optimiser = torch.optim.Adam(
        plain.parameters, lr=float(RATE), betas=BETAS, fused=False, foreach=False
    )
    for _ in range(2):
        assert torch.isfinite(learner.learn(loss_of(learner, style_cache), RATE))
        optimiser.zero_grad()
        loss_of(plain, style_cache).backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    for one, other in zip(learner.parameters, plain.parameters, strict=True):
        # Where a gradient is nearly 0, rounding decides which way a step of Adam goes; gradients that
        # came to other weights than theirs would move nearly all of them by the whole rate.
        assert float((one - other).detach().abs().mean()) < 1e-2 * RATE


def test_a_first_step_of_filters_is_their_gradient_evened(
    style_cache: StyleCache, run: Run
) -> None:
    learner = Learner(GlazeParams.model_validate({}), (), style_cache, run)
    filters = [
        each for group in learner.optimisers["muon"].param_groups for each in group["params"]
    ]
    loss = loss_of(learner, style_cache)
    gradients = torch.autograd.grad(loss, filters, retain_graph=True)
    assert any(not each.is_contiguous() for each in gradients), "channels-last, as it happens"
    before = [each.detach().clone() for each in filters]
    learner.learn(loss, RATE)
    for was, now, gradient in zip(before, filters, gradients, strict=True):
        matrix = gradient.flatten(1)
        wanted = -RATE * LENGTH * max(matrix.shape) ** 0.5 * evened(matrix[None])[0]
        torch.testing.assert_close((now.detach() - was).flatten(1), wanted, rtol=0.02, atol=1e-5)


def test_each_weight_has_one_optimiser(style_cache: StyleCache, run: Run) -> None:
    learner = Learner(GlazeParams.model_validate({}), (), style_cache, run)
    moved = [
        id(each)
        for optimiser in learner.optimisers.values()
        for group in optimiser.param_groups
        for each in group["params"]
    ]
    assert sorted(moved) == sorted(id(each) for each in learner.parameters)


def test_a_state_of_another_device_takes_the_ways_of_this_one(
    style_cache: StyleCache, run: Run
) -> None:
    learner = Learner(GlazeParams.model_validate({}), (), style_cache, run)
    learner.learn(loss_of(learner, style_cache), RATE)
    state = learner.state()
    state["optimisers"]["adam"]["param_groups"][0]["capturable"] = True
    learner.restore(state)
    assert not any(group["capturable"] for group in learner.optimisers["adam"].param_groups)


def test_a_step_goes_down(style_cache: StyleCache, run: Run) -> None:
    learner = Learner(GlazeParams.model_validate({}), (), style_cache, run)
    before = float(loss_of(learner, style_cache).detach())
    for _ in range(5):
        learner.learn(loss_of(learner, style_cache), RATE / 10)
    assert float(loss_of(learner, style_cache).detach()) < 0.9 * before


def test_a_loss_that_is_not_finite_changes_no_weight_and_is_counted(
    style_cache: StyleCache, run: Run
) -> None:
    learner = Learner(GlazeParams.model_validate({}), (), style_cache, run)
    learner.learn(loss_of(learner, style_cache), RATE)
    before = [each.detach().clone() for each in learner.parameters]
    for _ in range(2):
        assert not torch.isfinite(learner.learn(loss_of(learner, style_cache) * float("nan"), RATE))
    assert all(torch.equal(*pair) for pair in zip(before, learner.parameters, strict=True))
    assert learner.failures() == (2, 2)
    assert learner.failures() == (2, 0)
    learner.learn(loss_of(learner, style_cache), RATE)
    assert learner.failures() == (0, 0)
    assert not any(torch.equal(*pair) for pair in zip(before, learner.parameters[:4], strict=False))

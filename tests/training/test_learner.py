"""A learner's step is plain Adam's, whatever memory layout a gradient comes in."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from velatura.engines import eyes
from velatura.engines.run import Run
from velatura.training.gallery import Gallery, Plan, hang
from velatura.training.glaze_params import GlazeParams
from velatura.training.learner import BETAS, Learner
from velatura.training.pictures import pack

PLAN = Plan(count=7, side=32, closest=0.75, farthest=1.0, variety=0, uses=3, directions=4, seed=5)
RATE = torch.tensor(1e-2)


@pytest.fixture
def gallery(paintings: Path, tmp_path: Path, run: Run) -> Gallery:
    packed = pack([paintings], 32, tmp_path / "packs", run)
    return hang(packed, PLAN, 0, eyes.load("vgg19-gatys", "max", run).vgg, run)


def loss_of(learner: Learner, gallery: Gallery) -> torch.Tensor:
    networks = learner.networks
    codes = networks.encoder(gallery.pictures[:2])
    painted: torch.Tensor = networks.painter(gallery.pictures[:2], codes)
    return (painted - gallery.pictures[2:4]).square().mean() * 100


def test_a_step_is_that_of_plain_adam(gallery: Gallery, run: Run) -> None:
    params = GlazeParams.model_validate({"clip": 1e6})
    learner, plain = (Learner(params, (), gallery, run) for _ in range(2))
    optimiser = torch.optim.Adam(
        plain.parameters, lr=float(RATE), betas=BETAS, fused=False, foreach=False
    )
    for _ in range(2):
        assert torch.isfinite(learner.learn(loss_of(learner, gallery), RATE))
        optimiser.zero_grad()
        loss_of(plain, gallery).backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    for one, other in zip(learner.parameters, plain.parameters, strict=True):
        # Where a gradient is nearly 0, rounding decides which way a step of Adam goes; gradients that
        # came to other weights than theirs would move nearly all of them by the whole rate.
        assert float((one - other).detach().abs().mean()) < 1e-2 * RATE


def test_a_state_of_another_device_takes_the_ways_of_this_one(gallery: Gallery, run: Run) -> None:
    learner = Learner(GlazeParams.model_validate({}), (), gallery, run)
    learner.learn(loss_of(learner, gallery), RATE)
    state = learner.state()
    state["optimiser"]["param_groups"][0]["capturable"] = True
    learner.restore(state)
    assert not any(group["capturable"] for group in learner.optimiser.param_groups)


def test_a_step_goes_down(gallery: Gallery, run: Run) -> None:
    learner = Learner(GlazeParams.model_validate({}), (), gallery, run)
    before = float(loss_of(learner, gallery).detach())
    for _ in range(5):
        learner.learn(loss_of(learner, gallery), RATE / 10)
    assert float(loss_of(learner, gallery).detach()) < 0.9 * before


def test_a_loss_that_is_not_finite_changes_no_weight_and_is_counted(
    gallery: Gallery, run: Run
) -> None:
    learner = Learner(GlazeParams.model_validate({}), (), gallery, run)
    learner.learn(loss_of(learner, gallery), RATE)
    before = [each.detach().clone() for each in learner.parameters]
    for _ in range(2):
        assert not torch.isfinite(learner.learn(loss_of(learner, gallery) * float("nan"), RATE))
    assert all(torch.equal(*pair) for pair in zip(before, learner.parameters, strict=True))
    assert learner.failures() == (2, 2)
    assert learner.failures() == (2, 0)
    learner.learn(loss_of(learner, gallery), RATE)
    assert learner.failures() == (0, 0)
    assert not any(torch.equal(*pair) for pair in zip(before, learner.parameters[:4], strict=False))

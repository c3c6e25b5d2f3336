"""Captured steps learn what launched ones do."""

from __future__ import annotations

import warnings
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from tests.untrained import seeing
from torch import Tensor

from velatura.contract.run import Run
from velatura.perception.vgg import VGG19
from velatura.runtime.model_cache import WarmModels
from velatura.training.content_cache import fill
from velatura.training.cuda_graph_step import WARMUP_STEPS, CapturedStep
from velatura.training.glaze_losses import Batch, losses
from velatura.training.glaze_params import GlazeParams
from velatura.training.learner import Learner
from velatura.training.pictures import pack
from velatura.training.style_cache import Plan, hang

PLAN = Plan(count=8, side=32, closest=0.75, farthest=1.0, variety=0, uses=8, directions=4, seed=5)
RATE = 1e-3
STEPS = WARMUP_STEPS + 6


@pytest.fixture(params=["cpu", "cuda"])
def device(request: pytest.FixtureRequest) -> torch.device:
    if request.param == "cuda" and not torch.cuda.is_available():
        pytest.skip("steps are captured on a CUDA device alone, and there is none")
    return torch.device(request.param)


class Lesson:
    """A learner and what it learns from."""

    def __init__(self, photos: Path, paintings: Path, cache: Path, device: torch.device) -> None:
        run = Run(WarmModels(device, torch.float32))
        self.params = GlazeParams.model_validate({"batch": 4})
        self.vgg: VGG19 = seeing().to(device)
        packs = [pack([folder], 32, cache, run).to(device) for folder in (photos, paintings)]
        self.content_cache = fill(packs[0], replace(PLAN, side=24), 0, self.vgg, run)
        self.style_cache = hang(packs[1], PLAN, 0, self.vgg, run)
        self.learner = Learner(self.params, (), self.style_cache, run)

    def batch(self, step: int) -> Batch:
        places = (
            each.order.visited(4 * step, 4) for each in (self.content_cache, self.style_cache)
        )
        return Batch.of(*places, self.content_cache, self.style_cache)

    def take(self, batch: Batch, rate: Tensor) -> dict[str, Tensor]:
        terms = losses(self.learner, batch, self.vgg, self.params)
        return {**terms, "gradient": self.learner.learn(terms["total"], rate)}


def test_captured_steps_learn_what_launched_ones_do(
    photos: Path, paintings: Path, tmp_path: Path, device: torch.device
) -> None:
    plain, other = (Lesson(photos, paintings, tmp_path / "packs", device) for _ in range(2))
    before = everything(plain.learner)
    captured = CapturedStep(other.take, device)
    # Kernels of a GPU add up in any order, and Adam makes whole steps of what is only rounding: two runs at RATE part
    # after three steps, captured or not. So weights hardly move there. The gradient's norm multiplies rounding even so.
    exact = device.type == "cpu"
    slowness = 1.0 if exact else 1e-3
    for step in range(STEPS):
        rate = torch.full((), slowness * RATE * (1 + step % 3), device=device)
        wanted = plain.take(plain.batch(step), rate)
        found = captured(other.batch(step), rate)
        for name, loss in wanted.items():
            if exact or name != "gradient":
                off = 0 if exact else 2e-3
                torch.testing.assert_close(found[name], loss, rtol=off, atol=off)
    assert captured.captured == (device.type == "cuda")
    assert captured.remark is None
    assert other.learner.failures() == (0, 0)
    ways = [everything(each.learner) - before for each in (plain, other)]
    if exact:
        assert torch.equal(*ways)
    assert float(torch.cosine_similarity(*ways, dim=0)) > 0.9


def test_a_captured_step_heeds_its_rate_and_its_batch(
    photos: Path, paintings: Path, tmp_path: Path, device: torch.device
) -> None:
    lesson = Lesson(photos, paintings, tmp_path / "packs", device)
    captured = CapturedStep(lesson.take, device)
    rate = torch.full((), RATE, device=device)
    for step in range(WARMUP_STEPS + 2):
        captured(lesson.batch(step), rate)
    before = everything(lesson.learner)
    captured(lesson.batch(0), torch.zeros_like(rate))
    assert torch.equal(everything(lesson.learner), before)
    batch = lesson.batch(1)
    captured(replace(batch, contents=batch.contents * float("nan")), rate)
    assert torch.equal(everything(lesson.learner), before)
    assert lesson.learner.failures() == (1, 1)
    captured(batch, rate)
    assert not torch.equal(everything(lesson.learner), before)


def test_a_step_that_waits_for_the_device_is_launched_and_that_is_told(
    photos: Path, paintings: Path, tmp_path: Path, device: torch.device
) -> None:
    lesson = Lesson(photos, paintings, tmp_path / "packs", device)
    means: list[float] = []

    def waiting(batch: Batch, rate: Tensor) -> dict[str, Tensor]:
        means.append(float(batch.contents.mean()))
        return {"total": batch.contents.mean() * rate}

    captured = CapturedStep(waiting, device)
    rate = torch.full((), RATE, device=device)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        found = [float(captured(lesson.batch(step), rate)["total"]) for step in range(STEPS)]
    assert found == pytest.approx([mean * RATE for mean in means[-STEPS:]])
    assert not captured.captured
    if device.type == "cuda":
        assert captured.remark is not None
        assert [str(each.message) for each in told].count(captured.remark) == 1


def everything(learner: Learner) -> Tensor:
    """All weights in a row."""
    return torch.cat([each.detach().flatten() for each in learner.parameters]).clone()

"""Recorded steps learn what launched ones do."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor

from velatura.engines.models import WarmModels
from velatura.engines.run import Run
from velatura.perception.vgg import VGG19
from velatura.training.album import fill
from velatura.training.gallery import Plan, hang
from velatura.training.glaze_losses import Batch, losses
from velatura.training.glaze_params import GlazeParams
from velatura.training.learner import Learner
from velatura.training.pictures import pack
from velatura.training.recorded import PLAIN, Recorded

from .conftest import seeing

PLAN = Plan(count=8, side=32, closest=0.75, farthest=1.0, uses=8, directions=4, seed=5)
RATE = 1e-3
STEPS = PLAIN + 6


@pytest.fixture(params=["cpu", "cuda"])
def device(request: pytest.FixtureRequest) -> torch.device:
    if request.param == "cuda" and not torch.cuda.is_available():
        pytest.skip("steps are recorded on a CUDA device alone, and there is none")
    return torch.device(request.param)


class Lesson:
    """A learner and what it learns from."""

    def __init__(self, photos: Path, paintings: Path, cache: Path, device: torch.device) -> None:
        run = Run(WarmModels(device, torch.float32))
        self.params = GlazeParams.model_validate({"batch": 4})
        self.vgg: VGG19 = seeing().to(device)
        packs = [pack([folder], 32, cache, run).to(device) for folder in (photos, paintings)]
        self.album = fill(packs[0], replace(PLAN, side=24), 0, self.vgg, run)
        self.gallery = hang(packs[1], PLAN, 0, self.vgg, run)
        self.learner = Learner(self.params, (), self.gallery, run)

    def batch(self, step: int) -> Batch:
        places = (each.order.visited(4 * step, 4) for each in (self.album, self.gallery))
        return Batch.of(*places, self.album, self.gallery)

    def take(self, batch: Batch, rate: Tensor) -> dict[str, Tensor]:
        terms = losses(self.learner, batch, self.vgg, self.params)
        return {**terms, "gradient": self.learner.learn(terms["total"], rate)}


def test_recorded_steps_learn_what_launched_ones_do(
    photos: Path, paintings: Path, tmp_path: Path, device: torch.device
) -> None:
    plain, other = (Lesson(photos, paintings, tmp_path / "packs", device) for _ in range(2))
    before = everything(plain.learner)
    recorded = Recorded(other.take, device)
    for step in range(STEPS):
        rate = torch.full((), RATE * (1 + step % 3), device=device)
        wanted = plain.take(plain.batch(step), rate)
        found = recorded(other.batch(step), rate)
        for name, loss in wanted.items():
            # The norm of a gradient through an untrained network doubles whatever kernels round in another order.
            off = 0.25 if name == "gradient" else 2e-2
            torch.testing.assert_close(found[name], loss, rtol=off, atol=1e-3, msg=name)
    assert recorded.remark is None
    assert other.learner.failures() == (0, 0)
    ways = (everything(each.learner) - before for each in (plain, other))
    assert float(torch.cosine_similarity(*ways, dim=0)) > 0.9


def everything(learner: Learner) -> Tensor:
    """All weights in a row."""
    return torch.cat([each.detach().flatten() for each in learner.parameters]).clone()

"""Running means of losses."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from velatura.training.metrics_log import REMEMBERED, MetricsLog


def test_means_run_over_the_steps(tmp_path: Path) -> None:
    metrics = MetricsLog(tmp_path / "log.jsonl", 1.0)
    assert metrics.losses == {}
    for loss in (2.0, 6.0):
        metrics.heard({"style": torch.tensor(loss), "content": torch.tensor(1.0)})
    assert metrics.losses["content"] == pytest.approx(1)
    weights = (REMEMBERED * (1 - REMEMBERED), 1 - REMEMBERED)
    mean = (2 * weights[0] + 6 * weights[1]) / sum(weights)
    assert metrics.losses["style"] == pytest.approx(mean, rel=1e-5)


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_what_is_not_finite_counts_for_nothing(tmp_path: Path, bad: float) -> None:
    metrics = MetricsLog(tmp_path / "log.jsonl", 1.0)
    metrics.heard({"style": torch.tensor(bad), "gradient": torch.tensor(bad)})
    assert metrics.losses == {}
    for loss in (3.0, bad, 3.0):
        metrics.heard({"style": torch.tensor(loss), "gradient": torch.tensor(bad)})
    assert metrics.losses == {"style": pytest.approx(3)}


def test_other_losses_begin_anew(tmp_path: Path) -> None:
    metrics = MetricsLog(tmp_path / "log.jsonl", 1.0)
    metrics.heard({"auxiliary": torch.tensor(100.0)})
    metrics.heard({"style": torch.tensor(1.0), "auxiliary": torch.tensor(2.0)})
    assert metrics.losses == {"style": pytest.approx(1), "auxiliary": pytest.approx(2)}

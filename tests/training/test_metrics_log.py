"""Running means of losses."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from velatura.training.metrics_log import REMEMBERED, Journal


def test_means_run_over_the_steps(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "log.jsonl", 1.0)
    assert journal.losses == {}
    for loss in (2.0, 6.0):
        journal.heard({"style": torch.tensor(loss), "content": torch.tensor(1.0)})
    assert journal.losses["content"] == pytest.approx(1)
    weights = (REMEMBERED * (1 - REMEMBERED), 1 - REMEMBERED)
    mean = (2 * weights[0] + 6 * weights[1]) / sum(weights)
    assert journal.losses["style"] == pytest.approx(mean, rel=1e-5)


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_what_is_not_finite_counts_for_nothing(tmp_path: Path, bad: float) -> None:
    journal = Journal(tmp_path / "log.jsonl", 1.0)
    journal.heard({"style": torch.tensor(bad), "gradient": torch.tensor(bad)})
    assert journal.losses == {}
    for loss in (3.0, bad, 3.0):
        journal.heard({"style": torch.tensor(loss), "gradient": torch.tensor(bad)})
    assert journal.losses == {"style": pytest.approx(3)}


def test_other_losses_begin_anew(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "log.jsonl", 1.0)
    journal.heard({"witness": torch.tensor(100.0)})
    journal.heard({"style": torch.tensor(1.0), "witness": torch.tensor(2.0)})
    assert journal.losses == {"style": pytest.approx(1), "witness": pytest.approx(2)}

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from velatura.errors import BadWeights
from velatura.training import state as states
from velatura.training.state import Average, clipped


def test_an_average_follows_and_ends_where_the_weights_stay() -> None:
    module = nn.Linear(3, 2)
    average = Average(module, 0.9)
    with torch.no_grad():
        module.weight.fill_(1.0)
    average.update(module)
    assert not torch.equal(average.tensors["weight"], module.weight)
    for _ in range(300):
        average.update(module)
    torch.testing.assert_close(average.tensors["weight"], module.weight.detach())
    other = nn.Linear(3, 2)
    average.copy_to(other)
    torch.testing.assert_close(other.weight, module.weight)


def test_a_restored_average_goes_on_as_the_first_would() -> None:
    module = nn.Linear(3, 2)
    first = Average(module, 0.99)
    first.update(module)
    second = Average(nn.Linear(3, 2), 0.99)
    second.restore(first.state())
    with torch.no_grad():
        module.weight.add_(1)
    for each in (first, second):
        each.update(module)
    assert torch.equal(first.tensors["weight"], second.tensors["weight"])


def test_a_gradient_is_clipped_to_its_norm_and_no_further() -> None:
    long, short = torch.tensor([30.0, 40.0]), torch.tensor([0.3, 0.4])
    (shortened,), norm = clipped([long], 5.0)
    assert float(norm) == pytest.approx(50)
    torch.testing.assert_close(shortened, torch.tensor([3.0, 4.0]))
    (same,), norm = clipped([short], 5.0)
    assert float(norm) == pytest.approx(0.5)
    assert torch.equal(same, short)


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_a_gradient_that_is_not_finite_is_told_and_counts_as_none(bad: float) -> None:
    gradients, norm = clipped([torch.tensor([1.0, bad]), torch.tensor([200.0])], 5.0)
    assert not torch.isfinite(norm)
    assert [each.tolist() for each in gradients] == [[0.0, 0.0], [0.0]]


def test_a_state_comes_back_as_it_was_saved(tmp_path: Path) -> None:
    path = tmp_path / "state.pt"
    states.save(path, {"step": 3, "weights": {"a": torch.arange(3)}})
    found = states.restore(path)
    assert found["step"] == 3
    assert torch.equal(found["weights"]["a"], torch.arange(3))
    assert [each.name for each in tmp_path.iterdir()] == ["state.pt"]


def test_a_damaged_state_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "state.pt"
    path.write_bytes(b"no state of anything")
    with pytest.raises(BadWeights, match="not the state of a training run"):
        states.restore(path)

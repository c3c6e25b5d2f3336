"""Nearest neighbours by cosine."""

from __future__ import annotations

import pytest
import torch

from velatura.perception import matching
from velatura.perception.matching import directions, nearest, shared_out


def rows(count: int, channels: int = 24, seed: int = 0) -> torch.Tensor:
    return torch.randn(count, channels, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_what_is_chosen_is_as_near_as_the_nearest_of_all(
    monkeypatch: pytest.MonkeyPatch, dtype: torch.dtype
) -> None:
    queries, keys = directions(rows(300)), directions(rows(200, seed=1))
    brute = torch.stack([(query * keys).sum(1) for query in queries])
    blocks = []
    monkeypatch.setattr(matching, "SCORES", 200 * 64)
    numbers, scores = nearest(queries, keys, dtype, tick=lambda: blocks.append(1))
    chosen = brute.gather(1, numbers[:, None])[:, 0]
    assert torch.allclose(chosen, brute.max(1).values, atol=1e-5)
    assert torch.allclose(scores, chosen, atol=1e-5)
    assert len(blocks) == 5


def test_of_equals_the_first_is_chosen() -> None:
    key = directions(rows(3))
    numbers, _ = nearest(key[1:2], torch.cat([key, key]))
    assert numbers.tolist() == [1]


def test_directions_are_centred_and_of_length_one() -> None:
    found = directions(rows(50) + 7)
    assert torch.allclose(found.norm(dim=1), torch.ones(50), atol=1e-5)
    assert float(found.mean(0).abs().max()) < 0.2


def test_what_is_the_mean_itself_has_no_direction_and_every_key_is_as_near() -> None:
    flat = directions(torch.ones(4, 8))
    assert float(flat.abs().max()) == 0
    numbers, scores = nearest(flat, directions(rows(9, 8)))
    assert scores.tolist() == [0] * 4
    assert bool((numbers < 9).all())


@pytest.mark.parametrize("weights", [[1.0, 1.0], [3.0, 1.0], [1.0, 2.0, 5.0]])
def test_styles_share_the_places_by_their_weights(weights: list[float]) -> None:
    wanted = torch.tensor(weights)
    # One style suits nearly every place better.
    scores = rows(4000, len(weights)) * 0.1 + torch.tensor([0.3, *[0.0] * (len(weights) - 1)])
    taken = shared_out(scores, wanted)
    shares = torch.bincount(taken, minlength=len(weights)) / len(taken)
    assert torch.allclose(shares, wanted / wanted.sum(), atol=0.02)
    # A place goes to the style that suits it best beside the others.
    first = scores[:, 0] - scores[:, 1:].max(1).values
    assert float(first[taken == 0].mean()) > float(first[taken != 0].mean())


def test_a_single_style_has_every_place() -> None:
    assert shared_out(rows(10, 1), torch.tensor([2.0])).tolist() == [0] * 10

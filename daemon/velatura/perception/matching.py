"""Nearest neighbours by cosine, exactly, in bounded memory. Kolkin et al. 2022, arXiv:2203.13215, section 3.2."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

SCORES = 1 << 25
"""Similarities that are held at a time."""

CANDIDATES = 4
"""How many neighbours that are near in bfloat16 are compared in float32."""


def directions(rows: Tensor, mean: Tensor | None = None) -> Tensor:
    """``rows`` (n, channels) less ``mean`` (channels,), by default their own, scaled to length 1.

    Cosines are then scalar products. A row that is the mean itself has no direction: its cosine
    with every other is 0.
    """
    return F.normalize(rows - (rows.mean(0) if mean is None else mean), dim=1, eps=1e-6)


def nearest(
    queries: Tensor,
    keys: Tensor,
    dtype: torch.dtype = torch.float32,
    tick: Callable[[], object] = bool,
) -> tuple[Tensor, Tensor]:
    """The number of the key with the highest cosine for each query, and that cosine: (m,) each.

    ``queries`` (m, channels) and ``keys`` (n, channels), n ≥ 1, are :func:`directions`. All pairs are
    compared, a block of queries at a time, and ``tick`` is called after each. In a ``dtype`` other than float32
    this finds candidates, of which float32 chooses.
    """
    block = max(1, SCORES // len(keys))
    rough = dtype != torch.float32 and len(keys) > CANDIDATES
    against = keys.to(dtype).T if rough else keys.T
    numbers, scores = [], []
    for part in torch.split(queries, block):
        if rough:
            candidates = (part.to(dtype) @ against).topk(CANDIDATES, dim=1).indices
            exact = [(part * keys[each]).sum(1) for each in candidates.unbind(1)]
            best = torch.stack(exact, dim=1).max(1)
            numbers.append(candidates.gather(1, best.indices[:, None])[:, 0])
        else:
            best = (part @ against).max(1)
            numbers.append(best.indices)
        scores.append(best.values)
        tick()
    return torch.cat(numbers), torch.cat(scores)


def shared_out(scores: Tensor, weights: Tensor, rounds: int = 60) -> Tensor:
    """Which of several styles each place takes, (m,), so that each style has about its share of the places.

    ``scores`` (m, styles) say how near each style's nearest neighbour is, ``weights`` (styles,) are
    relative. A style that has too many places becomes dearer, one that has too few cheaper, until
    what suits each place best at these prices gives the wanted shares: an auction (Bertsekas 1988).
    """
    wanted = weights / weights.sum()
    prices = torch.zeros_like(wanted)
    step = 2 * scores.std(correction=0).clamp_min(1e-4)
    for number in range(rounds):
        chosen = (scores - prices).argmax(1)
        got = torch.bincount(chosen, minlength=len(wanted)) / len(chosen)
        prices = prices + (got - wanted) * step / (1 + number / 10)
    return (scores - prices).argmax(1)

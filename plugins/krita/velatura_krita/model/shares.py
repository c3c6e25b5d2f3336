"""Weights of a mixture as shares that people read and drag."""

from __future__ import annotations

from collections.abc import Sequence

LEAST = 0.01
"""The smallest share that a style can be given: with none it would be no part of the mixture."""


def levelled(weights: Sequence[float]) -> tuple[float, ...]:
    """``weights`` in the same proportions, 1 on average: another style of weight 1 is one of many."""
    mean = sum(weights) / len(weights) if weights else 1.0
    # However a share was reached, by one pull or by many, it is the same number.
    return tuple(float(f"{weight / mean:.12g}") for weight in weights)


def percents(weights: Sequence[float]) -> tuple[int, ...]:
    """Whole percents that add up to 100: what rounding down leaves goes where it took most."""
    total = sum(weights)
    # Nine digits, so that a share of exactly 0.29 is not 28.999…
    exact = [round(100 * weight / total, 9) for weight in weights]
    shown = [int(share) for share in exact]
    by_rest = sorted(range(len(exact)), key=lambda place: shown[place] - exact[place])
    for place in by_rest[: 100 - sum(shown) if weights else 0]:
        shown[place] += 1
    return tuple(shown)


def with_share(weights: Sequence[float], place: int, share: float) -> tuple[float, ...]:
    """``weights`` where that at ``place`` has ``share`` of the whole, and the others keep their proportions."""
    rest = sum(weights) - weights[place]
    if rest <= 0:
        return levelled(weights)
    share = min(max(share, LEAST), 1.0 - LEAST)
    turned = [*weights]
    turned[place] = rest * share / (1.0 - share)
    return levelled(turned)

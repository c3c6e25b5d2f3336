"""Four ways to paint that are near the one that is chosen. No Qt here."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from ..texts import tr
from .choices import Choices, StyleChoice
from .shares import percents

Kind = Literal["all", "mixture", "strokes", "strength"]
KINDS: tuple[Kind, ...] = ("all", "mixture", "strokes", "strength")
"""Not the seed: it makes no difference to the quick engine, which paints the small pictures."""
COUNT = 4
_STROKES = (12, 20, 32, 48, 72, 110)
"""How many strokes lie across the layer's short side, from bold to fine."""
_STRENGTHS = (0.3, 0.45, 0.6, 0.75, 0.9, 1.0)
_SHARES = (0.2, 0.35, 0.5, 0.65, 0.8)


@dataclass(frozen=True)
class Variation:
    """``words`` say what is different in it."""

    words: str
    choices: Choices


@dataclass(frozen=True)
class VariationBase:
    """What is varied: the layer's short side in pixels, and the styles that there are."""

    choices: Choices
    short_side: int
    styles: Sequence[StyleChoice]
    name_of: Callable[[StyleChoice], str]


def variations(ground: VariationBase, kind: Kind, rng: random.Random) -> tuple[Variation, ...]:
    """Four, no two alike; ``all`` varies something else in each."""
    if kind == "all":
        each: tuple[Kind, ...] = ("mixture", "strokes", "strength")
        bold = _of(ground, "strokes", rng)[0]
        found = [_of(ground, name, rng)[place] for place, name in enumerate(each)]
        other = _of(replace(ground, choices=bold.choices), "mixture", rng)[3]
        last = Variation(f"{bold.words}, {other.words}", other.choices)
        return (*found, last)
    return _of(ground, kind, rng)


def _of(ground: VariationBase, kind: Kind, rng: random.Random) -> tuple[Variation, ...]:
    makers = {
        "mixture": _mixtures,
        "strokes": _strokes,
        "strength": _strengths,
    }
    return makers[kind](ground, rng)


def _strokes(ground: VariationBase, rng: random.Random) -> tuple[Variation, ...]:
    across = sorted(rng.sample(_STROKES, COUNT))
    sizes = [max(round(ground.short_side / each), 1) for each in across]
    return tuple(
        Variation(
            tr("Strokes of {size} px", size=size),
            ground.choices.with_common("stroke", float(min(size, 512))),
        )
        for size in sizes
    )


def _strengths(ground: VariationBase, rng: random.Random) -> tuple[Variation, ...]:
    others = [each for each in _STRENGTHS if abs(each - ground.choices.strength) > 0.01]
    return tuple(
        Variation(
            tr("Strength {share} %", share=round(100 * each)),
            replace(ground.choices, strength=each),
        )
        for each in sorted(rng.sample(others, COUNT))
    )


def _mixtures(ground: VariationBase, rng: random.Random) -> tuple[Variation, ...]:
    """Other shares of the styles that are mixed, or other styles mixed into the one that is chosen."""
    choices = ground.choices
    if len(choices.mixture) > 1:
        weights = [each.weight for each in choices.mixture]
        now = weights[0] / sum(weights)
        shares = rng.sample([each for each in _SHARES if abs(each - now) > 0.01], COUNT)
        return tuple(_shared(ground, share) for share in sorted(shares))
    others = [each for each in ground.styles if each not in choices.styles]
    picked = rng.sample(others, min(COUNT, len(others)))
    made = []
    for place in range(COUNT):
        if picked and choices.mixture:
            mixed = choices.with_styles((*choices.styles, picked[place % len(picked)]))
            mixed = mixed.with_share(1, (0.35, 0.35, 0.5, 0.5)[place])
        else:
            mixed = choices
        made.append(Variation(_mixed_words(ground, mixed), mixed))
    return tuple(made)


def _shared(ground: VariationBase, share: float) -> Variation:
    mixed = ground.choices.with_share(0, share)
    return Variation(_mixed_words(ground, mixed), mixed)


def _mixed_words(ground: VariationBase, choices: Choices) -> str:
    shares = percents([each.weight for each in choices.mixture])
    parts = zip(choices.styles, shares, strict=True)
    return " + ".join(f"{ground.name_of(style)} {share} %" for style, share in parts)

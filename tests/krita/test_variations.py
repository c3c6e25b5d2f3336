"""Four ways that are near the one that is chosen."""

from __future__ import annotations

import random

import pytest

from velatura_krita.model.choices import Choices, StyleChoice, WeightedStyle
from velatura_krita.model.variations import COUNT, KINDS, Kind, VariationBase, variations

STYLES = [StyleChoice(name=name) for name in ("wave", "night", "scream", "irises", "fans", "dance")]
ONE = Choices(mixture=(WeightedStyle(STYLES[0]),))
TWO = ONE.with_styles(STYLES[:2])


def ground(choices: Choices) -> VariationBase:
    return VariationBase(choices, 960, STYLES, lambda style: str(style.name))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("choices", [ONE, TWO], ids=["one style", "two styles"])
def test_no_two_are_alike_and_each_says_what_is_different(choices: Choices, kind: Kind) -> None:
    for seed in range(20):
        made = variations(ground(choices), kind, random.Random(seed))
        assert len(made) == COUNT
        assert len({repr(each.choices) for each in made}) == COUNT
        assert all(each.choices != choices and each.words for each in made)


def test_strokes_follow_the_size_of_the_layer() -> None:
    made = variations(ground(ONE), "strokes", random.Random(1))
    strokes = [float(each.choices.common["stroke"]) for each in made]
    assert strokes == sorted(strokes, reverse=True)
    assert 960 / 110 - 1 <= min(strokes) < max(strokes) <= 960 / 12
    assert made[0].words == f"Strokes of {strokes[0]:.0f} px"


def test_a_mixture_keeps_its_styles_and_changes_their_shares() -> None:
    for each in variations(ground(TWO), "mixture", random.Random(2)):
        assert each.choices.styles == TWO.styles


def test_another_style_is_mixed_into_a_single_one() -> None:
    for each in variations(ground(ONE), "mixture", random.Random(3)):
        first, second = each.choices.styles
        assert first == STYLES[0]
        assert second in STYLES[1:]


def test_with_a_single_style_in_the_library_there_is_nothing_to_mix() -> None:
    lonely = VariationBase(ONE, 960, STYLES[:1], lambda style: str(style.name))
    made = variations(lonely, "mixture", random.Random(4))
    assert [each.choices for each in made] == [ONE] * COUNT

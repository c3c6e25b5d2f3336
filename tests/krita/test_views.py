"""Shares, crops and views: what is dragged in the docker, without the docker."""

from __future__ import annotations

from itertools import pairwise
from math import cos, radians, sin

import pytest

from velatura_krita.model.choices import Choices, RegionChoice, StyleChoice, WeightedStyle
from velatura_krita.model.cropping import LEAST, MOVE, dragged, drawn, grip_at
from velatura_krita.model.shares import levelled, percents, with_share
from velatura_krita.model.style_view import PLAIN, WHOLE, StyleView, said, upright_inside, view_of
from velatura_krita.model.viewed_style import ViewedStyle, why_no_view

NIGHT, WAVE = StyleChoice(name="starry-night"), StyleChoice(file="wave.png")
PART = StyleView((0.25, 0.0, 1.0, 0.5), 90.0, 2.0)


@pytest.mark.parametrize(
    ("weights", "shown"),
    [
        ((), ()),
        ((3.0,), (100,)),
        ((1.0, 1.0, 1.0), (34, 33, 33)),
        ((3.0, 1.0), (75, 25)),
        ((1.0, 6.0, 0.01), (14, 86, 0)),
    ],
)
def test_percents_add_up(weights: tuple[float, ...], shown: tuple[int, ...]) -> None:
    assert percents(weights) == shown


@pytest.mark.parametrize("percent", range(1, 100))
def test_a_share_is_shown_as_it_was_dragged(percent: int) -> None:
    weights = with_share((0.7, 1.9, 0.4), 1, percent / 100)
    assert percents(weights)[1] == percent


def test_the_others_keep_their_proportions_and_come_back() -> None:
    start = (1.0, 2.0, 3.0)
    pulled = with_share(start, 0, 5.0)
    assert pulled[0] / sum(pulled) == pytest.approx(0.99)
    assert pulled[2] / pulled[1] == pytest.approx(1.5)
    assert with_share(pulled, 0, 1 / 6) == pytest.approx(levelled(start))


def test_a_share_is_the_same_number_by_one_pull_or_by_many() -> None:
    weights: tuple[float, ...] = (1.0, 1.0)
    for percent in (*range(50, 98), *range(98, 74, -1)):
        weights = with_share(weights, 0, percent / 100)
    assert weights == (1.5, 0.5)


def test_one_style_alone_is_all_of_it() -> None:
    assert with_share((2.0,), 0, 0.3) == (1.0,)


def test_rectangles_stay_in_the_picture() -> None:
    crop = (0.2, 0.2, 0.6, 0.8)
    assert dragged(crop, MOVE, 0.1, -0.1) == (0.3, 0.1, 0.7, 0.7)
    assert dragged(crop, MOVE, 5, -5) == (0.6, 0.0, 1.0, 0.6)
    assert dragged(crop, (-1, 1), -5, 5) == (0.0, 0.2, 0.6, 1.0)
    assert dragged(crop, (1, 0), 0.1, 0.1) == (0.2, 0.2, 0.7, 0.8)
    assert drawn(0.9, 0.5, -3, 0.1) == (0.0, 0.1, 0.9, 0.5)


def test_no_rectangle_is_too_small_for_a_part_of_a_picture() -> None:
    crop = (0.2, 0.2, 0.6, 0.8)
    assert dragged(crop, (-1, -1), 5, 5) == pytest.approx((0.6 - LEAST, 0.8 - LEAST, 0.6, 0.8))
    assert dragged(crop, (1, 1), -5, -5) == pytest.approx((0.2, 0.2, 0.2 + LEAST, 0.2 + LEAST))
    assert drawn(1.0, 1.0, 1.0, 1.0) == pytest.approx((1 - LEAST, 1 - LEAST, 1.0, 1.0))


@pytest.mark.parametrize(
    ("x", "y", "grip"),
    [
        (0.2, 0.2, (-1, -1)),
        (0.61, 0.5, (1, 0)),
        (0.4, 0.79, (0, 1)),
        (0.4, 0.5, MOVE),
        (0.65, 0.5, None),
        (0.4, 0.1, None),
    ],
)
def test_what_is_nearest_is_held(x: float, y: float, grip: tuple[int, int] | None) -> None:
    assert grip_at((0.2, 0.2, 0.6, 0.8), x, y, (0.02, 0.02)) == grip


def test_the_sides_of_a_narrow_rectangle_can_be_told_apart() -> None:
    assert grip_at((0.5, 0.0, 0.53, 1.0), 0.51, 0.5, (0.05, 0.05)) == (-1, 0)
    assert grip_at((0.5, 0.0, 0.53, 1.0), 0.52, 0.5, (0.05, 0.05)) == (1, 0)


@pytest.mark.parametrize("degrees", [10, 30, 45, 60, 89, 100, 200, 315])
@pytest.mark.parametrize(("width", "height"), [(400, 300), (1000, 50), (30, 700)])
def test_what_is_left_of_a_turned_picture_is_the_most_that_has_no_corner_made_up(
    width: float, height: float, degrees: float
) -> None:
    x, y = upright_inside(width, height, degrees)
    assert _fits(x, y, width, height, degrees)
    # No longer side with the other one as it is, and no rectangle of other proportions has more.
    assert not (_fits(1.01 * x, y, width, height, degrees))
    assert not (_fits(x, 1.01 * y, width, height, degrees))
    for squeeze in (0.9, 0.99, 1.01, 1.1):
        assert not _fits(1.001 * x * squeeze, 1.001 * y / squeeze, width, height, degrees)


def _fits(x: float, y: float, width: float, height: float, degrees: float) -> bool:
    """Whether every corner of x × y lies inside width × height turned by that, both about their middle."""
    along, across = cos(radians(degrees)), sin(radians(degrees))
    corners = [(sx * x / 2, sy * y / 2) for sx in (-1, 1) for sy in (-1, 1)]
    return all(
        abs(a * along + b * across) <= width / 2 + 1e-6
        and abs(b * along - a * across) <= height / 2 + 1e-6
        for a, b in corners
    )


def test_quarter_turns_leave_all_of_a_picture() -> None:
    sides = [upright_inside(400, 300, degrees) for degrees in (0, 90, 180, 270, 360)]
    assert sides == [(400, 300), (300, 400), (400, 300), (300, 400), (400, 300)]


def test_less_is_left_the_more_it_is_slanted() -> None:
    areas = []
    for degrees in range(0, 50, 5):
        x, y = upright_inside(300, 300, degrees)
        areas.append(x * y)
    assert all(more > less for more, less in pairwise(areas))


@pytest.mark.parametrize(
    "found",
    [
        {},
        {"crop": [0, 0, 0, 1], "rotation": "x", "scale": None},
        {"crop": [0, 0, 1], "rotation": True, "scale": float("nan")},
        {"crop": "0,0,1,1", "rotation": 10**400, "scale": float("inf")},
        {"crop": [0, 0, 2, 1], "rotation": 360.0, "scale": 1},
    ],
)
def test_a_view_that_cannot_be_is_left_out(found: dict[str, object]) -> None:
    assert view_of(found) == PLAIN


def test_a_view_says_only_what_it_changes() -> None:
    assert said(PLAIN) == {}
    assert said(StyleView(rotation=45.0)) == {"rotation": 45.0}
    assert view_of(said(PART)) == PART
    assert view_of({"rotation": -90, "scale": 1e9}) == StyleView(WHOLE, 270.0, 64.0)


def test_a_view_is_edited_where_its_style_is() -> None:
    choices = Choices(
        mixture=(WeightedStyle(NIGHT), WeightedStyle(WAVE, 0.5)),
        regions=(RegionChoice("Sky", WAVE, node="{1}", strength=0.5),),
    )
    turned = ViewedStyle("mixture", 1, WAVE).put(choices, PART)
    assert turned.mixture == (WeightedStyle(NIGHT), WeightedStyle(WAVE, 0.5, PART))
    assert turned.regions == choices.regions
    turned = ViewedStyle("regions", 0, WAVE).put(choices, PART)
    assert turned.regions[0].view == PART
    assert turned.mixture == choices.mixture


def test_the_style_that_is_edited_may_move_into_the_library() -> None:
    viewed = ViewedStyle("mixture", 0, StyleChoice(file="Sea.png"))
    assert viewed.settled({"Sea.png": "sea"}) == ViewedStyle("mixture", 0, StyleChoice(name="sea"))
    assert viewed.settled({"Else.png": "else"}) == viewed
    assert ViewedStyle("regions", 1, NIGHT).settled({"": "x"}) == ViewedStyle("regions", 1, NIGHT)


@pytest.mark.parametrize("place", [0, 2])
def test_a_style_that_is_gone_has_no_view(place: int) -> None:
    choices = Choices(mixture=(WeightedStyle(NIGHT), WeightedStyle(WAVE)))
    viewed = ViewedStyle("mixture", place, WAVE)
    assert viewed.view(choices) is None
    assert viewed.put(choices, PART) == choices


def test_only_pictures_have_a_view() -> None:
    offered = ({"name": "starry-night", "kind": "code"}, {"name": "mine", "kind": "picture"})
    assert why_no_view(WAVE, offered) is None
    assert why_no_view(StyleChoice(name="mine"), offered) is None
    assert "code" in (why_no_view(NIGHT, offered) or "")
    assert why_no_view(StyleChoice(name="gone"), offered)

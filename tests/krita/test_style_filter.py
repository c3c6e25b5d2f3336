"""Which styles are shown for words, favourites and collections."""

from __future__ import annotations

import pytest

from velatura_krita.model.choices import StyleChoice
from velatura_krita.model.state import Tile, tiles_of
from velatura_krita.model.style_filter import (
    ALL,
    FAVOURITES,
    OWN,
    collections_of,
    is_shown,
    of_collection,
)

WAVE = Tile(
    StyleChoice(name="great-wave"),
    "Great Wave",
    "Katsushika Hokusai, The Great Wave off Kanagawa, 1831",
    favourite=True,
    collections=("Japan", "Sea"),
)
HARE = Tile(StyleChoice(name="hare"), "Hare", "Albrecht Dürer, Young Hare, 1502")
MINE = Tile(StyleChoice(name="dunes"), "Dunes", "Dunes", own=True, collections=("sea",))
TILES = (WAVE, HARE, MINE)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", TILES),
        ("hokusai", (WAVE,)),
        ("DURER 1502", (HARE,)),
        ("dürer", (HARE,)),
        ("kanagawa wave", (WAVE,)),
        ("sea", (WAVE, MINE)),
        ("wave hare", ()),
    ],
)
def test_a_style_is_found_by_painter_title_year_and_collection(
    words: str, found: tuple[Tile, ...]
) -> None:
    assert tuple(tile for tile in TILES if is_shown(tile, words, ALL)) == found


@pytest.mark.parametrize(
    ("which", "found"),
    [
        (FAVOURITES, (WAVE,)),
        (OWN, (MINE,)),
        (of_collection("Sea"), (WAVE, MINE)),
        (of_collection("gone"), ()),
    ],
)
def test_favourites_own_styles_and_collections(which: str, found: tuple[Tile, ...]) -> None:
    assert tuple(tile for tile in TILES if is_shown(tile, "", which)) == found


def test_a_collection_is_named_once_whatever_its_case() -> None:
    assert collections_of(TILES) == ["Japan", "Sea"]


def test_marks_come_from_the_daemon_and_are_missing_in_an_older_one() -> None:
    style = {"name": "hare", "title": "Hare", "kind": "picture", "builtin": True}
    (marked,) = tiles_of([{**style, "favourite": True, "collections": ["Sea"]}], [])
    (unmarked,) = tiles_of([style], [])
    assert (marked.favourite, marked.collections) == (True, ("Sea",))
    assert (unmarked.favourite, unmarked.collections) == (False, ())

"""Which styles fit an engine."""

from __future__ import annotations

import pytest

from velatura_gimp.library import (
    FAVOURITES,
    OWN,
    Descriptor,
    Style,
    collections_of,
    fits,
    fitting,
    found_styles,
    picture_title,
    require_fitting,
    title_of_style,
)
from velatura_gimp.request_spec import RequestSpec
from velatura_link.errors import LinkError
from velatura_link.styles import is_small, needs_pictures

STYLES: list[Style] = [
    {"name": "scream", "kind": "code"},
    {"name": "grandmother", "kind": "picture"},
]
EITHER: Descriptor = {"title": "Oil", "styles": ["picture", "code"]}
PICTURES: Descriptor = {"title": "Slow", "styles": ["picture"]}


def test_styles_that_an_engine_cannot_read_are_not_offered() -> None:
    assert fitting(STYLES, EITHER) == STYLES
    assert [each["name"] for each in fitting(STYLES, PICTURES)] == ["grandmother"]
    assert fitting(STYLES, {"title": "Bank", "styles": ["bank"]}) == []


def test_engines_of_models_are_told_from_those_of_pictures() -> None:
    assert needs_pictures(PICTURES)
    assert not needs_pictures(EITHER)
    assert not needs_pictures({"title": "Bank", "styles": ["bank"]})


def test_of_built_in_paintings_a_larger_picture_is_better_where_no_code_is_taken() -> None:
    painting = {"name": "wave", "kind": "picture", "builtin": True}
    assert is_small(painting, PICTURES)
    assert not is_small(painting, EITHER)
    assert not is_small({**painting, "builtin": False}, PICTURES)
    assert not is_small({**painting, "kind": "code"}, PICTURES)


@pytest.mark.parametrize(
    "spec",
    [
        {"styles": [{"name": "scream"}]},
        {"styles": [{"name": "grandmother"}, {"name": "scream", "weight": 2}]},
        {"regions": [{"mask": "selection", "styles": [{"name": "scream"}]}]},
    ],
)
def test_a_code_for_an_engine_of_pictures_is_refused_in_a_sentence(spec: RequestSpec) -> None:
    with pytest.raises(LinkError, match=r"Slow needs a picture .* “Scream” is a code") as caught:
        require_fitting(spec, PICTURES, lambda: STYLES)
    assert "a file, a layer" in caught.value.hint
    require_fitting(spec, EITHER, lambda: STYLES)


def test_pictures_fit_and_what_the_library_lacks_is_left_to_the_daemon() -> None:
    for style in ({"name": "grandmother"}, {"file": "/a.png"}, {"layer": 3}, {"name": "nobody"}):
        require_fitting({"styles": [style]}, PICTURES, lambda: STYLES)


def test_the_library_is_asked_only_in_doubt() -> None:
    def look() -> list[Style]:
        raise AssertionError("asked")

    require_fitting({"styles": [{"name": "scream"}]}, EITHER, look)
    require_fitting({"styles": [{"file": "/a.png"}]}, PICTURES, look)
    require_fitting({"styles": [{"name": "a.safetensors"}]}, {"styles": ["checkpoint"]}, look)


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("/home/ann/Blue sea.JPG", "Blue sea"),
        ("waves.png", "waves"),
        ("Sea v2.1", "Sea v2.1"),
        ("/home/ann/wave.code", "wave.code"),
    ],
)
def test_a_kept_picture_is_called_as_its_file_or_layer(name: str, title: str) -> None:
    assert picture_title(name) == title


SHELF: list[Style] = [
    {
        "name": "starry-night",
        "title": "Vincent van Gogh: The Starry Night",
        "kind": "picture",
        "builtin": True,
        "favourite": True,
        "collections": ["Night"],
    },
    {"name": "sea", "title": "The SEA", "kind": "picture", "builtin": False, "collections": []},
    {"name": "grandmother", "kind": "code", "builtin": False, "collections": ["Family", "Night"]},
]


@pytest.mark.parametrize(
    ("words", "collection", "found"),
    [
        ("", "", ["starry-night", "sea", "grandmother"]),
        ("GOGH night", "", ["starry-night"]),
        ("night", "", ["starry-night", "grandmother"]),
        ("gogh sea", "", []),
        ("", FAVOURITES, ["starry-night"]),
        ("", OWN, ["sea", "grandmother"]),
        ("", "Night", ["starry-night", "grandmother"]),
        ("grand", "Night", ["grandmother"]),
    ],
)
def test_styles_are_found_by_words_and_collections(
    words: str, collection: str, found: list[str]
) -> None:
    assert found_styles(SHELF, words, collection) == found


def test_collections_are_those_of_the_styles() -> None:
    assert collections_of(SHELF) == ["Family", "Night"]


def test_own_pictures_are_called_as_they_were_written() -> None:
    assert [title_of_style(each) for each in SHELF] == ["Starry Night", "The SEA", "Grandmother"]


def test_a_style_fits_an_engine_that_takes_its_kind() -> None:
    assert [fits(each, PICTURES) for each in SHELF] == [True, True, False]

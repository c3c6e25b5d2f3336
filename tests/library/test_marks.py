"""Favourites, collections and titles: what is said of styles, apart from the styles."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from velatura.errors import BadRequest
from velatura.library import marks, styles


@pytest.fixture
def vase(home: Path) -> styles.StyleEntry:
    Image.new("RGB", (40, 30), "blue").save(home / "IMG_1234.png")
    return styles.add(home / "IMG_1234.png")


def test_marks_are_kept_and_what_is_not_said_stays(vase: styles.StyleEntry) -> None:
    styles.change(vase.name, favourite=True, collections=["Sea", "  blue ", "sea"])
    styles.change("starry-night", favourite=True)
    changed = styles.change(vase.name, favourite=False)
    assert (changed.favourite, changed.collections) == (False, ("blue", "Sea"))
    assert styles.show("starry-night").favourite
    assert [each.name for each in styles.entries() if each.favourite] == ["starry-night"]


def test_a_style_called_anew_keeps_its_name_and_is_found_by_both(vase: styles.StyleEntry) -> None:
    changed = styles.change(vase.name, title="The Blue Vase")
    assert (changed.name, changed.title) == ("img-1234", "The Blue Vase")
    assert styles.show("The Blue Vase") == styles.show("img-1234") == changed
    assert styles.change(vase.name, title="").title == vase.title
    with pytest.raises(BadRequest, match="built in and cannot be renamed"):
        styles.change("starry-night", title="Mine")


def test_a_style_that_is_removed_leaves_no_marks(vase: styles.StyleEntry, home: Path) -> None:
    styles.change(vase.name, favourite=True, title="The Blue Vase")
    styles.remove(vase.name)
    assert marks.read() == {}
    assert not styles.add(home / "IMG_1234.png").favourite


@pytest.mark.parametrize(
    "wrong",
    [
        {"collections": [""]},
        {"collections": ["x" * 61]},
        {"collections": "sea"},
        {"collections": [str(number) for number in range(33)]},
        {"title": "two\nlines"},
        {"title": "x" * 201},
    ],
)
def test_what_is_no_title_and_no_collection_is_refused(
    vase: styles.StyleEntry, wrong: dict[str, str]
) -> None:
    with pytest.raises(BadRequest):
        styles.change(vase.name, **wrong)  # type: ignore[arg-type]
    assert styles.show(vase.name) == vase


@pytest.mark.parametrize(
    "text", ["{", "[]", json.dumps({"format": marks.FORMAT, "styles": {"a": {"title": 3}}})]
)
def test_damaged_marks_hide_no_style_and_are_not_written_over(
    vase: styles.StyleEntry, text: str
) -> None:
    marks.path().write_text(text)
    assert styles.show(vase.name) == vase
    with pytest.raises(BadRequest, match="is damaged"):
        styles.change(vase.name, favourite=True)
    assert marks.path().read_text() == text

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from velatura.errors import BadPicture, BadRequest
from velatura.library import styles
from velatura.library.places import styles_dir


def painted(path: Path, colour: int = 200, size: tuple[int, int] = (400, 300)) -> Path:
    Image.new("RGB", size, (colour, 10, 20)).save(path)
    return path


def own() -> list[styles.StyleEntry]:
    return [entry for entry in styles.entries() if not entry.builtin]


def test_an_added_style_is_listed_shown_and_read(home: Path) -> None:
    added = styles.add(painted(home / "Starry Night.png"))
    assert added.name == "starry-night"
    assert own() == [added]
    assert styles.show("Starry Night") == added
    picture, code = styles.opened(added.path)
    assert picture is not None
    assert code is None
    assert picture.pixels[5, 5].tolist() == [200, 10, 20]


def test_a_picture_put_into_the_folder_by_hand_is_a_style() -> None:
    styles_dir().mkdir(parents=True)
    painted(styles_dir() / "By Hand.jpg")
    (styles_dir() / "notes.txt").write_text("no style")
    assert [entry.name for entry in own()] == ["by-hand"]


def test_a_taken_name_is_refused_and_the_same_picture_is_not(home: Path) -> None:
    added = styles.add(painted(home / "one.png"), "wave")
    assert styles.add(home / "one.png", "Wave") == added
    with pytest.raises(BadRequest, match="another style called “wave”"):
        styles.add(painted(home / "two.png", colour=5), "wave")
    assert styles.show("wave") == added


def test_two_files_of_one_name_are_told_apart_by_the_person() -> None:
    styles_dir().mkdir(parents=True)
    painted(styles_dir() / "wave.png")
    painted(styles_dir() / "Wave!.png", colour=5)
    with pytest.raises(BadRequest, match=r"Two files .* called “wave”"):
        styles.show("wave")
    assert len(own()) == 2


def test_what_is_no_picture_is_not_added(home: Path) -> None:
    (home / "text.png").write_text("no picture")
    with pytest.raises(BadPicture):
        styles.add(home / "text.png")
    with pytest.raises(BadPicture):
        styles.add(home / "nothing.png")
    assert own() == []


def test_a_name_of_nothing_is_refused(home: Path) -> None:
    with pytest.raises(BadRequest, match="nothing to make a name of"):
        styles.add(painted(home / "a.png"), "!!")


def test_an_unknown_name_gets_a_suggestion(home: Path) -> None:
    styles.add(painted(home / "a.png"), "starry night")
    with pytest.raises(BadRequest, match="no “stary-night”") as caught:
        styles.show("stary-night")
    assert caught.value.hint == "Did you mean starry-night?"


def test_a_removed_style_leaves_nothing(home: Path) -> None:
    entry = styles.add(painted(home / "a.png"))
    small = styles.thumbnail(entry)
    assert small is not None
    styles.remove("a")
    assert own() == []
    assert not small.exists()
    with pytest.raises(BadRequest):
        styles.remove("a")


def test_thumbnails_are_160_px_long_and_follow_the_content(home: Path) -> None:
    entry = styles.add(painted(home / "a.png", size=(400, 300)))
    with Image.open(styles.thumbnail(entry)) as small:
        assert small.format == "PNG"
        assert small.size == (160, 120)
        assert np.asarray(small)[60, 80].tolist() == [200, 10, 20]
    painted(entry.path, colour=7)
    with Image.open(styles.thumbnail(styles.show("a"))) as small:
        assert small.getpixel((80, 60)) == (7, 10, 20)

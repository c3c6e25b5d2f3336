from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from velatura.errors import BadPicture, BadRequest, TooLarge
from velatura.library import assets, styles
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


@pytest.mark.skipif(sys.platform != "linux", reason="names of files are text here")
def test_a_file_whose_name_is_no_text_is_listed_with_the_others() -> None:
    styles_dir().mkdir(parents=True)
    painted(styles_dir() / "sea.png")
    painted(styles_dir() / os.fsdecode(b"no\xfftext.png"))
    found = [(entry.name, entry.title) for entry in own()]
    assert found == [("no-text", "no?text"), ("sea", "sea")]
    assert styles.opened(styles.show("no-text").path)[0] is not None


def test_a_taken_name_is_refused_and_the_same_picture_is_not(home: Path) -> None:
    added = styles.add(painted(home / "one.png"), "wave")
    assert styles.add(home / "one.png", "Wave") == added
    with pytest.raises(BadRequest, match="already has a style called “wave”"):
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
    with pytest.raises(BadRequest, match="No name can be made from"):
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


def test_a_look_is_a_larger_jpeg_that_goes_with_its_style(home: Path) -> None:
    look = styles.look(styles.add(painted(home / "a.png", size=(1600, 1200))))
    assert look is not None
    with Image.open(look) as seen:
        assert (seen.format, seen.size) == ("JPEG", (640, 480))
    styles.remove("a")
    assert not look.exists()
    builtin = next(entry for entry in styles.entries() if entry.builtin)
    seen = styles.look(builtin)
    assert seen == builtin.picture
    with Image.open(seen) as picture:
        assert max(picture.size) <= 640


def test_a_file_is_taken_in_under_a_free_name_and_once(home: Path) -> None:
    first, second = painted(home / "1.png"), painted(home / "2.png", colour=5)
    assert styles.take_in(first, "By the Sea").name == "by-the-sea"
    assert styles.take_in(second, "by the sea!").name == "by-the-sea-2"
    assert styles.take_in(first, "By the Sea").name == "by-the-sea"
    assert styles.take_in(second, "By the Sea").name == "by-the-sea-2"
    assert styles.take_in(first, "Lake").name == "lake"
    assert [entry.title for entry in own()] == ["By the Sea", "by the sea 2", "Lake"]
    assert [entry.name for entry in own()] == ["by-the-sea", "by-the-sea-2", "lake"]
    assert styles.show("by-the-sea-2").path.read_bytes() == second.read_bytes()


def test_a_title_is_kept_as_it_was_written(home: Path) -> None:
    entry = styles.take_in(painted(home / "1.png"), "  Omas “Ölbild”: Die See \n1903")
    assert (entry.name, entry.title) == ("omas-olbild-die-see-1903", "Omas Ölbild Die See 1903")
    decomposed = styles.take_in(home / "1.png", "O\u0308l")
    assert (decomposed.name, decomposed.title) == ("ol", "Öl")


def test_what_is_taken_in_does_not_hide_what_is_built_in(home: Path) -> None:
    assert styles.take_in(painted(home / "1.png"), "Starry Night").name == "starry-night-2"
    assert styles.show("starry-night").builtin


@pytest.mark.parametrize(
    ("format", "suffix"),
    [("PNG", ".png"), ("JPEG", ".jpg"), ("MPO", ".jpg"), ("WEBP", ".webp"), ("TIFF", ".tif")],
)
def test_a_file_ends_as_its_content_says(home: Path, format: str, suffix: str) -> None:
    file = home / "00000001.blob"
    Image.new("RGB", (40, 30), "red").save(file, format)
    entry = styles.take_in(file, "x.gif")
    assert (entry.name, entry.path.suffix) == ("x-gif", suffix)
    assert styles.opened(entry.path)[0] is not None


def test_a_code_is_taken_in_as_one(home: Path) -> None:
    file = home / "00000001.blob"
    file.write_bytes(assets.codes()[0].read_bytes())
    entry = styles.take_in(file, "Mine")
    assert (entry.name, entry.path.name) == ("mine", "Mine.code")
    assert entry.title == styles.show(assets.codes()[0].stem).title


@pytest.mark.parametrize(
    "title", ["", "!!", "../..", "\0", "\udc80", "con/../x", "長" * 5000, "e\u0301" * 5000]
)
def test_a_title_of_any_kind_is_a_name_in_the_folder(home: Path, title: str) -> None:
    entry = styles.take_in(painted(home / "a.png"), title)
    assert entry.path.parent == styles_dir()
    assert styles.show(entry.name) == entry
    assert len(os.fsencode(entry.path.name)) < 240


def test_what_is_neither_picture_nor_code_is_not_taken_in(home: Path) -> None:
    file = home / "file"
    code = assets.codes()[0].read_bytes()
    for data in (b"", b"text", painted(home / "a.png").read_bytes()[:-60], code[:-3], code[:40]):
        file.write_bytes(data)
        with pytest.raises(BadPicture):
            styles.take_in(file, "x")
    Image.new("L", (4, 4)).save(file, "PPM")
    with pytest.raises(BadPicture, match="kind of picture that cannot be kept"):
        styles.take_in(file, "x")
    with pytest.raises(TooLarge, match="400 × 300"):
        styles.take_in(home / "a.png", "x", pixels=400 * 300 - 1)
    assert own() == []


def test_a_copy_that_breaks_off_leaves_no_style(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(source: object, target: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(styles.shutil, "copyfileobj", broken)
        with pytest.raises(OSError, match="No space left"):
            styles.take_in(painted(home / "a.png"), "a")
    assert list(styles_dir().iterdir()) == []


def test_what_a_killed_process_left_is_no_style_and_goes_with_the_next(home: Path) -> None:
    styles_dir().mkdir(parents=True)
    (styles_dir() / ".sea.png.draft").write_bytes(painted(home / "a.png").read_bytes()[:50])
    assert own() == []
    entry = styles.take_in(home / "a.png", "lake")
    assert list(styles_dir().iterdir()) == [entry.path]


def test_two_processes_at_once_lose_nothing(home: Path) -> None:
    """Each takes in pictures of its own under one title: all are there, each under its own name."""
    script = """
        import sys
        from pathlib import Path
        from velatura.library import styles

        for file in sys.argv[1:]:
            styles.take_in(Path(file), "sea")
    """
    files = [str(painted(home / f"{number}.png", colour=number)) for number in range(12)]
    command = [sys.executable, "-c", textwrap.dedent(script)]
    processes = [subprocess.Popen([*command, *files[start::3]]) for start in range(3)]
    assert [process.wait(120) for process in processes] == [0, 0, 0]
    wanted = {Path(file).read_bytes() for file in files}
    assert {entry.path.read_bytes() for entry in own()} == wanted
    assert len({entry.name for entry in own()}) == 12

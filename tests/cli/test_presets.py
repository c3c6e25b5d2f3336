"""`velatura presets`, and painting by them."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ..shell import Shell, open_shell
from .conftest import Velatura

SAVED = ("--engine", "identity", "--set", "steps=3", "--strength", "0.5", "--feather", "2")


@pytest.fixture
def velatura(shell: Shell, velatura_in: Callable[[Shell], Velatura]) -> Velatura:
    """The command line in places of its own, without a daemon."""
    return velatura_in(shell)


def test_a_preset_is_saved_listed_shown_and_removed(velatura: Velatura, pictures: Path) -> None:
    style = f"{pictures / 'style.png'}:2"
    saved = velatura("presets", "save", "My Look", *SAVED, "--style", style, "--style-scale", "2")
    assert saved.out == "my-look saved: identity with style\n"
    shown = velatura("presets", "show", "my look", "--json").json
    assert shown == {
        "name": "my-look",
        "engine": "identity",
        "params": {"steps": 3},
        "common": {"feather": 2.0},
        "styles": [{"name": "style", "weight": 2.0, "scale": 2.0}],
        "segments": 0,
        "strength": 0.5,
        "title": "My Look",
    }
    assert velatura("presets", "list", "--json").json == {"my-look": shown}
    assert velatura("presets", "list").out.split(maxsplit=1)[0] == "my-look"
    text = velatura("presets", "show", "my-look").out
    assert "style        style weight=2.0 scale=2.0" in text
    assert "common       feather=2.0" in text
    assert velatura("presets", "remove", "my-look", "--json").json["preset"] == "my-look"
    assert velatura("presets", "list", "--json").json == {}


def test_a_style_that_is_a_file_goes_into_the_library_once(
    velatura: Velatura, pictures: Path, tmp_path: Path
) -> None:
    shutil.copy(pictures / "other.png", tmp_path / "style.png")
    for number in (1, 2):
        velatura("presets", "save", f"a{number}", *SAVED, "--style", pictures / "style.png")
    velatura("presets", "save", "b", *SAVED, "--style", tmp_path / "style.png")
    found = velatura("presets", "list", "--json").json
    names = [found[name]["styles"][0]["name"] for name in ("a1", "a2", "b")]
    assert names == ["style", "style", "style-2"]
    assert {"style", "style-2"} <= velatura("styles", "list", "--json").json.keys()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["save", "taken"], "There is already a preset called “taken”"),
        (["save", "!!!"], "No name can be made from “!!!”"),
        (["save", "x", "--set", "steps=0"], "steps must be a whole number between 1 and 10000"),
        (["save", "x", "--engine", "nope"], "There is no engine .*nope"),
        (["save", "x", "--style", "nobody"], "The style library has no “nobody”"),
        (["save", "x", "--style", "scream@{pictures}/grey.png"], "A preset keeps no masks"),
        (["save", "x", "--region", "a=b"], "[Uu]nrecognized arguments: --region"),
        (["show", "nope"], "There is no preset “nope”"),
        (["remove", "nope"], "There is no preset “nope”"),
        (["export", "nope", "x.velatura"], "There is no preset “nope”"),
        (["export", "taken", "nowhere/x.velatura"], "cannot be written"),
        (["add", "nope.velatura"], r"There is no file nope\.velatura"),
        (["add", "{pictures}/photo.png"], "is not a preset file, or is damaged"),
        ([], "The following arguments are required: ACTION"),
    ],
)
def test_what_is_wrong_is_one_sentence(
    velatura: Velatura, pictures: Path, words: list[str], sentence: str
) -> None:
    assert velatura("presets", "save", "taken", *SAVED).code == 0
    filled = [word.format(pictures=pictures) for word in words]
    engine = () if "--engine" in words or words[:1] != ["save"] else SAVED[:2]
    outcome = velatura("presets", *filled[:2], *engine, *filled[2:])
    assert re.search(sentence, outcome.complaint()), outcome
    assert list(velatura("presets", "list", "--json").json) == ["taken"]


def test_a_preset_is_replaced_when_asked_to(velatura: Velatura) -> None:
    velatura("presets", "save", "look", *SAVED)
    velatura("presets", "save", "look", "--preset", "look", "--set", "steps=9", "--replace")
    shown = velatura("presets", "show", "look", "--json").json
    assert (shown["params"], shown["strength"]) == ({"steps": 9}, 0.5)


def test_an_exported_preset_comes_with_its_styles(
    velatura: Velatura, pictures: Path, shell: Shell
) -> None:
    velatura("presets", "save", "look", *SAVED, "--style", pictures / "style.png")
    shown = velatura("presets", "show", "look", "--json").json
    assert velatura("presets", "export", "look", "look.velatura").code == 0
    shutil.rmtree(shell.home / "data")
    assert velatura("presets", "add", "look.velatura").out == "look added\n"
    assert velatura("presets", "show", "look", "--json").json == shown
    shutil.rmtree(shell.home / "data")
    velatura("styles", "add", pictures / "other.png", "--name", "style")
    added = velatura("presets", "add", "look.velatura", "--json").json
    assert added["notes"] == ["Its style style is called style-2 here."]


@pytest.mark.parametrize("way", [(), ("--no-daemon",)], ids=["daemon", "direct"])
def test_options_go_before_the_preset(
    served: Shell,
    velatura_in: Callable[[Shell], Velatura],
    pictures: Path,
    tmp_path: Path,
    way: tuple[str, ...],
) -> None:
    velatura = velatura_in(served)
    velatura("presets", "save", "look", *SAVED, "--replace")
    words = ("stylize", pictures / "photo.png", "--preset", "look", "-o", tmp_path / "out.png")
    assert velatura(*words, *way, "--json").json["engine"] == "identity"
    wrong = velatura(*words, "--set", "pause=11", *way)
    assert "pause must be a number between 0 and 10" in wrong.complaint()
    other = velatura(*words, "--engine", "nope", *way)
    assert "nope" in other.complaint()
    assert "no preset “lok”" in velatura(*words[:3], "lok", *words[4:], *way).complaint()


@pytest.fixture(scope="module")
def studio() -> Iterator[Shell]:
    """Places with every engine."""
    with open_shell() as opened:
        yield opened


@pytest.mark.slow
def test_a_preset_paints_what_its_options_would(
    studio: Shell, velatura_in: Callable[[Shell], Velatura], pictures: Path, tmp_path: Path
) -> None:
    velatura = velatura_in(studio)
    manner = ("--style", "scream:2", "--style", pictures / "style.png", "--stroke", "3")
    velatura("presets", "save", "look", *manner, "--strength", "0.8")
    painted = []
    for options in (
        ("--preset", "look"),
        ("--preset", "look", "--no-daemon"),
        (*manner, "--strength", "0.8"),
        ("--preset", "look", "--strength", "0.4"),
        ("--preset", "look", "--style", "starry-night"),
    ):
        target = tmp_path / f"{len(painted)}.png"
        outcome = velatura("stylize", pictures / "photo.png", "-o", target, *options)
        assert (outcome.code, outcome.err) == (0, ""), outcome
        painted.append(np.asarray(Image.open(target)).astype(float))
    by_preset, direct, by_options, faint, other = painted
    np.testing.assert_array_equal(by_preset, direct)
    np.testing.assert_array_equal(by_preset, by_options)
    content = np.asarray(Image.open(pictures / "photo.png"))
    assert np.abs((faint - content) * 2 - (by_preset - content)).max() <= 2
    assert (other != by_preset).any()

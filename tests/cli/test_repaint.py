"""A result is painted again from its own file: the same bytes, or every reason why not."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from velatura.imaging.embedded import read_text
from velatura.imaging.files import read_picture, write_picture
from velatura.imaging.raster import Raster
from velatura_link.recipe import from_json

from ..shell import Outcome, Shell, open_shell

Velatura = Callable[..., Outcome]


@pytest.fixture
def desk(pictures: Path, tmp_path: Path) -> Path:
    """A folder of one's own with a content, styles and a mask."""
    for name in ("photo.png", "see-through.png", "style.png", "other.png"):
        shutil.copy(pictures / name, tmp_path)
    mask = np.zeros((48, 64), np.uint8)
    mask[:, 20:] = 255
    Image.fromarray(mask).save(tmp_path / "mask.png")
    return tmp_path


def painted(velatura: Velatura, desk: Path, *options: object, name: str = "out.png") -> Path:
    """A result of the identity engine."""
    outcome = velatura(
        "stylize", desk / "photo.png", "--engine", "identity", "-o", desk / name, *options
    )
    assert (outcome.code, outcome.err) == (0, ""), outcome
    return desk / name


def lines(outcome: Outcome) -> list[str]:
    """What is said of a result that was painted again."""
    assert outcome.err == "", outcome
    return [line.strip() for line in outcome.out.splitlines()[1:]]


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".tif", ".exr"])
def test_every_format_is_painted_again(velatura: Velatura, desk: Path, suffix: str) -> None:
    file = painted(velatura, desk, name=f"out{suffix}")
    outcome = velatura("repaint", file)
    assert (outcome.code, lines(outcome)) == (0, ["The same bytes."])
    direct = velatura("repaint", file, "--no-daemon")
    assert (direct.code, lines(direct)) == (0, ["The same bytes."])


@pytest.mark.parametrize(
    "options",
    [
        ("--size", "40", "--seed", "9"),
        ("--style", "style.png:2", "--style", "other.png@mask.png", "--style-rotation", "90"),
        ("--region", "mask.png*0.5=style.png", "--style", "other.png"),
        ("--map", "mask.png", "--paint", "white=style.png", "--paint", "black*0.3=other.png"),
        ("--style", "style.png", "--style", "other.png", "--regions", "auto:3"),
        (
            "--set",
            "steps=3",
            "--strength",
            "0.4",
            "--finest",
            "30",
            "--detail",
            "0.7",
            "--colours",
            "luminance",
        ),
    ],
    ids=["size", "styles", "region", "map", "parts", "knobs"],
)
def test_everything_that_was_asked_for_is_asked_for_again(
    velatura: Velatura, desk: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]
) -> None:
    mask = Image.open(desk / "mask.png")
    mask.resize((80, 64)).save(desk / "mask-of-other.png")
    monkeypatch.chdir(desk)
    given = [text.replace("@mask.png", "@mask-of-other.png") for text in options]
    file = painted(velatura, desk, *given)
    monkeypatch.chdir("/")
    again = desk / "again.png"
    outcome = velatura("repaint", file, "-o", again)
    assert (outcome.code, lines(outcome)[0]) == (0, "The same bytes.")
    assert again.read_bytes() == file.read_bytes()


def test_a_folder_that_moves_as_a_whole_is_found(velatura: Velatura, desk: Path) -> None:
    (desk / "job" / "results").mkdir(parents=True)
    for name in ("photo.png", "style.png"):
        (desk / name).rename(desk / "job" / name)
    outcome = velatura(
        "stylize", desk / "job" / "photo.png", "--style", desk / "job" / "style.png",
        "--engine", "identity", "-o", desk / "job" / "results" / "out.png",
    )  # fmt: skip
    assert outcome.code == 0, outcome
    recipe = from_json(read_text(desk / "job" / "results" / "out.png") or "")
    assert recipe.content is not None
    assert recipe.content.path == "../photo.png"
    assert recipe.styles[0].source.path == "../style.png"
    (desk / "job").rename(desk / "moved")
    assert lines(velatura("repaint", desk / "moved" / "results" / "out.png")) == ["The same bytes."]


def test_what_is_missing_is_named_and_can_be_said(velatura: Velatura, desk: Path) -> None:
    file = painted(velatura, desk, "--style", desk / "style.png")
    (desk / "photo.png").rename(desk / "renamed.png")
    outcome = velatura("repaint", file)
    assert outcome.complaint() == "The content “photo.png” was not found."
    assert "--content FILE" in outcome.err
    (desk / "style.png").rename(desk / "painting.png")
    outcome = velatura("repaint", file, "--content", desk / "renamed.png")
    assert outcome.complaint() == "The style “style.png” was not found."
    assert "--style 'style.png=FILE'" in outcome.err
    said = ("--content", desk / "renamed.png", "--style", f"style.png={desk / 'painting.png'}")
    assert lines(velatura("repaint", file, *said)) == ["The same bytes."]


def test_the_place_of_a_style_that_is_not_in_the_recipe_is_no_silent_mistake(
    velatura: Velatura, desk: Path
) -> None:
    file = painted(velatura, desk, "--style", desk / "style.png")
    outcome = velatura("repaint", file, "--style", f"stile.png={desk / 'other.png'}")
    assert outcome.complaint() == "The recipe has no style “stile.png”."
    assert "It has: style.png." in outcome.err


def test_a_style_is_found_in_the_library_by_its_bytes(
    velatura: Velatura, desk: Path, served: Shell
) -> None:
    file = painted(velatura, desk, "--style", desk / "style.png")
    assert velatura("styles", "add", desk / "style.png", "--name", "kept").code == 0
    (desk / "style.png").unlink()
    assert lines(velatura("repaint", file)) == ["The same bytes."]
    assert velatura("styles", "remove", "kept").code == 0


def test_what_has_changed_is_named(velatura: Velatura, desk: Path) -> None:
    file = painted(velatura, desk, "--style", desk / "style.png")
    shutil.copy(desk / "other.png", desk / "style.png")
    pixels = np.asarray(Image.open(desk / "photo.png")).copy()
    pixels[5, 5] ^= 4
    Image.fromarray(pixels).save(desk / "photo.png")
    outcome = velatura("repaint", file)
    assert outcome.code == 1
    assert lines(outcome) == [
        "Less than 0.1 % of the pixels differ, by 4/255 at most.",
        "The content has changed.",
        "The style “style.png” has changed.",
    ]
    written = velatura("repaint", file, "-o", desk / "again.png", "--json")
    assert written.code == 0
    assert written.json["same"] == "different"
    assert written.json["differences"] == lines(outcome)[1:]


def test_a_content_of_another_size_is_named(velatura: Velatura, desk: Path) -> None:
    file = painted(velatura, desk)
    outcome = velatura("repaint", file, "--content", desk / "style.png")
    assert outcome.code == 1
    assert lines(outcome)[1:] == ["The content has 64 × 80 pixels instead of 64 × 48."]


def test_a_file_that_was_written_anew_has_the_same_pixels(velatura: Velatura, desk: Path) -> None:
    file = painted(velatura, desk)
    write_picture(desk / "anew.tif", read_picture(file).raster, recipe=read_text(file))
    outcome = velatura("repaint", desk / "anew.tif")
    assert outcome.code == 0
    assert lines(outcome)[0] in (
        "The same bytes.",
        "The same pixels; other parts of the file differ.",
    )


def test_it_is_painted_otherwise_where_that_is_asked_for(velatura: Velatura, desk: Path) -> None:
    file = painted(velatura, desk, "--style", desk / "style.png", "--set", "steps=2")
    other = desk / "other-knobs.png"
    outcome = velatura("repaint", file, "-o", other, "--set", "steps=3", "--seed", "4")
    assert (outcome.code, lines(outcome)) == (0, [])
    recipe = from_json(read_text(other) or "")
    assert (recipe.params["steps"], recipe.seed) == (3, 4)
    assert recipe.styles[0].source.path == "style.png"
    refused = velatura("repaint", file, "--seed", "4")
    assert refused.complaint() == "A result with changes needs a file of its own."


@pytest.mark.parametrize("way", [(), ("--no-daemon",)], ids=["daemon", "no daemon"])
def test_what_was_stopped_is_stopped_after_the_same_step(
    velatura: Velatura, desk: Path, way: tuple[str, ...]
) -> None:
    file = painted(velatura, desk, "--set", "steps=50")
    recipe = replace(from_json(read_text(file) or ""), stop_after=3)
    content = read_picture(desk / "photo.png")
    write_picture(desk / "kept.png", content.raster, like=content, recipe=recipe.to_json())
    outcome = velatura("repaint", desk / "kept.png", "-o", desk / "again.png", *way)
    assert lines(outcome) == ["The same bytes.", "Stopped after 3 of 50 steps."]
    assert from_json(read_text(desk / "again.png") or "") == recipe


def test_without_a_recipe_there_is_nothing_to_go_by(velatura: Velatura, desk: Path) -> None:
    for name in ("photo.png", "missing.png"):
        assert velatura("repaint", desk / name).code == 2
    assert velatura("repaint", desk / "photo.png").complaint().endswith("contains no recipe.")
    file = painted(velatura, desk, "--no-recipe")
    assert read_text(file) is None


@pytest.mark.parametrize(
    "text", ["nonsense", '{"format":1}', '{"format":9,"engine":"glaze"}', "[" * 9999]
)
def test_a_hostile_recipe_is_one_sentence(velatura: Velatura, desk: Path, text: str) -> None:
    write_picture(desk / "bad.png", Raster(np.zeros((4, 4, 3), np.uint8)), recipe=text)
    assert str(desk / "bad.png") in velatura("repaint", desk / "bad.png").complaint()


@pytest.mark.parametrize(
    "path", ["/etc/hostname", "//server/share/a.png", "\\\\server\\share\\a.png", "C:\\a.png", "."]
)
def test_a_recipe_leads_to_no_other_machine(velatura: Velatura, desk: Path, path: str) -> None:
    text = '{"format":1,"engine":"identity","content":{"path":%s}}' % (
        '"' + path.replace("\\", "\\\\") + '"'
    )
    write_picture(desk / "bad.png", Raster(np.zeros((4, 4, 3), np.uint8)), recipe=text)
    assert velatura("repaint", desk / "bad.png").complaint().endswith("was not found.")


def test_a_text_is_no_file_that_an_engine_starts_from(velatura: Velatura, desk: Path) -> None:
    text = (
        '{"format":1,"engine":"gatys","content":{"path":"photo.png"},'
        '"params":{"init":"picture"},"inputs":{"start":"/etc/hostname"}}'
    )
    write_picture(desk / "bad.png", Raster(np.zeros((4, 4, 3), np.uint8)), recipe=text)
    assert velatura("repaint", desk / "bad.png").complaint() == (
        "The recipe has text where the input “start” needs a file."
    )


def test_many_results_have_a_recipe_each(velatura: Velatura, desk: Path) -> None:
    out = desk / "results"
    outcome = velatura(
        "stylize", desk / "photo.png", desk / "see-through.png", "--engine", "identity", "-o", out
    )
    assert outcome.code == 0, outcome
    for name in ("photo.png", "see-through.png"):
        assert lines(velatura("repaint", out / name)) == ["The same bytes."]


def test_a_recipe_is_shown(velatura: Velatura, desk: Path) -> None:
    outcome = velatura("repaint", painted(velatura, desk, "--seed", "5"), "--show")
    assert outcome.json["engine"] == "identity"
    assert outcome.json["seed"] == 5


@pytest.fixture(scope="module")
def studio(shared: Path) -> Iterator[Shell]:
    """Places with real weights; the first command starts their daemon."""
    with open_shell(VELATURA_MODELS=str(shared / "weights")) as opened:
        yield opened


BOTH = ((), ("--no-daemon",))
"""Through the daemon, and without it: once for each engine, since without it networks are loaded anew."""
DAEMON = ((),)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("ways", "suffix", "options"),
    [
        (BOTH, ".png", ("--engine", "identity")),
        (BOTH, ".png", ("--engine", "glaze", "--style", "style.png", "--strength", "0.7")),
        (DAEMON, ".jpg", ("--engine", "glaze", "--style", "starry-night:2", "--style", "scream")),
        (DAEMON, ".exr", ("--engine", "glaze", "--style", "style.png", "--set", "polish=2")),
        (BOTH, ".tif", ("--engine", "glaze-live", "--style", "great-wave", "--tileable", "both")),
        (DAEMON, ".webp", ("--engine", "glaze-live", "--region", "mask.png=style.png")),
        (BOTH, ".tif", ("--engine", "adain", "--style", "style.png", "--style-scale", "0.5")),
        (DAEMON, ".png", ("--engine", "adain", "--style", "style.png", "--colours", "histogram")),
        (BOTH, ".jpg", ("--engine", "gatys", "--style", "style.png", "--set", "steps=2")),
        (DAEMON, ".png", ("--engine", "gatys", "--style", "style.png", "--set", "steps=2",
                          "--seed", "3", "--set", "init=noise")),
    ],
)  # fmt: skip
def test_ten_results_of_five_engines_are_the_same_bytes(
    studio: Shell,
    velatura_in: Callable[[Shell], Velatura],
    desk: Path,
    monkeypatch: pytest.MonkeyPatch,
    ways: tuple[tuple[str, ...], ...],
    suffix: str,
    options: tuple[str, ...],
) -> None:
    velatura = velatura_in(studio)
    monkeypatch.chdir(desk)
    file = f"out{suffix}"
    assert velatura("stylize", "photo.png", "-o", file, *options).code == 0
    for way in ways:
        outcome = velatura("repaint", file, *way)
        assert (outcome.code, lines(outcome)[0]) == (0, "The same bytes."), way

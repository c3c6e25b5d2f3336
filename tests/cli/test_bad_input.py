"""Bad input of every kind: one clear sentence, exit code 2, nothing written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ..shell import Outcome, Shell, open_shell
from .conftest import Velatura, own_code

BAD_PICTURES = {
    "missing.png": r"There is no .*file .*missing\.png",
    "folder.png": r"folder\.png is a folder",
    "empty.png": r"empty\.png is empty",
    "text.png": r"text\.png is not a picture",
    "cut.png": r"cut\.png is damaged or cut off",
    "cut.jpg": r"cut\.jpg is damaged or cut off",
    "nothing.png": r"nothing\.png is not a picture",
    "nan.tif": r"nan\.tif has values .* not finite",
    "bomb.png": r"bomb\.png has 60000 × 60000 pixels",
}


@pytest.fixture(params=["daemon", "direct"])
def way(request: pytest.FixtureRequest) -> tuple[str, ...]:
    """Options for painting through the daemon, or without it."""
    return ("--no-daemon",) if request.param == "direct" else ()


@pytest.fixture
def refused(
    velatura: Velatura, served: Shell, pictures: Path, way: tuple[str, ...]
) -> Iterator[Velatura]:
    """``stylize photo.png -o out.png`` with more options, which must be refused in one sentence."""

    def call(*options: object, content: Path = pictures / "photo.png") -> Outcome:
        return velatura("stylize", content, "-o", "out.png", *options, *way)

    yield call
    assert served.files == set()


@pytest.mark.parametrize("name", BAD_PICTURES)
def test_a_bad_content_is_named(refused: Velatura, pictures: Path, name: str) -> None:
    outcome = refused("--engine", "identity", content=pictures / name)
    assert_says(outcome, BAD_PICTURES[name])


@pytest.mark.parametrize("name", BAD_PICTURES)
def test_a_bad_style_is_named_among_good_ones(refused: Velatura, pictures: Path, name: str) -> None:
    styles = ("--style", pictures / "style.png", "--style", pictures / name)
    assert_says(refused("--engine", "identity", *styles), BAD_PICTURES[name])


@pytest.mark.parametrize("weight", ["0", "-1", "inf", "nan", "1e999"])
def test_a_weight_must_be_above_nothing(refused: Velatura, pictures: Path, weight: str) -> None:
    outcome = refused("--style", f"{pictures / 'style.png'}:{weight}")
    assert_says(outcome, rf"style\.png must be a number above 0, not {weight}\.$")


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ("steps=0", "steps must be a whole number between 1 and 10000, not 0"),
        ("steps=1.5", "steps must be a whole number between 1 and 10000, not 1.5"),
        ("steps=many", "steps must be a whole number between 1 and 10000, not “many”"),
        ("steps=true", "steps must be a whole number between 1 and 10000, not true"),
        ("steps=", "steps must be a whole number between 1 and 10000, not “”"),
        (f"steps={9**40}", r"steps must be a whole number between 1 and 10000, not 1\.4.*e\+38"),
        ("pause=NaN", "pause must be a number between 0 and 10, not nan"),
        ("pause=-Infinity", "pause must be a number between 0 and 10, not -inf"),
        ("brush=3", "The engine identity has no knob “brush”"),
        ("steps", "--set steps is not KEY=VALUE"),
        ("=3", "--set =3 is not KEY=VALUE"),
    ],
)
def test_a_wrong_knob_is_named_with_what_it_takes(
    refused: Velatura, setting: str, sentence: str
) -> None:
    assert_says(refused("--engine", "identity", "--set", setting), sentence)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--strength", "1.5"], "The strength must be from 0 to 1, not 1.5"),
        (["--strength", "-0.1"], "The strength must be from 0 to 1, not -0.1"),
        (["--strength", "nan"], "The strength must be from 0 to 1, not nan"),
        (["--strength", "full"], "--strength must be a number, not “full”"),
        (["--size", "0"], "--size must be at least 1 pixel, not 0"),
        (["--size", "1.5"], "--size must be a whole number, not “1.5”"),
        (["--size", "65535"], "--size 65535 gives 65535 × 49151 pixels"),
        (["--size", "70000"], "--size 70000 gives 70000 × 52500 pixels"),
        (["--seed", "-1"], "The seed must be a whole number from 0 to"),
        (["--seed", str(1 << 64)], "The seed must be a whole number from 0 to"),
        (["--size", "64x48"], "With a content image, --size is the long side"),
        (["--style"], "--style: expected one argument"),
        (["--brush", "3"], "[Uu]nrecognized arguments: --brush"),
        (["-o", "out.xyz"], r"out\.xyz does not have the suffix of a format"),
        (["-o", "out"], "out does not have the suffix of a format"),
        (["-o", "nowhere/out.png"], "There is no folder nowhere"),
        (["--style", "nobody"], "The style library has no “nobody”"),
    ],
)
def test_a_wrong_option_is_named(refused: Velatura, options: list[str], sentence: str) -> None:
    assert_says(refused("--engine", "identity", *options), sentence)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["start"], "--input start is not NAME=VALUE"),
        (["=start.png"], "--input =start.png is not NAME=VALUE"),
        (["start=a.png", "start=b.png"], "The input “start” was given twice"),
        (["start=style.png"], "The engine identity has no input “start”"),
    ],
)
def test_an_input_that_no_engine_could_take_is_refused(
    refused: Velatura, options: list[str], sentence: str
) -> None:
    inputs = [word for option in options for word in ("--input", option)]
    assert_says(refused("--engine", "identity", *inputs), sentence)


@pytest.mark.parametrize(
    ("preview", "sentence"),
    [
        ("out.png", r"--preview out\.png is already the output"),
        ("./out.png", r"--preview out\.png is already the output"),
        ("preview.xyz", r"preview\.xyz does not have the suffix of a format"),
        ("preview", "preview does not have the suffix of a format"),
        ("nowhere/preview.png", "There is no folder nowhere"),
    ],
)
def test_a_file_that_cannot_hold_previews_is_refused(
    refused: Velatura, preview: str, sentence: str
) -> None:
    assert_says(refused("--engine", "identity", "--preview", preview), sentence)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("photo.png", r"photo\.png is already the content"),
        ("style.png", r"style\.png is already a style"),
        ("folder.png", r"folder\.png is a folder"),
    ],
)
def test_previews_replace_no_picture_that_is_read(
    refused: Velatura, pictures: Path, name: str, sentence: str
) -> None:
    options = ("--style", pictures / "style.png")
    assert_says(refused("--engine", "identity", *options, "--preview", pictures / name), sentence)


def test_an_output_that_is_a_folder_is_refused_before_painting(
    refused: Velatura, pictures: Path
) -> None:
    outcome = refused("--engine", "identity", "-o", pictures / "folder.png")
    assert_says(outcome, r"folder\.png is a folder")


def test_an_unknown_engine_is_named_with_where_to_find_others(refused: Velatura) -> None:
    outcome = refused("--engine", "nope")
    assert_says(outcome, "There is no engine .*nope")
    assert re.search("There are: .*identity|`velatura engines`", outcome.err)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "The following arguments are required: COMMAND"),
        (["stylise"], "There is no command “stylise”"),
        (["stylize"], "The following arguments are required: -o/--output"),
        (["stylize", "-o", "out.png"], "paints over a content image, and none was given"),
        (["engines", "nope"], "There is no engine called “nope”"),
        (["styles"], "The following arguments are required: ACTION"),
        (["styles", "show", "nope"], "The style library has no “nope”"),
        (["styles", "remove", "nope"], "The style library has no “nope”"),
        (["styles", "add", "nope.png"], r"There is no file nope\.png"),
        (["models", "path", "nope"], "The catalogue has no model “nope”"),
        (["models", "add", "nope.pth"], r"There is no file nope\.pth"),
        (["serve", "--quota", "much"], "--quota must be a whole number, not “much”"),
        (["serve", "--quota", "0"], "--quota must be at least 1 byte, not 0"),
        (["serve", "--idle-stop", "nan"], "--idle-stop must be a number of seconds above 0"),
    ],
)
def test_every_command_refuses_in_one_sentence(
    velatura: Velatura, arguments: list[str], sentence: str
) -> None:
    assert_says(velatura(*arguments), sentence)


@pytest.mark.parametrize(
    "arguments",
    [
        ["stylize"],
        ["stylize", "missing.png", "-o", "out.png"],
        ["stylize", "missing.png", "-o", "out.png", "--size", "big"],
        ["nope"],
        ["engines", "nope"],
        ["styles", "show", "nope"],
        ["models", "path", "nope"],
    ],
)
def test_errors_for_programs_are_one_json_object(velatura: Velatura, arguments: list[str]) -> None:
    outcome = velatura(*arguments, "--json")
    assert outcome.code == 2
    assert outcome.err == ""
    assert set(outcome.json) == {"error"}
    assert set(outcome.json["error"]) == {"code", "message", "hint"}
    assert outcome.json["error"]["message"].endswith(".")


@pytest.fixture(scope="module")
def damaged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    """Places with a folder of weights in which the encoder is garbage."""
    folder = tmp_path_factory.mktemp("weights")
    (folder / "vgg19_relu4_1.safetensors").write_bytes(b"\x10\0\0\0\0\0\0\0{garbage" * 99)
    with open_shell(VELATURA_MODELS=str(folder)) as opened:
        yield opened


@pytest.fixture
def astray(
    damaged: Shell,
    velatura_in: Callable[[Shell], Velatura],
    pictures: Path,
    way: tuple[str, ...],
) -> Iterator[Velatura]:
    """Like ``refused``, in the places of ``damaged``, where every engine is there."""
    velatura = velatura_in(damaged)
    yield lambda *options: velatura(
        "stylize", pictures / "photo.png", "-o", "out.png", *options, *way
    )
    assert damaged.files == set()


@pytest.mark.slow
def test_damaged_weights_are_named(astray: Velatura, pictures: Path) -> None:
    outcome = astray("--engine", "adain", "--style", pictures / "style.png")
    assert_says(outcome, r"vgg19_relu4_1\.safetensors is not the .* that Velatura knows")


@pytest.mark.slow
@pytest.mark.parametrize("name", BAD_PICTURES)
def test_a_bad_picture_given_as_an_input_is_named(
    astray: Velatura, pictures: Path, name: str
) -> None:
    options = ("--engine", "gatys", "--style", pictures / "style.png")
    outcome = astray(*options, "--input", f"start={pictures / name}")
    assert_says(outcome, BAD_PICTURES[name])


@pytest.mark.slow
def test_previews_replace_no_input(astray: Velatura, pictures: Path) -> None:
    options = ("--engine", "gatys", "--style", pictures / "style.png")
    given = ("--input", f"start={pictures / 'other.png'}", "--preview", pictures / "other.png")
    assert_says(astray(*options, *given), r"other\.png is already an input")


@pytest.mark.slow
def test_an_input_without_a_file_is_named(astray: Velatura, pictures: Path) -> None:
    options = ("--engine", "gatys", "--style", pictures / "style.png")
    outcome = astray(*options, "--input", "start=")
    assert_says(outcome, "The input “start” is a file, and none was named")


@pytest.mark.slow
def test_an_engine_without_a_style_says_that_it_needs_one(astray: Velatura) -> None:
    assert_says(astray(), "The engine glaze needs a style")


@pytest.mark.slow
def test_a_style_code_for_an_engine_that_wants_a_picture_is_refused(
    astray: Velatura, tmp_path: Path
) -> None:
    outcome = astray("--engine", "adain", "--style", own_code(tmp_path))
    assert_says(outcome, "The engine adain does not take a style code as a style")


@pytest.mark.slow
def test_a_file_that_is_no_style_code_is_named(astray: Velatura, pictures: Path) -> None:
    outcome = astray("--style", pictures / "text.code")
    assert_says(outcome, "is not a style code")


@pytest.mark.slow
@pytest.mark.timeout(60)
@pytest.mark.parametrize("device", ["quantum", "cpu:7"])
def test_an_unknown_device_is_named(astray: Velatura, device: str) -> None:
    outcome = astray("--engine", "identity", "--device", device)
    assert_says(outcome, f"{device}.* is not (a device|here)")


def assert_says(outcome: Outcome, sentence: str) -> None:
    """``outcome`` is a refusal whose one sentence matches ``sentence``."""
    assert re.search(sentence, outcome.complaint()), outcome

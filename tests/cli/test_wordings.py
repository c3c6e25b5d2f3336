"""What words on the command line mean: styles, masks, colours, patterns. Nothing is painted here."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image

from velatura.cli import stylize
from velatura.cli.contents import are_many, natural, tasks_for
from velatura.cli.region_options import paints_of, regions_of, segments_of
from velatura.cli.requests import engine_of, request_of
from velatura.cli.style_options import StyleArgument, style_file, style_of
from velatura.errors import BadPicture, BadRequest, UnknownEngine, VelaturaError
from velatura_link.errors import LinkError
from velatura_link.request import EncodedFile, RegionRef, Request, StyleRef, all_styles


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to be in, with pictures whose names mean trouble."""
    monkeypatch.chdir(tmp_path)
    for name in (
        "a.png",
        "b=c.png",
        "d@e.png",
        "f:2",
        "g*0.5.png",
        "mask.png",
        "m=2.png",
        "h#1.png",
    ):
        Image.new("L", (8, 6), 200).save(tmp_path / name, "PNG")
    (tmp_path / "bank.pth").write_bytes(b"weights")
    return tmp_path


def asked(*arguments: str) -> Request:
    """The request that the command line's words say."""
    parser = argparse.ArgumentParser()
    stylize.configure(parser)
    options = parser.parse_args(["a.png", "-o", "out.png", *arguments])
    return request_of(options, lambda: {"toy": {"descriptor": {}}})


def facts(style: StyleRef) -> tuple[object, ...]:
    """A style's file or name, its weight, its mask and its place in a bank, as words."""
    file, mask = style_file(style), style.mask
    named = str(file.path) if file is not None else f"{style.name or style.model}!"
    masked = str(mask.path) if isinstance(mask, EncodedFile) else None
    return named, style.weight, masked, style.index


def regions(*settings: str) -> tuple[RegionRef, ...]:
    return regions_of([StyleArgument(setting) for setting in settings])


def path_of(region: RegionRef) -> Path | None:
    """The file of a region's mask."""
    return region.mask.path if isinstance(region.mask, EncodedFile) else None


def paints(*settings: str) -> tuple[RegionRef, ...]:
    return paints_of([StyleArgument(setting) for setting in settings], EncodedFile(b"map"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a.png", ("a.png", 1.0, None, None)),
        ("a.png:2", ("a.png", 2.0, None, None)),
        ("f:2", ("f:2", 1.0, None, None)),
        ("f:2:3", ("f:2", 3.0, None, None)),
        ("d@e.png", ("d@e.png", 1.0, None, None)),
        ("d@e.png:0.5", ("d@e.png", 0.5, None, None)),
        ("d@e.png@mask.png", ("d@e.png", 1.0, "mask.png", None)),
        ("a.png@d@e.png", ("a.png", 1.0, "d@e.png", None)),
        ("a.png:4@mask.png", ("a.png", 4.0, "mask.png", None)),
        ("starry-night", ("starry-night!", 1.0, None, None)),
        ("starry-night:2@mask.png", ("starry-night!", 2.0, "mask.png", None)),
        ("bank.pth", ("bank.pth", 1.0, None, None)),
        ("bank.pth#3:2", ("bank.pth", 2.0, None, 3)),
        ("h#1.png", ("h#1.png", 1.0, None, None)),
        ("h#1", ("h!", 1.0, None, 1)),
    ],
)
def test_a_file_that_is_there_goes_before_every_other_reading(
    home: Path, text: str, expected: tuple[object, ...]
) -> None:
    assert facts(style_of(text)) == expected


def test_a_checkpoint_is_told_by_its_ending(home: Path) -> None:
    style = style_of("bank.pth")
    assert style.file is not None and style.picture is None


def test_the_other_half_of_a_pair_belongs_to_the_style_before_it(home: Path) -> None:
    request = asked("--style", "a.png", "--region", "mask.png=f:2", "--before", "b=c.png")
    (region,) = request.regions
    before = region.styles[0].before
    assert isinstance(before, EncodedFile) and before.path == Path("b=c.png")
    assert request.styles[0].before is None


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a.png@nope.png", r"There is no mask file nope\.png for the style a\.png"),
        ("wave@nope.png", r"There is no mask file nope\.png for the style wave"),
        ("nope.png@mask.png", r"There is no style file nope\.png"),
        ("a.png:0@mask.png", r"The weight of style a\.png must be a number above 0, not 0"),
        ("nope.png", r"There is no style file nope\.png"),
    ],
)
def test_a_style_that_cannot_be_is_named(home: Path, text: str, sentence: str) -> None:
    with pytest.raises(VelaturaError, match=sentence):
        style_of(text)


@given(st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0")))
@example("a" * 300)
@example(f"{'m' * 200}=@{'s' * 200}")
def test_whatever_is_written_is_a_style_or_refused_in_one_sentence(text: str) -> None:
    for read in (style_of, regions, paints):
        try:
            read(text)
        except (BadRequest, BadPicture) as error:
            assert error.message.endswith(".")


def test_equals_signs_and_stars_may_be_in_names(home: Path) -> None:
    (plain,) = regions("b=c.png=d@e.png")
    assert (path_of(plain), facts(plain.styles[0])[0]) == (Path("b=c.png"), "d@e.png")
    (starred,) = regions("g*0.5.png*0.25=m=2.png")
    assert (path_of(starred), starred.strength) == (Path("g*0.5.png"), 0.25)
    assert [facts(style)[0] for style in starred.styles] == ["m=2.png"]


def test_a_mask_named_twice_is_one_region(home: Path) -> None:
    one, other = regions("mask.png=a.png:3", "m=2.png=wave", "./mask.png*0.5=wave")
    assert [facts(style)[0] for style in one.styles] == ["a.png", "wave!"]
    assert (one.styles[0].weight, one.strength, other.strength) == (3.0, 0.5, 1.0)
    with pytest.raises(BadRequest, match=r"mask\.png was given two strengths: 0\.5 and 0\.7"):
        regions("mask.png*0.7=a.png", "mask.png*0.5=wave")


@pytest.mark.parametrize("text", ["#0000ff", "#00f", "0000ff", "blue", "Blue", "#0000FF80"])
def test_a_colour_is_written_as_people_do(text: str) -> None:
    (paint,) = paints(f"{text}=wave")
    assert paint.colour == (0, 0, 255)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--region", "mask.png"], r"--region mask\.png is not MASK=STYLE"),
        (["--region", "nope.png=a.png"], r"There is no mask file nope\.png"),
        (["--region", "mask.png=nope.png"], r"There is no style file nope\.png"),
        (["--region", ".=a.png"], r"The mask \. is a folder"),
        (["--region", "mask.png*2=a.png"], r"strength of region mask\.png must be from 0 to 1"),
        (["--paint", "blue=wave"], "--map is a picture with a colour for each part"),
        (["--map", "mask.png"], "--map is a picture with a colour for each part"),
        (["--map", "nope.png", "--paint", "blue=wave"], r"There is no file nope\.png"),
        (["--map", "mask.png", "--paint", "bluish=wave"], "“bluish” is not a colour"),
        (["--regions", "auto:2"], "divided into 2 parts, but no style was given"),
        (["--regions", "auto:1", "--style", "wave"], "auto:K with K from 2 to 64, not “auto:1”"),
        (["--regions", "sky", "--style", "wave"], "auto:K with K from 2 to 64, not “sky”"),
        (["--regions", "auto:2", *["--style", "wave"] * 3], "has none for the last of 3 styles"),
        (["--stroke", "600"], "stroke must be a number between 0 and 512, not 600"),
        (["--finest", "-1"], "finest must be a whole number between 0 and 65535, not -1"),
        (["--colours", "sepia"], "colours must be one of none, luminance, .*, not “sepia”"),
        (["--tileable", "z"], "tileable must be one of none, x, y, both, not “z”"),
        (["--style-crop", "0,0,1"], "--style-crop must be LEFT,TOP,RIGHT,BOTTOM"),
        (["--style-crop", "0.5,0,0.5,1"], "--style-crop must be LEFT,TOP,RIGHT,BOTTOM"),
        (
            ["--style", "wave", "--style-rotation", "361"],
            "rotation must be from -360 to 360 degrees",
        ),
        (["--style", "wave", "--style-scale", "0"], "scale must be from 1/64 to 64, not 0"),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_loaded(
    home: Path, arguments: list[str], sentence: str
) -> None:
    with pytest.raises((VelaturaError, LinkError), match=sentence):
        asked(*arguments)


def test_every_style_of_a_command_is_looked_at_alike(home: Path) -> None:
    view = ("--style-crop", "0,0,0.5,1", "--style-rotation", "-30", "--style-scale", "2")
    request = asked("--style", "wave", "--region", "mask.png=a.png", *view)
    assert len(all_styles(request)) == 2
    for style in all_styles(request):
        assert (style.crop, style.rotation, style.scale) == ((0, 0, 0.5, 1), -30, 2)


@given(st.integers(2, 64))
def test_any_number_of_parts_can_be_asked_for(count: int) -> None:
    assert segments_of(f"auto:{count}") == count


def test_names_are_sorted_as_people_count() -> None:
    names = ["b1", "a10", "a9", "a1.png", "a01", "a1b2", "a1b10"]
    expected = ["a01", "a1.png", "a1b2", "a1b10", "a9", "a10", "b1"]
    assert sorted(names, key=lambda name: natural(Path(name))) == expected


@given(st.lists(st.text("ab019²٣./", min_size=1), max_size=6, unique=True))
def test_any_names_have_one_order(names: list[str]) -> None:
    paths = [Path(name) for name in names]
    assert len({tuple(natural(path)) for path in sorted(paths, key=natural)}) == len(set(paths))


@pytest.fixture
def frames(home: Path) -> Path:
    """Three frames, something hidden and something that is no picture."""
    folder = home / "frames"
    folder.mkdir()
    for name in ("f10.png", "f2.png", "f1.JPG", ".f3.png"):
        (folder / name).touch()
    (folder / "notes.txt").touch()
    (folder / "last.gif").touch()
    return folder


def test_patterns_and_folders_come_in_order_and_once(frames: Path) -> None:
    todo = tasks_for(["a.png", "frames", "frames/*.png"], Path("out"), None, frozenset())
    assert [task.output.name for task in todo] == [
        "a.png", "f1.JPG", "f2.png", "f10.png", "last.png",
    ]  # fmt: skip
    todo = tasks_for(["frames/f*"], Path("out"), "webp", frozenset())
    assert [task.output.name for task in todo] == ["f1.webp", "f2.webp", "f10.webp"]


def test_a_file_named_like_a_pattern_is_that_file(home: Path) -> None:
    (home / "x[1].png").touch()
    (home / "x1.png").touch()
    (task,) = tasks_for(["x[1].png"], Path("out"), None, frozenset())
    assert task.content == Path("x[1].png")


@pytest.mark.parametrize(
    ("contents", "folder", "ending", "sentence"),
    [
        (["frames/*.bmp"], "out", None, r"No file matches frames/\*\.bmp"),
        (["nope.png"], "out", None, r"There is no file nope\.png"),
        (["empty"], "out", None, "There is no picture in the folder empty"),
        (["a.png", "frames"], ".", None, r"a\.png would be overwritten by its result"),
        (["frames"], "out", "bmp", "“bmp” cannot be written"),
        (["a.png", "sub/a.png"], "out", None, r"a\.png and sub/a\.png would both become out/a\.png"),
        (["f*.png"], ".", None, r"No file matches f\*\.png"),
    ],
)  # fmt: skip
def test_what_cannot_be_painted_as_many_is_named(
    frames: Path, contents: list[str], folder: str, ending: str | None, sentence: str
) -> None:
    Path("empty").mkdir()
    Path("sub").mkdir()
    Path("sub/a.png").touch()
    with pytest.raises(VelaturaError, match=sentence):
        tasks_for(contents, Path(folder), ending, frozenset())


def test_results_in_the_folder_of_contents_are_no_contents(frames: Path) -> None:
    todo = tasks_for(["frames"], Path("frames"), "webp", frozenset({"f2.png", "f1.JPG"}))
    assert [task.content.name for task in todo] == ["f10.png", "last.gif"]


def test_one_picture_and_a_files_name_are_one(frames: Path) -> None:
    assert not are_many(["a.png"], Path("out.png"))
    assert not are_many(["frames"], Path("out.png"))
    assert not are_many(["a.png"], Path("out"))
    assert are_many(["a.png"], Path("frames"))
    assert are_many(["a.png", "b.png"], Path("out"))
    assert are_many(["frames"], Path("out"))
    assert are_many(["*.png"], Path("out"))
    with pytest.raises(BadRequest, match="Several pictures need a folder for their results"):
        are_many(["a.png", "b.png"], Path("out.png"))


def test_a_daemon_of_hidden_engines_alone_has_no_default_one() -> None:
    manifest = {"identity": {"descriptor": {"hidden": True}}}
    assert engine_of(Request(engine="identity"), manifest) == "identity"
    with pytest.raises(UnknownEngine, match="no default one") as refused:
        engine_of(Request(), manifest)
    assert refused.value.hint == "Name one with --engine: identity."

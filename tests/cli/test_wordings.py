"""What words on the command line mean: styles, masks, colours, patterns. Nothing is painted here."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image

from velatura.cli import stylize
from velatura.cli.contents import are_many, errands, natural
from velatura.cli.parts import parts_of
from velatura.cli.region_options import paints_of, regions_of, segments_of
from velatura.cli.requests import Wish, wish_of
from velatura.cli.style_options import StyleOption, style_of
from velatura.errors import BadPicture, BadRequest, VelaturaError
from velatura.library import styles


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to be in, with pictures whose names mean trouble."""
    monkeypatch.chdir(tmp_path)
    for name in ("a.png", "b=c.png", "d@e.png", "f:2", "g*0.5.png", "mask.png", "m=2.png"):
        Image.new("L", (8, 6), 200).save(tmp_path / name, "PNG")
    return tmp_path


def wished(*arguments: str) -> Wish:
    """The wish that the command line's words say."""
    parser = argparse.ArgumentParser()
    stylize.configure(parser)
    return wish_of(parser.parse_args(["a.png", "-o", "out.png", *arguments]))


@pytest.mark.parametrize(
    ("text", "style"),
    [
        ("a.png", StyleOption(Path("a.png"), None)),
        ("a.png:2", StyleOption(Path("a.png"), None, 2.0)),
        ("f:2", StyleOption(Path("f:2"), None)),
        ("f:2:3", StyleOption(Path("f:2"), None, 3.0)),
        ("d@e.png", StyleOption(Path("d@e.png"), None)),
        ("d@e.png:0.5", StyleOption(Path("d@e.png"), None, 0.5)),
        ("d@e.png@mask.png", StyleOption(Path("d@e.png"), None, mask=Path("mask.png"))),
        ("a.png@d@e.png", StyleOption(Path("a.png"), None, mask=Path("d@e.png"))),
        ("a.png:4@mask.png", StyleOption(Path("a.png"), None, 4.0, Path("mask.png"))),
        ("starry-night", StyleOption(None, "starry-night")),
        ("starry-night:2@mask.png", StyleOption(None, "starry-night", 2.0, Path("mask.png"))),
    ],
)
def test_a_file_that_is_there_goes_before_every_other_reading(
    home: Path, text: str, style: StyleOption
) -> None:
    assert style_of(text) == style


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
    for read in (style_of, lambda words: regions_of([words]), lambda words: paints_of([words])):
        try:
            read(text)
        except (BadRequest, BadPicture) as error:
            assert error.message.endswith(".")


def test_equals_signs_and_stars_may_be_in_names(home: Path) -> None:
    (plain,) = regions_of(["b=c.png=d@e.png"])
    assert (plain.place, plain.styles[0].path) == (Path("b=c.png"), Path("d@e.png"))
    (starred,) = regions_of(["g*0.5.png*0.25=m=2.png"])
    assert (starred.place, starred.strength) == (Path("g*0.5.png"), 0.25)
    assert starred.styles == (StyleOption(Path("m=2.png"), None),)


def test_a_mask_named_twice_is_one_region(home: Path) -> None:
    one, other = regions_of(["mask.png=a.png:3", "m=2.png=wave", "./mask.png*0.5=wave"])
    assert [str(style) for style in one.styles] == ["a.png", "wave"]
    assert (one.styles[0].weight, one.strength, other.strength) == (3.0, 0.5, None)
    with pytest.raises(BadRequest, match=r"mask\.png was given two strengths: 0\.5 and 0\.7"):
        regions_of(["mask.png*0.7=a.png", "mask.png*0.5=wave"])


@pytest.mark.parametrize("text", ["#0000ff", "#00f", "0000ff", "blue", "Blue", "#0000FF80"])
def test_a_colour_is_written_as_people_do(text: str) -> None:
    (paint,) = paints_of([f"{text}=wave"])
    assert paint.place == (0, 0, 255)


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
        (["--map", "nope.png", "--paint", "blue=wave"], r"There is no map file nope\.png"),
        (["--map", "mask.png", "--paint", "bluish=wave"], "“bluish” is no colour"),
        (["--regions", "auto:2"], "parts the picture for styles, and none was given"),
        (["--regions", "auto:1", "--style", "wave"], "auto:K with K from 2 to 64, not “auto:1”"),
        (["--regions", "sky", "--style", "wave"], "auto:K with K from 2 to 64, not “sky”"),
        (["--regions", "auto:2", *["--style", "wave"] * 3], "no part for the last of 3 styles"),
        (["--stroke", "600"], "stroke must be a number between 0 and 512, not 600"),
        (["--detail", "-1"], "detail must be a whole number between 0 and 65535, not -1"),
        (["--colours", "sepia"], "colours must be one of none, luminance, .*, not “sepia”"),
        (["--tileable", "z"], "tileable must be one of none, x, y, both, not “z”"),
        (["--style-crop", "0,0,1"], "--style-crop must be LEFT,TOP,RIGHT,BOTTOM"),
        (["--style-crop", "0.5,0,0.5,1"], "--style-crop must be LEFT,TOP,RIGHT,BOTTOM"),
        (["--style-rotation", "361"], "--style-rotation must be from -360 to 360 degrees"),
        (["--style-scale", "0"], "--style-scale must be from 1/64 to 64, not 0"),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_loaded(
    home: Path, arguments: list[str], sentence: str
) -> None:
    with pytest.raises(VelaturaError, match=sentence):
        wished(*arguments)


def test_every_style_of_a_command_is_looked_at_alike(home: Path) -> None:
    view = ("--style-crop", "0,0,0.5,1", "--style-rotation", "-30", "--style-scale", "2")
    wish = wished("--style", "wave", "--region", "mask.png=a.png", *view)
    for style in wish.all_styles:
        assert (style.crop, style.rotation, style.scale) == ((0, 0, 0.5, 1), -30, 2)


@given(st.integers(2, 64))
def test_any_number_of_parts_can_be_asked_for(count: int) -> None:
    assert segments_of(f"auto:{count}") == count


def test_masks_are_brought_to_the_pictures_size(home: Path) -> None:
    wish = wished("--region", "mask.png*0.5=wave", "--style", "a.png@m=2.png")
    parts = parts_of(wish, (160, 120))
    (region,) = parts.regions
    assert (region.mask.width, region.mask.height, region.strength) == (160, 120, 0.5)
    assert (region.mask.pixels == 200).all()
    (mask,) = parts.of_styles.values()
    assert (mask.width, mask.height) == (8, 6)
    assert parts.notes == ("The mask mask.png was brought from 8 × 6 to 160 × 120.",)


@pytest.mark.parametrize("size", [(8, 7), (16, 11), (6, 8)])
def test_a_mask_of_other_proportions_is_refused(home: Path, size: tuple[int, int]) -> None:
    Image.new("L", (800, 600)).save("large.png")
    with pytest.raises(BadRequest, match=r"large\.png has 800 × 600 pixels, .* other proportions"):
        parts_of(wished("--region", "large.png=wave"), (size[0] * 100, size[1] * 100))


@given(st.integers(100, 4000), st.integers(100, 4000), st.integers(50, 4000))
def test_a_picture_made_smaller_still_fits_its_mask(width: int, height: int, long: int) -> None:
    from velatura.cli.parts import check_aspect
    from velatura.imaging.raster import Raster
    from velatura.imaging.resample import fit

    mask = Raster(np.broadcast_to(np.uint8(0), (height, width, 1)))
    check_aspect(Path("mask.png"), mask, fit(width, height, long=long))


def test_a_maps_colours_become_masks(home: Path) -> None:
    picture = np.zeros((6, 8, 3), np.uint8)
    picture[:, :4] = 0, 0, 255
    picture[:, 4:] = 255, 0, 0
    Image.fromarray(picture).save("map.png")
    wish = wished("--map", "map.png", "--paint", "blue=a.png", "--paint", "00f=wave")
    (part,) = parts_of(wish, (8, 6)).regions
    assert part.mask.pixels[0, :, 0].tolist() == [255] * 4 + [0] * 4
    assert [str(style) for style in part.styles] == ["a.png", "wave"]
    with pytest.raises(BadRequest, match=r"The map map\.png has no #00ff00") as refusal:
        parts_of(wished("--map", "map.png", "--paint", "lime=a.png"), (8, 6))
    assert refusal.value.hint == "It has #0000ff, #ff0000."


def test_a_code_has_no_picture_to_mask(home: Path) -> None:
    Path("own.code").write_bytes(styles.show("starry-night").path.read_bytes())
    with pytest.raises(BadRequest, match=r"own\.code is a code, and a mask limits a picture"):
        parts_of(wished("--style", "own.code@mask.png"), (8, 6))


def test_a_built_in_style_has_a_picture_to_mask(home: Path) -> None:
    Image.new("L", (64, 64), 255).save("square.png")
    [mask] = parts_of(wished("--style", "udnie@square.png"), (8, 6)).of_styles.values()
    assert (mask.width, mask.height) == (320, 320)


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
    todo = errands(["a.png", "frames", "frames/*.png"], Path("out"), None, frozenset())
    assert [task.output.name for task in todo] == [
        "a.png", "f1.JPG", "f2.png", "f10.png", "last.png",
    ]  # fmt: skip
    todo = errands(["frames/f*"], Path("out"), "webp", frozenset())
    assert [task.output.name for task in todo] == ["f1.webp", "f2.webp", "f10.webp"]


def test_a_file_named_like_a_pattern_is_that_file(home: Path) -> None:
    (home / "x[1].png").touch()
    (home / "x1.png").touch()
    (task,) = errands(["x[1].png"], Path("out"), None, frozenset())
    assert task.content == Path("x[1].png")


@pytest.mark.parametrize(
    ("contents", "folder", "ending", "sentence"),
    [
        (["frames/*.bmp"], "out", None, r"No file matches frames/\*\.bmp"),
        (["nope.png"], "out", None, r"There is no file nope\.png"),
        (["empty"], "out", None, "There is no picture in the folder empty"),
        (["a.png", "frames"], ".", None, r"a\.png would be replaced by its result"),
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
        errands(contents, Path(folder), ending, frozenset())


def test_results_in_the_folder_of_contents_are_no_contents(frames: Path) -> None:
    todo = errands(["frames"], Path("frames"), "webp", frozenset({"f2.png", "f1.JPG"}))
    assert [task.content.name for task in todo] == ["f10.png", "last.gif"]


def test_one_picture_and_a_files_name_are_one(frames: Path) -> None:
    assert not are_many(["a.png"], Path("out.png"))
    assert not are_many(["frames"], Path("out.png"))
    assert not are_many(["a.png"], Path("out"))
    assert are_many(["a.png"], Path("frames"))
    assert are_many(["a.png", "b.png"], Path("out"))
    assert are_many(["frames"], Path("out"))
    assert are_many(["*.png"], Path("out"))
    with pytest.raises(BadRequest, match="Several pictures need a folder to go to"):
        are_many(["a.png", "b.png"], Path("out.png"))

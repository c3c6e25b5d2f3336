"""`velatura stylize` as a person uses it: through the daemon, without it, with all kinds of pictures."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ..shell import Outcome, Shell, open_shell, wait_until
from .conftest import Velatura


@pytest.fixture(params=["daemon", "direct"])
def way(request: pytest.FixtureRequest) -> tuple[str, ...]:
    """Options for painting through the daemon, or without it."""
    return ("--no-daemon",) if request.param == "direct" else ()


def pixels(path: Path) -> np.ndarray:
    """The file's own pixels, as deep as they are."""
    return np.asarray(Image.open(path))


@pytest.mark.parametrize(
    "name", ["photo.png", "see-through.png", "grey.png", "deep-grey.png", "point.png", "line.png"]
)
def test_identity_gives_every_kind_of_picture_back(
    velatura: Velatura, pictures: Path, tmp_path: Path, way: tuple[str, ...], name: str
) -> None:
    target = tmp_path / "out.png"
    outcome = velatura(
        "stylize", pictures / name, "--engine", "identity", "-o", target, "--json", *way
    )
    assert outcome.code == 0
    given, got = pixels(pictures / name), pixels(target)
    assert outcome.json["width"] == given.shape[1]
    assert outcome.json["height"] == given.shape[0]
    assert outcome.json["notes"] == []
    assert got.dtype == given.dtype
    np.testing.assert_array_equal(got, given)


def test_both_ways_write_the_same_bytes(velatura: Velatura, pictures: Path, tmp_path: Path) -> None:
    for name, options in (("a.png", []), ("b.png", ["--no-daemon"])):
        velatura(
            "stylize", pictures / "see-through.png", "--engine", "identity", "--size", "50",
            "--strength", "0.5", "-o", tmp_path / name, *options,
        )  # fmt: skip
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


@pytest.mark.parametrize(("size", "expected"), [(32, (32, 24)), (96, (96, 72)), (1, (1, 1))])
def test_size_is_the_long_side(
    velatura: Velatura, pictures: Path, tmp_path: Path, size: int, expected: tuple[int, int]
) -> None:
    target = tmp_path / "out.png"
    velatura(
        "stylize", pictures / "photo.png", "--engine", "identity", "--size", size, "-o", target
    )
    assert Image.open(target).size == expected


def test_jpeg_says_what_it_cannot_hold(velatura: Velatura, pictures: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.jpg"
    outcome = velatura(
        "stylize", pictures / "see-through.png", "--engine", "identity", "-o", target
    )
    assert "  JPEG has no transparency; the picture was laid on white.\n" in outcome.out
    assert Image.open(target).mode == "RGB"


def test_the_content_may_be_painted_over(
    velatura: Velatura, pictures: Path, tmp_path: Path
) -> None:
    target = tmp_path / "photo.png"
    target.write_bytes((pictures / "photo.png").read_bytes())
    assert velatura("stylize", target, "--engine", "identity", "-o", target).code == 0
    np.testing.assert_array_equal(pixels(target), pixels(pictures / "photo.png"))


@pytest.fixture(scope="module")
def studio(shared: Path) -> Iterator[Shell]:
    """Places with AdaIN's real weights; the first command starts their daemon."""
    with open_shell(VELATURA_MODELS=str(shared / "weights")) as opened:
        yield opened


@pytest.fixture
def paint(
    studio: Shell,
    velatura_in: Callable[[Shell], Velatura],
    pictures: Path,
    tmp_path: Path,
) -> Callable[..., Path]:
    """Painting in small: the file that was written for a content and options."""
    velatura = velatura_in(studio)
    count = iter(range(99))

    def call(content: str, *options: object) -> Path:
        target = tmp_path / f"{next(count)}.png"
        outcome = velatura("stylize", pictures / content, "--stroke", "2", "-o", target, *options)
        assert outcome.code == 0, outcome
        assert outcome.err == ""
        return target

    return call


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["glaze", "glaze-live", "adain"])
def test_an_engine_paints_the_same_bytes_both_ways(
    paint: Callable[..., Path], pictures: Path, engine: str
) -> None:
    style = ("--engine", engine, "--style", pictures / "style.png")
    daemon, direct = paint("photo.png", *style), paint("photo.png", *style, "--no-daemon")
    assert daemon.read_bytes() == direct.read_bytes()
    assert (pixels(daemon) != pixels(pictures / "photo.png")).mean() > 0.9


@pytest.mark.slow
def test_styles_are_mixed_by_their_weights(paint: Callable[..., Path], pictures: Path) -> None:
    one, other = pictures / "style.png", pictures / "other.png"

    def mixed(first: float, second: float) -> np.ndarray:
        painted = paint("photo.png", "--style", f"{one}:{first}", "--style", f"{other}:{second}")
        return pixels(painted).astype(float)

    alone = pixels(paint("photo.png", "--style", one)).astype(float)
    np.testing.assert_array_equal(mixed(2, 2), mixed(1, 1))
    assert np.abs(mixed(99, 1) - alone).mean() < np.abs(mixed(1, 1) - alone).mean()


@pytest.mark.slow
def test_a_style_is_used_by_its_name_in_the_library(
    studio: Shell, paint: Callable[..., Path], pictures: Path
) -> None:
    assert studio("styles", "add", pictures / "style.png", "--name", "waves").code == 0
    named = paint("photo.png", "--style", "waves")
    from_file = paint("photo.png", "--style", pictures / "style.png")
    np.testing.assert_array_equal(pixels(named), pixels(from_file))
    assert named.read_bytes() == paint("photo.png", "--style", "waves", "--no-daemon").read_bytes()


@pytest.mark.slow
def test_a_style_is_used_by_its_code(
    studio: Shell, paint: Callable[..., Path], pictures: Path, tmp_path: Path
) -> None:
    code = tmp_path / "waves.code"
    made = studio("styles", "code", pictures / "style.png", "-o", code)
    assert made.code == 0, made
    from_file = paint("photo.png", "--style", code)
    assert from_file.read_bytes() == paint("photo.png", "--style", code, "--no-daemon").read_bytes()
    of_picture = pixels(paint("photo.png", "--style", pictures / "style.png"))
    assert np.abs(pixels(from_file).astype(int) - of_picture).max() <= 4
    assert studio("styles", "add", code, "--name", "coded waves").code == 0
    named = paint("photo.png", "--style", "coded-waves")
    np.testing.assert_array_equal(pixels(named), pixels(from_file))


@pytest.mark.slow
def test_a_built_in_style_is_there_from_the_start(
    paint: Callable[..., Path], pictures: Path
) -> None:
    daemon = paint("photo.png", "--style", "starry-night")
    direct = paint("photo.png", "--style", "Starry Night", "--no-daemon")
    assert daemon.read_bytes() == direct.read_bytes()
    assert (pixels(daemon) != pixels(pictures / "photo.png")).mean() > 0.9


@pytest.mark.slow
@pytest.mark.parametrize("name", ["point.png", "see-through.png", "grey.png", "deep-grey.png"])
def test_size_and_transparency_are_kept(
    paint: Callable[..., Path], pictures: Path, name: str
) -> None:
    given = Image.open(pictures / name)
    painted = Image.open(paint(name, "--style", pictures / "style.png"))
    assert painted.size == given.size
    assert painted.mode == ("RGBA" if given.mode == "RGBA" else "RGB")
    if given.mode == "RGBA":
        np.testing.assert_array_equal(
            np.asarray(painted.getchannel("A")), np.asarray(given.getchannel("A"))
        )


@pytest.mark.slow
def test_a_line_of_sixty_thousand_pixels_is_painted(
    paint: Callable[..., Path], pictures: Path
) -> None:
    painted = pixels(paint("line.png", "--style", pictures / "style.png"))
    assert painted.shape == (2, 60_000, 3)
    # No tile is left out: black or flat.
    columns = painted.astype(float).reshape(2, 60, 1000, 3).std(axis=(0, 2, 3))
    assert columns.min() > 1


@pytest.mark.slow
def test_a_killed_daemon_is_replaced(
    studio: Shell, paint: Callable[..., Path], pictures: Path
) -> None:
    before = paint("photo.png", "--style", pictures / "style.png")
    killed = studio.daemons()
    assert len(killed) == 1
    os.kill(killed[0], signal.SIGKILL)
    after = paint("photo.png", "--style", pictures / "style.png")
    assert after.read_bytes() == before.read_bytes()
    assert studio.daemons() != killed
    wait_until(lambda: len(studio.daemons()) == 1, "the end of the killed one")


@pytest.fixture
def descend(
    studio: Shell,
    velatura_in: Callable[[Shell], Velatura],
    pictures: Path,
    way: tuple[str, ...],
) -> Callable[..., Outcome]:
    """A few steps of Gatys' in small: ``stylize photo.png --style style.png`` with more options."""
    velatura = velatura_in(studio)

    def call(target: Path, *options: object) -> Outcome:
        outcome = velatura(
            "stylize", pictures / "photo.png", "--style", pictures / "style.png", "-o", target,
            "--engine", "gatys", "--set", "steps=4", "--set", "preview_every=1", "--size", 64,
            "--json", *options, *way,
        )  # fmt: skip
        assert outcome.code == 0, outcome
        return outcome

    return call


@pytest.mark.slow
def test_painting_goes_on_from_an_earlier_result(
    descend: Callable[..., Outcome], pictures: Path, tmp_path: Path
) -> None:
    def distance(start: str) -> float:
        target = tmp_path / f"from-{start}"
        resume = ("--set", "init=picture", "--input", f"start={pictures / start}")
        descend(target, *resume, "--set", "rate=0.001")
        return float(np.abs(pixels(target).astype(float) - pixels(pictures / start)).mean())

    # Steps this short leave the picture where it started, which is noise of one kind or another.
    assert distance("photo.png") < 2
    assert distance("start.png") < 2


@pytest.mark.slow
@pytest.mark.parametrize("name", ["preview.png", "preview.jpg"])
def test_the_newest_preview_lies_in_its_file(
    descend: Callable[..., Outcome], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr("velatura.cli.preview.SECONDS", 0.0)
    (tmp_path / name).write_bytes(b"an older preview")
    outcome = descend(tmp_path / "out.png", "--preview", tmp_path / name)
    assert not any("preview" in note for note in outcome.json["notes"])
    shown = Image.open(tmp_path / name)
    assert (shown.format, shown.size) == ("PNG" if name.endswith("png") else "JPEG", (64, 48))
    # The last steps change little: what was shown is like what came out.
    difference = pixels(tmp_path / name).astype(float) - pixels(tmp_path / "out.png")
    assert np.abs(difference).mean() < 30
    assert {path.name for path in tmp_path.iterdir()} == {"out.png", name}


@pytest.mark.slow
def test_previews_do_not_come_faster_than_every_two_seconds(
    descend: Callable[..., Outcome], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("velatura.cli.preview.SECONDS", 1000.0)
    outcome = descend(tmp_path / "out.png", "--preview", tmp_path / "preview.png")
    assert not (tmp_path / "preview.png").exists()
    assert (
        "No preview was written: the engine makes none, or finished too soon."
        in (outcome.json["notes"])
    )


def test_an_engine_without_previews_says_so(
    velatura: Velatura, pictures: Path, tmp_path: Path, way: tuple[str, ...]
) -> None:
    outcome = velatura(
        "stylize", pictures / "photo.png", "--engine", "identity", "-o", tmp_path / "out.png",
        "--preview", tmp_path / "preview.png", *way,
    )  # fmt: skip
    assert outcome.code == 0
    assert "  No preview was written: " in outcome.out
    assert not (tmp_path / "preview.png").exists()

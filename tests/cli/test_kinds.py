"""Engines of every kind that somebody else's package adds, on the command line, by the daemon and without it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ..shell import Outcome, Shell, open_shell, wait_until
from ..toy_package import installed, toys_in_this_process
from .conftest import Velatura

RED, BLUE = (1.0, 0.0, 0.0), (0.0, 0.0, 1.0)


@pytest.fixture(scope="module")
def toys(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    """Places where the toys are installed beside Velatura, and their daemon."""
    folder = tmp_path_factory.mktemp("toys")
    with open_shell(PYTHONPATH=installed(folder)) as opened, toys_in_this_process(folder):
        # One that a command starts has no PYTHONPATH: a host's own must not reach it.
        daemon = opened.start("serve")
        wait_until(lambda: opened("status").code == 0, "the daemon")
        yield opened
        opened("stop", "--now")
        daemon.communicate(timeout=20)


@pytest.fixture(params=["daemon", "direct"])
def way(request: pytest.FixtureRequest) -> tuple[str, ...]:
    return ("--no-daemon",) if request.param == "direct" else ()


@pytest.fixture
def paint(toys: Shell, velatura_in: Callable[[Shell], Velatura], way: tuple[str, ...]) -> Velatura:
    """``stylize`` in one of both ways."""
    velatura = velatura_in(toys)
    return lambda *options: velatura("stylize", *options, *way)


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """Grey pictures and colours."""
    for name, value in (("photo.png", 100), ("before.png", 50), ("after.png", 80)):
        Image.fromarray(np.full((24, 32, 3), value, np.uint8)).save(tmp_path / name)
    Image.new("RGB", (8, 8), (200, 100, 0)).save(tmp_path / "style.png")
    return tmp_path


@pytest.fixture
def colours(toys: Shell, desk: Path) -> Path:
    """A bank of two colours."""
    from velatura_toys.checkpoint import save

    return Path(save(desk / "bank.safetensors", RED, BLUE))


def pixel(path: Path) -> list[int]:
    """The colour of a picture that has one."""
    pixels = np.asarray(Image.open(path)).reshape(-1, 3)
    assert np.ptp(pixels.astype(int), axis=0).max() <= 1
    return [int(value) for value in pixels[0]]


def done(outcome: Outcome) -> Outcome:
    assert outcome.code == 0, outcome
    return outcome


def test_a_checkpoint_is_a_style(paint: Velatura, desk: Path, colours: Path) -> None:
    out = desk / "out.png"
    done(paint(desk / "photo.png", "--engine", "toy-checkpoint", "--style", colours, "-o", out))
    assert pixel(out) == pytest.approx([178, 50, 50], abs=1)


def test_one_style_of_a_bank(
    paint: Velatura,
    desk: Path,
    colours: Path,
    toys: Shell,
    velatura_in: Callable[[Shell], Velatura],
) -> None:
    out = desk / "out.png"
    style = f"{colours}#1:2"
    done(paint(desk / "photo.png", "--engine", "toy-checkpoint", "--style", style, "-o", out))
    assert pixel(out) == pytest.approx([50, 50, 178], abs=1)
    assert "The same bytes." in velatura_in(toys)("repaint", out).out
    outcome = paint(
        desk / "photo.png",
        "--engine",
        "toy-checkpoint",
        "--style",
        f"{colours}#2",
        "-o",
        desk / "no.png",
    )
    assert "The bank has no style 2" in outcome.complaint()


def test_a_model_is_a_style_by_its_name(
    paint: Velatura,
    desk: Path,
    colours: Path,
    toys: Shell,
    velatura_in: Callable[[Shell], Velatura],
) -> None:
    assert velatura_in(toys)("models", "add", colours).code == 0
    out = desk / "out.png"
    done(paint(desk / "photo.png", "--engine", "toy-checkpoint", "--style", "bank", "-o", out))
    assert pixel(out) == pytest.approx([178, 50, 50], abs=1)


def test_a_checkpoint_is_no_style_of_an_engine_of_pictures(
    paint: Velatura, desk: Path, colours: Path
) -> None:
    outcome = paint(
        desk / "photo.png", "--engine", "toy-texture", "--style", colours, "-o", "out.png"
    )
    assert "starts from nothing" in outcome.complaint()
    outcome = paint("--size", "8", "--engine", "toy-texture", "--style", colours, "-o", "out.png")
    assert "does not take a checkpoint as a style" in outcome.complaint()


def test_a_pair_is_a_style(paint: Velatura, desk: Path) -> None:
    out = desk / "out.png"
    pair = ("--style", desk / "after.png", "--before", desk / "before.png")
    done(paint(desk / "photo.png", "--engine", "toy-pair", *pair, "-o", out))
    assert pixel(out) == pytest.approx([130] * 3, abs=1)
    outcome = paint(desk / "photo.png", "--engine", "toy-pair", *pair[:2], "-o", desk / "no.png")
    assert "does not take a picture as a style" in outcome.complaint()


def test_a_picture_is_made_from_nothing(paint: Velatura, desk: Path) -> None:
    texture = ("--engine", "toy-texture", "--style", desk / "style.png")
    outcome = done(paint("--size", "40x30", *texture, "-o", desk / "a.png", "--json"))
    assert (outcome.json["width"], outcome.json["height"]) == (40, 30)
    done(paint("--size", "40", *texture, "--depth", "u16", "-o", desk / "b.tif"))
    assert Image.open(desk / "b.tif").size == (40, 40)
    assert "needs a size" in paint(*texture, "-o", desk / "no.png").complaint()
    outcome = paint(desk / "photo.png", "--size", "8", *texture, "-o", desk / "no.png")
    assert "starts from nothing" in outcome.complaint()


def test_a_size_may_be_in_a_file(paint: Velatura, desk: Path) -> None:
    job = {"engine": "toy-texture", "size": [9, 7], "styles": [{"picture": "style.png"}]}
    (desk / "job.json").write_text(json.dumps(job))
    outcome = done(paint("--request", desk / "job.json", "-o", desk / "out.png", "--json"))
    assert (outcome.json["width"], outcome.json["height"]) == (9, 7)


def test_a_filter_needs_no_style(paint: Velatura, desk: Path) -> None:
    done(paint(desk / "photo.png", "--engine", "toy-filter", "-o", desk / "out.png"))
    assert pixel(desk / "out.png") == [100] * 3


def test_frames_hand_on_what_they_left(
    paint: Velatura,
    desk: Path,
    toys: Shell,
    velatura_in: Callable[[Shell], Velatura],
    way: tuple[str, ...],
) -> None:
    frames = desk / "frames"
    frames.mkdir()
    for number in (1, 2, 10):
        Image.new("RGB", (8, 8), (100, 100, 100)).save(frames / f"f{number}.png")
    film = (
        frames, "--engine", "toy-frames", "--style", desk / "style.png", "-o", desk / "out",
        "--jobs", "3", "--json",
    )  # fmt: skip
    assert done(paint(*film)).json["painted"] == 3
    reds = [pixel(desk / "out" / f"f{number}.png")[0] for number in (1, 2, 10)]
    assert reds == pytest.approx([110, 120, 130], abs=1)
    names = {path.name for path in (desk / "out").iterdir()}
    assert {"f1.amount.png", "f2.amount.png", "f10.amount.png"} < names
    assert not any("state" in name for name in names), "what frames hand on is nobody's file"
    again = velatura_in(toys)("repaint", desk / "out" / "f2.png", *way)
    assert "with the state of the one before, which is not kept" in again.complaint()
    assert paint(*film).json["kept"] == 3
    Image.new("RGB", (8, 8), (100, 100, 90)).save(frames / "f2.png")
    # A frame's state is not kept with its result: the film begins anew.
    assert paint(*film).json["painted"] == 3
    assert pixel(desk / "out" / "f10.png")[0] == pytest.approx(130, abs=1)
    (frames / "f2.png").write_bytes(b"no picture")
    _, failed, last = paint(*film).json["results"]
    assert failed["state"] == "failed"
    assert last["notes"][0] == "The previous frame failed, so this one starts afresh."
    assert pixel(desk / "out" / "f10.png")[0] == pytest.approx(110, abs=1)


def test_an_engine_says_what_it_takes_and_gives(
    toys: Shell, velatura_in: Callable[[Shell], Velatura]
) -> None:
    velatura = velatura_in(toys)
    assert "checkpoint, bank (2 styles at most)" in velatura("engines", "toy-checkpoint").out
    assert "starts from nothing" in velatura("engines", "toy-texture").out
    frames = velatura("engines", "toy-frames").out
    assert "output   amount" in frames
    assert "frames   in order" in frames

"""`velatura repaint --engine NAME FILE`: a slow engine goes on from what a quick one has painted."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from velatura.cli.engines import known_engines
from velatura.imaging.embedded import read_text
from velatura.imaging.files import read_picture
from velatura_link.recipe import Recipe, Source, from_json
from velatura_link.refining import Refining, refining_in

from ..shell import Outcome, Shell, open_shell
from ..waiting import wait_until

Velatura = Callable[..., Outcome]
BOTH = pytest.mark.parametrize("way", [(), ("--no-daemon",)], ids=["daemon", "no daemon"])


@pytest.fixture(scope="module")
def refining() -> Refining:
    """The engine that refines."""
    found = refining_in(known_engines())
    assert found is not None
    return found


@pytest.fixture(scope="module")
def place(pictures: Path, shared: Path) -> Iterator[Shell]:
    """Places with real weights, a content, a style and what a quick engine has made of them."""
    with open_shell(VELATURA_MODELS=str(shared / "weights")) as opened:
        for name in ("photo.png", "style.png"):
            shutil.copy(pictures / name, opened.home)
        paint = ("stylize", "photo.png", "--style", "style.png", "--engine", "glaze-live")
        outcome = opened(*paint, "--strength", "0.8", "-o", "quick.png")
        assert outcome.code == 0, outcome
        yield opened


def recipe_of(file: Path) -> Recipe:
    return from_json(read_text(file) or "")


def with_few_steps(refining: Refining) -> tuple[str, ...]:
    """The engine's own knobs at what is quick, as far as it has them."""
    knobs = known_engines()[refining.engine]["schema"]["properties"]
    return ("--set", "steps=2") if "steps" in knobs else ()


@pytest.mark.slow
@BOTH
def test_the_same_scene_goes_through_the_slow_engine_from_what_is_there(
    place: Shell, refining: Refining, way: tuple[str, ...], tmp_path: Path
) -> None:
    out = tmp_path / "out.png"
    outcome = place(
        "repaint", "quick.png", "--engine", refining.engine, *with_few_steps(refining), "-o", out, *way
    )  # fmt: skip
    assert (outcome.code, outcome.err) == (0, ""), outcome
    assert "anew" not in outcome.out
    quick, refined = recipe_of(place.home / "quick.png"), recipe_of(out)
    assert refined.engine == refining.engine
    assert refined.params.items() >= refining.params.items()
    assert (refined.strength, refined.seed) == (quick.strength, quick.seed)
    assert refined.content is not None and quick.content is not None
    assert refined.content.identity == quick.content.identity
    start = refined.inputs[refining.input]
    assert isinstance(start, Source)
    assert start.path is not None and start.path.endswith("quick.png")
    raster, before = read_picture(out).raster, read_picture(place.home / "quick.png").raster
    assert raster.shape == before.shape
    assert raster.to_bytes() != before.to_bytes()
    again = place("repaint", out)
    assert (again.code, again.out.splitlines()[1].strip()) == (0, "The same bytes.")


@pytest.mark.slow
def test_without_a_name_it_lies_beside_the_quick_result(place: Shell, refining: Refining) -> None:
    before = (place.home / "quick.png").read_bytes()
    refine = ("repaint", "quick.png", "--engine", refining.engine, *with_few_steps(refining))
    assert place(*refine).code == 0
    made = place.home / f"quick-{refining.engine}.png"
    assert recipe_of(made).engine == refining.engine
    assert (place.home / "quick.png").read_bytes() == before
    assert place(*refine).complaint() == f"{made.name} already exists."


@pytest.mark.slow
def test_others_go_first_and_ctrl_c_leaves_nothing(place: Shell, refining: Refining) -> None:
    out = place.home / "stopped.png"
    running = place.start(
        "repaint", "quick.png", "--engine", refining.engine, "--set", "steps=1000", "-o", out
    )  # fmt: skip

    def at_work() -> int:
        return int(place("--json", "status").json["jobs"]["running"])

    wait_until(at_work, "a job")
    quick = place("repaint", "quick.png")
    assert (quick.code, quick.out.splitlines()[1].strip()) == (0, "The same bytes.")
    assert running.poll() is None
    running.send_signal(signal.SIGINT)
    running.communicate(timeout=30)
    assert running.returncode != 0
    assert not out.exists()
    wait_until(lambda: not at_work(), "no job")


@pytest.mark.slow
def test_an_engine_that_does_not_refine_says_that_it_began_anew(place: Shell) -> None:
    outcome = place("repaint", "quick.png", "--engine", "glaze", "-o", "anew.png")
    assert outcome.code == 0, outcome
    said = "glaze painted from the content again: it cannot continue from quick.png."
    assert said in [line.strip() for line in outcome.out.splitlines()]
    assert recipe_of(place.home / "anew.png").inputs == {}


@pytest.mark.slow
def test_knobs_that_begin_otherwise_are_obeyed(
    place: Shell, refining: Refining, tmp_path: Path
) -> None:
    turned = [option for name in refining.params for option in ("--set", f"{name}=content")]
    outcome = place(
        "repaint", "quick.png", "--engine", refining.engine, *with_few_steps(refining), *turned,
        "-o", tmp_path / "anew.png",
    )  # fmt: skip
    assert outcome.code == 0, outcome
    assert recipe_of(tmp_path / "anew.png").inputs == {}

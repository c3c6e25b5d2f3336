"""Many pictures at once: what is painted, what is there already, what fails, what Ctrl-C leaves."""

from __future__ import annotations

import json
import re
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ..shell import Outcome, Shell
from ..waiting import wait_until
from .conftest import Velatura

Many = Callable[..., Outcome]


@pytest.fixture
def frames(pictures: Path, tmp_path: Path) -> Path:
    """A folder of three frames."""
    folder = tmp_path / "frames"
    folder.mkdir()
    for number in (1, 2, 10):
        shutil.copy(pictures / "photo.png", folder / f"f{number}.png")
    return folder


@pytest.fixture(params=["daemon", "direct"])
def many(request: pytest.FixtureRequest, velatura: Velatura) -> Many:
    """``stylize … --engine identity --json``, with and without the daemon."""
    way = ("--no-daemon",) if request.param == "direct" else ()
    return lambda *words: velatura("stylize", "--engine", "identity", *way, *words, "--json")


def states(outcome: Outcome) -> dict[str, str]:
    """What became of each content, in order."""
    return {Path(each["content"]).name: each["state"] for each in outcome.json["results"]}


def test_files_folders_and_patterns_are_painted_into_a_folder(
    many: Many, pictures: Path, frames: Path, tmp_path: Path
) -> None:
    out = tmp_path / "deep" / "out"
    outcome = many(pictures / "photo.jpg", frames / "f*.png", "-o", out, "--jobs", "3")
    assert outcome.code == 0, outcome
    assert list(states(outcome)) == ["photo.jpg", "f1.png", "f2.png", "f10.png"]
    assert (outcome.json["painted"], outcome.json["failed"]) == (4, 0)
    assert {path.name for path in out.iterdir()} == {
        "photo.jpg", "f1.png", "f2.png", "f10.png", ".velatura.json",
    }  # fmt: skip
    np.testing.assert_array_equal(
        np.asarray(Image.open(out / "f2.png")), np.asarray(Image.open(frames / "f2.png"))
    )


def test_what_is_there_is_not_painted_again(many: Many, frames: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert many(frames, "-o", out).json["painted"] == 3
    assert many(frames, "-o", out).json["kept"] == 3
    Image.new("RGB", (9, 9)).save(frames / "f1.png")
    (out / "f2.png").unlink()
    (out / "f10.png").write_bytes(b"retouched")
    expected = {"f1.png": "painted", "f2.png": "painted", "f10.png": "kept"}
    assert states(many(frames, "-o", out)) == expected
    assert (out / "f10.png").read_bytes() == b"retouched"
    assert many(frames, "-o", out, "--strength", "0.5").json["painted"] == 3
    assert many(frames, "-o", out, "--strength", "0.5", "--again").json["painted"] == 3
    (out / ".velatura.json").write_text("{")
    assert many(frames, "-o", out, "--strength", "0.5").json["painted"] == 3


def test_another_style_of_the_same_name_is_another_request(
    many: Many, frames: Path, pictures: Path, tmp_path: Path
) -> None:
    style = tmp_path / "style.png"
    shutil.copy(pictures / "style.png", style)
    asked = (frames, "-o", tmp_path / "out", "--style", style)
    assert many(*asked).json["painted"] == 3
    assert many(*asked).json["kept"] == 3
    shutil.copy(pictures / "other.png", style)
    assert many(*asked).json["painted"] == 3


def test_one_that_fails_stops_no_other(
    many: Many, velatura: Velatura, frames: Path, tmp_path: Path
) -> None:
    (frames / "f3.png").write_bytes(b"no picture")
    out = tmp_path / "out"
    outcome = many(frames, "-o", out)
    assert outcome.code == 1
    assert states(outcome) == {
        "f1.png": "painted", "f2.png": "painted", "f3.png": "failed", "f10.png": "painted",
    }  # fmt: skip
    failed = outcome.json["results"][2]
    assert failed["error"]["code"] == "bad_picture"
    told = velatura("stylize", frames, "--engine", "identity", "-o", out)
    assert told.code == 1
    assert "0 painted, 3 already there" in told.out
    assert told.err.splitlines() == [
        "velatura: 1 of 4 pictures failed.",
        f"  {frames / 'f3.png'} is not a picture that can be read.",
    ]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--engine", "nope"], "There is no engine .*nope"),
        (["--set", "brush=3"], "has no knob “brush”"),
        (["--jobs", "0"], "--jobs must be at least 1, not 0"),
        (["--preview", "p.png"], "--preview shows one picture, and there are several"),
        (["--style", "nobody"], "The style library has no “nobody”"),
        (["--format", "bmp"], "“bmp” cannot be written"),
    ],
)
def test_what_is_wrong_with_all_of_them_is_said_once(
    many: Many, frames: Path, tmp_path: Path, options: list[str], sentence: str
) -> None:
    outcome = many(frames, "-o", tmp_path / "out", *options)
    assert outcome.code == 2
    assert outcome.err == ""
    assert re.search(sentence, outcome.json["error"]["message"]), outcome


def test_results_may_lie_beside_their_contents(many: Many, frames: Path) -> None:
    assert many(frames, "-o", frames, "--format", "webp").json["painted"] == 3
    assert many(frames, "-o", frames, "--format", "webp").json["kept"] == 3
    assert "would be overwritten" in many(frames, "-o", frames).json["error"]["message"]


def test_masks_are_read_for_each_size(many: Many, frames: Path, tmp_path: Path) -> None:
    Image.new("L", (64, 48), 255).save(tmp_path / "mask.png")
    Image.new("RGB", (128, 96)).save(frames / "f3.png")
    Image.new("RGB", (99, 48)).save(frames / "f4.png")
    style = f"{tmp_path / 'mask.png'}={frames / 'f1.png'}"
    outcome = many(frames, "-o", tmp_path / "out", "--region", style)
    found = {Path(each["content"]).name: each for each in outcome.json["results"]}
    assert found["f1.png"]["notes"] == []
    assert "was resized from 64 × 48 to 128 × 96" in found["f3.png"]["notes"][0]
    assert "in different proportions" in found["f4.png"]["error"]["message"]


@pytest.mark.slow
def test_ctrl_c_keeps_what_is_done(served: Shell, pictures: Path) -> None:
    folder = served.home / "some"
    folder.mkdir()
    for number in range(6):
        shutil.copy(pictures / "photo.png", folder / f"f{number}.png")
    words = ("stylize", folder, "-o", "done", "--engine", "identity")
    process = served.start(*words, "--set", "steps=100", "--set", "pause=0.01")
    result_cache = served.home / "done" / ".velatura.json"
    wait_until(result_cache.exists, "a first result")
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert time.monotonic() - began < 5
    assert process.returncode == 130
    assert err.splitlines()[-1] == "velatura: Interrupted."
    assert "Traceback" not in err
    done = json.loads(result_cache.read_text())["results"]
    kept = {path.name for path in result_cache.parent.iterdir()} - {result_cache.name}
    assert set(done) == kept
    assert 0 < len(kept) < 6
    again = served(*words, "--set", "steps=100", "--set", "pause=0.01", "--json")
    assert (again.json["kept"], again.json["painted"]) == (len(kept), 6 - len(kept))
    shutil.rmtree(folder)
    shutil.rmtree(result_cache.parent)

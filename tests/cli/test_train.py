"""`velatura train` as a person uses it."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from ..shell import Shell, open_shell
from ..waiting import wait_until
from .conftest import Velatura

SMALL = tuple(
    word
    for knob in (
        "crop=16",
        "early=0",
        "photo_side=32",
        "painting_side=32",
        "style_crop=16",
        "style_cache=4",
        "batch=4",
    )
    for word in ("--set", knob)
)


@pytest.fixture(scope="module")
def school(shared: Path) -> Iterator[Shell]:
    """Places with the real VGG-19 to train with."""
    with open_shell(VELATURA_MODELS=str(shared / "weights")) as opened:
        yield opened


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of pictures, of photos or of paintings as it may be."""
    folder = tmp_path_factory.mktemp("folder")
    for number in range(4):
        Image.radial_gradient("L").convert("RGB").rotate(20 * number).save(folder / f"{number}.png")
    return folder


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("oil",), "There is no recipe “oil”."),
        (("glaze",), "The recipe glaze needs a folder of photos."),
        (("glaze", "--photos", "."), "The recipe glaze needs a folder of paintings."),
        (
            ("glaze", "--photos", ".", "--paintings", ".", "--minutes", "0"),
            "--minutes must be above 0, not 0.",
        ),
        (
            ("glaze", "--photos", ".", "--paintings", ".", "--start", "none.safetensors"),
            "There is no file none.safetensors.",
        ),
        (
            ("glaze", "--photos", ".", "--paintings", ".", "--into", "run", "--resume"),
            "There is no run to resume in run.",
        ),
        (
            ("glaze", "--photos", "nowhere", "--paintings", ".", "--into", "run"),
            "There is no folder nowhere.",
        ),
        (
            ("glaze", "--photos", ".", "--paintings", ".", "--set", "sample=1"),
            "The recipe glaze has no knob “sample”.",
        ),
    ],
)
def test_what_cannot_be_trained_is_one_sentence(
    shell: Shell,
    velatura_in: Callable[[Shell], Velatura],
    arguments: tuple[str, ...],
    sentence: str,
) -> None:
    assert velatura_in(shell)("train", *arguments).complaint() == sentence


@pytest.mark.slow
def test_weights_are_made_and_gone_on_with(
    school: Shell, velatura_in: Callable[[Shell], Velatura], folder: Path, tmp_path: Path
) -> None:
    velatura = velatura_in(school)
    data = ("--photos", folder, "--paintings", folder, "--paintings", folder)
    call = ("train", "glaze", *data, "--into", tmp_path, *SMALL)
    first = velatura(*call, "--set", "samples=4")
    assert first.code == 0, first
    assert first.out.startswith(
        f"{tmp_path / 'glaze-encoder.safetensors'}, {tmp_path / 'glaze.safetensors'}: "
    )
    assert " 4 samples" in first.out
    assert "There is already a run" in velatura(*call, "--set", "samples=8").complaint()
    second = velatura(*call, "--set", "samples=8", "--resume", "--json")
    assert second.json["card"]["samples"] == 8
    assert second.json["card"]["data"]["paintings"]["pictures"] == 8


@pytest.mark.slow
def test_a_run_that_is_told_to_end_keeps_everything(
    school: Shell, folder: Path, tmp_path: Path
) -> None:
    data = ("--photos", folder, "--paintings", folder)
    call = ("train", "glaze", *data, "--into", tmp_path, *SMALL, "--set", "sheet=0.0001")
    process = school.start(*call)
    wait_until(lambda: (tmp_path / "sheets").is_dir(), "the first sheet")
    process.send_signal(signal.SIGTERM)
    _, complaint = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "Training was interrupted; everything so far is saved." in complaint
    samples = json.loads((tmp_path / "glaze.card.json").read_text())["samples"]
    assert samples > 0
    again = school(*call, "--resume", "--minutes", "0.01", "--json")
    assert again.json["card"]["samples"] >= samples

"""`--request FILE`: the wire's request with paths in place of blobs."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from velatura.cli.request_file import request_in
from velatura.errors import VelaturaError
from velatura_link.errors import LinkError
from velatura_link.request import EncodedFile, Pixels

from .conftest import Velatura


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with pictures and raw pixels."""
    generator = np.random.default_rng(3)
    for name, shape in (
        ("photo.png", (48, 64, 3)),
        ("style.png", (40, 40, 3)),
        ("mask.png", (24, 32)),
    ):
        Image.fromarray(generator.integers(0, 256, shape, np.uint8)).save(tmp_path / name)
    (tmp_path / "raw.bin").write_bytes(bytes(48 * 64 * 3))
    return tmp_path


def written(desk: Path, **request: Any) -> Path:
    path = desk / "job.json"
    path.write_text(json.dumps(request))
    return path


WHOLE: dict[str, Any] = {
    "engine": "identity",
    "content": "photo.png",
    "styles": [
        {"picture": "style.png", "weight": 2, "crop": [0, 0, 0.5, 1], "before": "style.png"},
        {"name": "scream", "mask": None},
        {"file": {"blob": "raw.bin", "encoding": "file"}, "index": 2},
    ],
    "regions": [
        {"mask": "mask.png", "styles": [{"name": "scream"}], "strength": 0.5},
        {"mask": "mask.png", "styles": [], "colour": [1, 2, 3]},
    ],
    "params": {"steps": 2},
    "inputs": {"start": {"blob": "photo.png", "encoding": "file"}, "motto": "photo.png", "n": 3},
    "seed": 4,
}


def test_paths_start_at_the_file_and_are_read(desk: Path) -> None:
    request = request_in(written(desk, **WHOLE))
    picture = request.styles[0].picture
    assert isinstance(picture, EncodedFile)
    assert (picture.path, picture.data) == (desk / "style.png", (desk / "style.png").read_bytes())
    assert request.styles[0].before is picture, "a file is read once"
    assert request.styles[0].crop == (0, 0, 0.5, 1)
    assert (request.styles[1].name, request.styles[1].mask) == ("scream", None)
    assert (request.styles[2].file, request.styles[2].index) != (None, None)
    first, second = request.regions
    assert first.mask is second.mask
    assert (first.strength, second.colour) == (0.5, (1, 2, 3))
    assert isinstance(request.inputs["start"], EncodedFile)
    assert (request.inputs["motto"], request.inputs["n"]) == ("photo.png", 3)
    assert (request.seed, request.params) == (4, {"steps": 2})


def test_raw_pixels_are_described_as_on_the_wire(desk: Path) -> None:
    shape = {"width": 64, "height": 48, "channels": 3, "depth": "u8", "transfer": "srgb"}
    request = request_in(written(desk, engine="identity", content={"blob": "raw.bin", **shape}))
    assert isinstance(request.content, Pixels)
    assert request.content.width == 64


@pytest.mark.parametrize(
    ("request_", "sentence"),
    [
        ({"stiles": []}, "has an unknown key “stiles”"),
        ({"styles": [{"nam": "x"}]}, "has an unknown key “nam”"),
        ({"regions": [{"mask": "mask.png", "strenght": 1}]}, "has an unknown key “strenght”"),
        ({"strength": 3}, "The strength must be from 0 to 1, not 3"),
        ({"content": "nope.png"}, r"There is no file .*nope\.png"),
        ({"styles": 3}, "must be a list"),
        ({"regions": [3]}, "must be a map"),
        ({"content": {"blob": "raw.bin", "width": 3, "height": 3, "channels": 3, "depth": "u8",
                      "transfer": "srgb"}}, "does not hold the raster that is described"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_the_file_is_one_sentence(
    desk: Path, request_: dict[str, Any], sentence: str
) -> None:
    with pytest.raises((VelaturaError, LinkError), match=sentence):
        request_in(written(desk, **{"engine": "identity", **request_}))


@pytest.mark.parametrize("text", ["", "{", "[]", "[" * 9999])
def test_what_is_no_request_is_refused(desk: Path, text: str) -> None:
    path = desk / "job.json"
    path.write_text(text)
    with pytest.raises(VelaturaError, match=re.escape(str(path))):
        request_in(path)


@pytest.mark.parametrize("way", [(), ("--no-daemon",)], ids=["daemon", "direct"])
def test_a_file_paints_what_options_paint(
    velatura: Velatura, desk: Path, way: tuple[str, ...]
) -> None:
    job = written(
        desk,
        engine="identity",
        content="photo.png",
        params={"steps": 2},
        strength=0.5,
        regions=[{"mask": "mask.png", "styles": [{"picture": "style.png"}]}],
    )
    asked = velatura("stylize", "--request", job, "-o", desk / "a.png", *way)
    options = ("--region", f"{desk / 'mask.png'}={desk / 'style.png'}", "--set", "steps=2")
    said = velatura(
        "stylize", desk / "photo.png", "--engine", "identity", "--strength", "0.5", *options,
        "-o", desk / "b.png", *way,
    )  # fmt: skip
    assert (asked.code, said.code) == (0, 0), (asked, said)
    assert (desk / "a.png").read_bytes() == (desk / "b.png").read_bytes()
    again = velatura("repaint", desk / "a.png", *way)
    assert "The same bytes." in again.out


def test_a_window_is_written_alone(velatura: Velatura, desk: Path) -> None:
    job = written(desk, engine="identity", content="photo.png", window=[10, 20, 30, 40])
    outcome = velatura("stylize", "--request", job, "-o", desk / "part.png")
    assert outcome.code == 0, outcome
    whole, part = (np.asarray(Image.open(desk / name)) for name in ("photo.png", "part.png"))
    np.testing.assert_array_equal(part, whole[20:40, 10:30])


def test_one_file_serves_many_pictures(velatura: Velatura, desk: Path) -> None:
    job = written(desk, engine="identity", strength=0.5)
    outcome = velatura(
        "stylize",
        "--request",
        job,
        desk / "photo.png",
        desk / "style.png",
        "-o",
        desk / "out",
        "--json",
    )
    assert (outcome.code, outcome.json["painted"]) == (0, 2), outcome


def test_options_that_the_file_says_are_refused_beside_it(velatura: Velatura, desk: Path) -> None:
    job = written(desk, engine="identity", content="photo.png")
    outcome = velatura("stylize", "--request", job, "--strength", "0.5", "-o", desk / "out.png")
    assert "--strength" in outcome.complaint()

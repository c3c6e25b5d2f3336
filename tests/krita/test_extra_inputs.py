"""What an engine is given beside the layer and the styles."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from velatura_krita.model import request_builder
from velatura_krita.model.choices import Choices, StyleChoice, from_json, to_json
from velatura_krita.model.extra_inputs import asked, given, missing
from velatura_krita.model.input_choice import InputChoice
from velatura_krita.model.input_files import KEPT, InputFiles
from velatura_krita.model.preconditions import first_problem
from velatura_krita.model.state import State
from velatura_link.request import Pixels, StyleRef

START = {
    "name": "start",
    "kind": "raster",
    "title": "Picture to start from",
    "when": {"init": "picture"},
}
INIT = {"title": "Start from", "enum": ["noise", "picture"], "default": "noise", "type": "string"}
MANIFEST: dict[str, dict[str, Any]] = {
    "gatys": {
        "descriptor": {
            "title": "Gatys",
            "styles": ("picture", "code"),
            "inputs": [START],
            "preview": "glaze-live",
        },
        "schema": {"properties": {"init": INIT}},
        "common": {},
    },
    "flow": {
        "descriptor": {
            "title": "Flow",
            "styles": (),
            "inputs": [
                {"name": "flow", "kind": "raster", "title": "Optical flow", "required": True},
                {"name": "depth", "kind": "raster", "title": "Depth"},
                {"name": "state", "kind": "state", "title": "State"},
            ],
        },
        "schema": {},
        "common": {},
    },
}
LAYER = InputChoice("Thumbnail", node="{1}")
PLAIN = Choices(engine="gatys")
FROM_A_PICTURE = PLAIN.with_param("init", "picture")


def said(choices: Choices) -> str | None:
    obstacle = first_problem(MANIFEST, (), choices, State().name_of)
    return None if obstacle is None else obstacle.text


def test_an_input_is_asked_for_when_a_choice_needs_it() -> None:
    assert asked(MANIFEST, PLAIN) == ()
    assert [each.name for each in asked(MANIFEST, FROM_A_PICTURE)] == ["start"]
    assert asked(MANIFEST, Choices(engine="gone")) == ()
    # The state of a video is nothing that a person has.
    assert [each.name for each in asked(MANIFEST, Choices(engine="flow"))] == ["flow", "depth"]


def test_what_is_missing_is_said_in_one_sentence_before_anything_is_sent() -> None:
    assert said(PLAIN) is None
    assert said(FROM_A_PICTURE) == (
        "“Start from” is set to “Picture”, but “Picture to start from” is not chosen yet."
    )
    assert said(FROM_A_PICTURE.with_input("start", LAYER)) is None
    flow = Choices(engine="flow")
    assert said(flow) == "Flow needs “Optical flow”, which is not chosen yet."
    assert missing(MANIFEST, flow.with_input("flow", LAYER)) is None


def test_only_what_makes_a_difference_is_given() -> None:
    with_start = FROM_A_PICTURE.with_input("start", LAYER)
    assert given(MANIFEST, with_start) == {"start": LAYER}
    assert given(MANIFEST, with_start.with_param("init", "noise")) == {}
    assert given(MANIFEST, with_start.with_input("start", None)) == {}


def test_inputs_travel_with_the_choices() -> None:
    choices = FROM_A_PICTURE.with_input("start", InputChoice("Sea", file="ab.png"))
    choices = choices.with_input("other", InputChoice("3", value=3))
    assert from_json(to_json(choices)) == choices
    damaged = to_json(choices).replace('"file": "ab.png"', '"file": 3')
    assert [*from_json(damaged).engine_inputs] == ["other"]


def test_inputs_go_to_the_engine_that_they_are_for() -> None:
    manifest = {**MANIFEST, "glaze-live": MANIFEST["gatys"]}
    pixels = Pixels(bytes(16), 2, 2, 4, "u8")
    scene = request_builder.Scene(pixels, inputs={"start": pixels})
    choices = FROM_A_PICTURE.with_input("start", LAYER).with_styles((StyleChoice(name="sea"),))

    def find(style: StyleChoice) -> StyleRef:
        return StyleRef(name=style.name)

    assert request_builder.final(manifest, choices, scene, find).inputs == {"start": pixels}
    assert request_builder.live(manifest, choices, scene, find).inputs == {}


def test_files_are_kept_once_and_the_oldest_go(tmp_path: Path) -> None:
    files = InputFiles(tmp_path / "inputs")
    first = files.keep(b"picture", ".PNG")
    assert first.endswith(".png")
    assert files.keep(b"picture", ".png") == first
    assert bytes(files.read(first).view) == b"picture"
    os.utime(files.path(first), (0, 0))
    for number in range(KEPT):
        files.keep(bytes([number]), ".png")
    assert len(list(files.folder.iterdir())) == KEPT
    with pytest.raises(FileNotFoundError):
        files.read(first)
    with pytest.raises(FileNotFoundError):
        files.read("../../etc/passwd")

"""Presets of the daemon and values of arguments."""

from __future__ import annotations

from velatura_gimp.arguments import STRENGTH, STYLE, STYLE_FILE, Argument
from velatura_gimp.presets import preset_of, presets_for, title_of_preset, values_of_preset

STROKE = Argument("stroke", "double", "", "", 0.0, 0, 9, place="common", knob="stroke")
COATS = Argument("oil-coats", "int", "", "", 1, 0, 9, place="params", knob="coats")
ARGUMENTS = [STYLE, STYLE_FILE, STRENGTH, STROKE, COATS]
VALUES = {
    "style": "great-wave:2, scream",
    "style-file": None,
    "strength": 0.5,
    "stroke": 0.0,
    "oil-coats": 3,
}


def test_what_is_chosen_becomes_a_preset_and_comes_back() -> None:
    preset = preset_of("oil", ARGUMENTS, VALUES)
    assert preset == {
        "engine": "oil",
        "params": {"coats": 3},
        "common": {},
        "styles": [{"name": "great-wave", "weight": 2.0}, {"name": "scream", "weight": 1.0}],
        "strength": 0.5,
    }
    assert values_of_preset(preset, ARGUMENTS) == {
        "strength": 0.5,
        "style": "great-wave:2, scream:1",
        "style-file": None,
        "style-layer": None,
        "stroke": 0.0,
        "oil-coats": 3,
    }


def test_a_file_is_no_part_of_a_preset() -> None:
    assert "styles" not in preset_of("oil", ARGUMENTS, {**VALUES, "style-file": "/a.png"})


def test_presets_that_cannot_be_said_whole_are_not_offered() -> None:
    flat = {"name": "a", "engine": "oil", "styles": [{"name": "scream", "weight": 1}]}
    turned = {"name": "b", "engine": "oil", "styles": [{"name": "scream", "rotation": 90}]}
    parted = {"name": "c", "engine": "oil", "segments": 3}
    other = {"name": "d", "engine": "ink"}
    assert presets_for("oil", [flat, turned, parted, other]) == [flat]


def test_a_preset_is_called_as_the_person_wrote_it() -> None:
    assert title_of_preset({"name": "my-sea", "title": "My SEA"}) == "My SEA"
    assert title_of_preset({"name": "my-sea"}) == "My Sea"

"""Choices as presets."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from velatura_krita.model.choices import Choices, StyleChoice, WeightedStyle
from velatura_krita.model.presets import is_preset, preset_of, title_of_preset, without_knobs
from velatura_krita.model.style_view import StyleView

SCHEMA = {"properties": {"steps": {"type": "integer", "default": 40, "minimum": 1}}}
EVERY = {"properties": {"feather": {"type": "number", "default": 0.0, "minimum": 0}}}
MANIFEST: dict[str, dict[str, Any]] = {
    "gatys": {"descriptor": {}, "schema": SCHEMA, "common": EVERY}
}
PART = StyleView((0.0, 0.25, 0.5, 1.0), 90.0, 2.0)
CHOICES = Choices(
    engine="gatys",
    params={"gatys": {"steps": 9, "gone": 3}},
    common={"feather": 0.0},
    mixture=(
        WeightedStyle(StyleChoice(name="sea"), 1.5),
        WeightedStyle(StyleChoice(name="sky"), 0.5, PART),
    ),
    strength=0.75,
    seed=4,
)


def test_a_preset_has_what_differs_from_the_defaults_and_every_style_s_view() -> None:
    assert preset_of(MANIFEST, CHOICES) == {
        "engine": "gatys",
        "params": {"steps": 9},
        "common": {},
        "styles": [
            {"name": "sea", "weight": 1.5},
            {
                "name": "sky",
                "weight": 0.5,
                "crop": [0.0, 0.25, 0.5, 1.0],
                "rotation": 90.0,
                "scale": 2.0,
            },
        ],
        "strength": 0.75,
    }


def test_choices_are_the_preset_that_was_made_of_them_until_something_is_turned() -> None:
    preset = {"name": "mine", **preset_of(MANIFEST, CHOICES)}
    assert is_preset(MANIFEST, CHOICES, preset)
    assert is_preset(MANIFEST, replace(CHOICES, seed=5, output="group"), preset)
    assert not is_preset(MANIFEST, CHOICES.with_param("steps", 10), preset)
    assert not is_preset(MANIFEST, CHOICES.with_common("feather", 2.0), preset)
    assert not is_preset(MANIFEST, CHOICES.without(0), preset)
    assert is_preset(MANIFEST, CHOICES.with_param("steps", 10).with_preset(preset), preset)


def test_a_style_that_is_not_in_the_library_is_in_no_preset() -> None:
    waiting = CHOICES.with_styles((StyleChoice(file="wave.png"),))
    with pytest.raises(ValueError, match=r"wave\.png"):
        preset_of(MANIFEST, waiting)
    night = {"name": "mine", "engine": "gatys", "styles": [{"name": "sea"}]}
    assert not is_preset(MANIFEST, waiting, night)


def test_a_preset_is_called_as_the_person_wrote_it() -> None:
    assert title_of_preset({"name": "my-ol-look", "title": "My Öl Look"}) == "My Öl Look"
    assert title_of_preset({"name": "my-look", "title": ""}) == "My Look"
    assert title_of_preset({"name": "my-look"}) == "My Look"


def test_all_knobs_go_back_and_the_rest_stays() -> None:
    reset = without_knobs(CHOICES)
    assert (reset.engine_params, reset.common, reset.seed) == ({}, {}, 0)
    assert (reset.mixture, reset.strength) == (CHOICES.mixture, CHOICES.strength)


def test_a_preset_leaves_models_to_whoever_uses_it() -> None:
    model = StyleChoice(checkpoint="/models/mosaic.pth")
    choices = Choices(engine="gatys").with_styles((StyleChoice(name="sea"), model))
    assert [style["name"] for style in preset_of({}, choices)["styles"]] == ["sea"]

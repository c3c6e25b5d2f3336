"""The manifest as arguments, and their values as wishes."""

from __future__ import annotations

import re
from typing import Any

import pytest

from velatura.contract import manifest
from velatura_gimp.arguments import (
    Argument,
    RequestSpec,
    arguments_of,
    canonical,
    label_of,
    request_spec,
    shown_engines,
    styles_named,
)
from velatura_link.errors import LinkError


@pytest.fixture(scope="module")
def engines() -> manifest.Manifest:
    return manifest.build()


def entry(*, styles: tuple[str, ...] = ("picture",), **knobs: Any) -> dict[str, Any]:
    """An engine of these knobs."""
    return {
        "descriptor": {"styles": styles, "inputs": [], "title": "Oil"},
        "schema": {"properties": knobs},
        "common": {"properties": {}},
    }


def argument(made: list[Argument], name: str) -> Argument:
    return next(each for each in made if each.name == name)


def values(made: list[Argument], **others: Any) -> dict[str, Any]:
    given = {name.replace("_", "-"): value for name, value in others.items()}
    return {**{each.name: each.default for each in made}, **given}


def spec(
    made: list[Argument], *, selected: bool = False, masked: bool = False, **given: Any
) -> RequestSpec:
    return request_spec("oil", made, values(made, **given), selected=selected, masked=masked)


def test_hidden_engines_are_not_shown_and_the_default_one_is_first(
    engines: manifest.Manifest,
) -> None:
    shown = shown_engines(engines)
    assert shown[0] == "glaze"
    assert shown[1:] == sorted(shown[1:])
    assert "identity" not in shown


def test_every_knob_of_every_engine_is_an_argument(engines: manifest.Manifest) -> None:
    for name, about in engines.items():
        made = arguments_of(name, about)
        assert len({each.name for each in made}) == len(made)
        assert all(re.fullmatch("[a-z][a-z0-9-]*", each.name) for each in made)
        for place, schema in (("params", "schema"), ("common", "common")):
            knobs = {each.knob for each in made if each.place == place}
            assert knobs == set(about[schema]["properties"])


def test_kinds_ranges_units_and_choices_are_the_schemas() -> None:
    made = arguments_of(
        "oil",
        entry(
            wet={"type": "number", "minimum": 0, "maximum": 2, "default": 1.0, "title": "Wet"},
            coats={"type": "integer", "minimum": 1, "default": 3, "unit": "px", "title": "Coats"},
            dry={"type": "boolean", "default": False},
            brush={"type": "string", "enum": ["flat-round", "fan"], "default": "fan"},
            words={"type": "string", "default": "a"},
            odd={"anyOf": []},
        ),
    )
    wet, coats = argument(made, "wet"), argument(made, "coats")
    assert (wet.kind, wet.low, wet.high, wet.default) == ("double", 0, 2, 1.0)
    assert (coats.kind, coats.low, coats.high) == ("int", 1, 2**31 - 1)
    assert (coats.title, coats.label) == ("Coats", "Coats (px)")
    assert argument(made, "dry").kind == "boolean"
    choices = (("flat-round", "Flat round"), ("fan", "Fan"))
    assert argument(made, "brush").choices == choices
    assert argument(made, "words").kind == "string"
    assert "odd" not in {each.name for each in made}


def test_a_knob_with_a_taken_name_gets_its_engines() -> None:
    made = arguments_of("oil", entry(seed={"type": "integer", "default": 7}))
    assert argument(made, "oil-seed").knob == "seed"
    assert spec(made, seed=2, oil_seed=5)["params"] == {"seed": 5}
    assert spec(made, seed=2, oil_seed=5)["seed"] == 2


def test_an_engine_without_styles_has_no_arguments_for_them() -> None:
    made = arguments_of("dream", entry(styles=()))
    assert not [each for each in made if "style" in each.name]
    assert spec(made)["styles"] == []


def test_the_default_style_is_one_that_the_engine_takes(engines: manifest.Manifest) -> None:
    """Built-in styles are pictures and codes."""
    for name in shown_engines(engines):
        assert argument(arguments_of(name, engines[name]), "style").default == "starry-night"
    assert argument(arguments_of("oil", entry(styles=("bank",))), "style").default == ""


def test_inputs_that_are_pictures_are_layers(engines: manifest.Manifest) -> None:
    made = arguments_of("gatys", engines["gatys"])
    assert argument(made, "start").kind == "layer"
    assert spec(made, start=12)["inputs"] == {"start": {"layer": 12}}
    assert spec(made)["inputs"] == {}


def test_a_layer_goes_before_a_file_and_a_file_before_a_name() -> None:
    made = arguments_of("oil", entry())
    assert spec(made, style="scream:2, wave")["styles"] == [
        {"name": "scream", "weight": 2.0},
        {"name": "wave"},
    ]
    assert spec(made, style_file="/a.png")["styles"] == [{"file": "/a.png"}]
    assert spec(made, style_file="/a.png", style_layer=4)["styles"] == [{"layer": 4}]


def test_a_selection_takes_the_style_and_leaves_the_rest_to_another() -> None:
    made = arguments_of("oil", entry())
    alone = spec(made, selected=True, style="scream")
    assert alone["regions"] == [{"mask": "selection", "styles": [{"name": "scream"}]}]
    assert alone["styles"] == []
    assert spec(made, selected=True, rest_style="wave")["styles"] == [{"name": "wave"}]
    ignored = spec(made, selected=True, use_selection=False, style="scream", rest_style="wave")
    assert ignored["regions"] == []
    assert ignored["styles"] == [{"name": "scream"}]


def test_a_mask_is_a_region_where_there_is_one() -> None:
    made = arguments_of("oil", entry())
    region = {"mask": "layer-mask", "styles": [{"name": "wave"}]}
    assert spec(made, masked=True, mask_style="wave")["regions"] == [region]
    assert spec(made, masked=True)["regions"] == []
    assert spec(made, masked=False, mask_style="wave")["regions"] == []
    both = spec(made, selected=True, masked=True, mask_style="wave")
    assert [each["mask"] for each in both["regions"]] == ["selection", "layer-mask"]


def test_a_weight_must_be_a_number() -> None:
    with pytest.raises(LinkError, match="scream:much"):
        styles_named("wave, scream:much")


def test_a_label_names_each_style_once() -> None:
    styles = [{"file": "/home/ann/sea.v2.jpg"}, {"layer": 4}, {"name": "scream"}]
    regions = [{"mask": "selection", "styles": [{"name": "scream"}]}]
    label = label_of({"styles": styles, "regions": regions}, lambda layer: f"Layer {layer}")
    assert label == "Scream + Sea.v2 + Layer 4"


def test_names_are_those_that_gimp_allows() -> None:
    assert canonical("Style_Swap 2") == "style-swap-2"

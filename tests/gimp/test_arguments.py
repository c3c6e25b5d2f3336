"""The manifest as arguments, and their values as a request whose pixels are named."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest

from velatura.contract import manifest
from velatura_gimp.arguments import Argument
from velatura_gimp.engine_arguments import arguments_of, canonical
from velatura_gimp.request_spec import RequestSpec, label_of, request_spec, styles_named
from velatura_link.engines import shown_engines
from velatura_link.errors import LinkError


@pytest.fixture(scope="module")
def engines() -> manifest.Manifest:
    return manifest.build()


def entry(
    *, styles: tuple[str, ...] = ("picture",), facts: Mapping[str, Any] | None = None, **knobs: Any
) -> dict[str, Any]:
    """An engine of these knobs, whose descriptor says these ``facts``."""
    fewest = 1 if styles else 0
    return {
        "descriptor": {"styles": styles, "fewest_styles": fewest, "title": "Oil", **(facts or {})},
        "schema": {"properties": knobs},
        "common": {"properties": {}},
    }


def arguments(found: Mapping[str, Any], engine: str = "oil") -> list[Argument]:
    """The arguments of an engine with that entry in the manifest."""
    return arguments_of(engine, {engine: found})


def names(made: list[Argument]) -> list[str]:
    return [each.name for each in made]


def argument(made: list[Argument], name: str) -> Argument:
    return next(each for each in made if each.name == name)


def values(made: list[Argument], **others: Any) -> dict[str, Any]:
    given = {name.replace("_", "-"): value for name, value in others.items()}
    return {**{each.name: each.default for each in made}, **given}


def spec(
    made: list[Argument],
    *,
    engine: str = "oil",
    selected: bool = False,
    masked: bool = False,
    **given: Any,
) -> RequestSpec:
    return request_spec(engine, made, values(made, **given), selected=selected, masked=masked)


def test_hidden_engines_are_not_shown_and_the_default_one_is_first(
    engines: manifest.Manifest,
) -> None:
    shown = shown_engines(engines)
    assert shown[0] == "glaze"
    assert "identity" not in shown


def test_every_knob_of_every_engine_is_an_argument(engines: manifest.Manifest) -> None:
    for name, about in engines.items():
        made = arguments_of(name, engines)
        assert len({each.name for each in made}) == len(made)
        assert all(re.fullmatch("[a-z][a-z0-9-]*", each.name) for each in made)
        for place, schema in (("params", "schema"), ("common", "common")):
            knobs = {each.knob for each in made if each.place == place}
            assert knobs == set(about[schema]["properties"])


def test_kinds_ranges_units_and_choices_are_the_schemas() -> None:
    made = arguments(
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
    made = arguments(entry(seed={"type": "integer", "default": 7}))
    assert argument(made, "oil-seed").knob == "seed"
    assert spec(made, seed=2, oil_seed=5)["params"] == {"seed": 5}
    assert spec(made, seed=2, oil_seed=5)["seed"] == 2


def test_an_engine_without_styles_has_no_arguments_for_them() -> None:
    made = arguments(entry(styles=()), "dream")
    assert not [each for each in made if "style" in each.name]
    assert spec(made)["styles"] == []


def test_the_default_style_is_one_that_the_engine_takes(engines: manifest.Manifest) -> None:
    """Built-in styles are pictures and codes."""
    for name in shown_engines(engines):
        assert argument(arguments_of(name, engines), "style").default == "starry-night"
    optional = entry(facts={"fewest_styles": 0})
    assert argument(arguments(optional), "style").default == ""


def test_inputs_that_are_pictures_are_layers(engines: manifest.Manifest) -> None:
    made = arguments_of("gatys", engines)
    assert argument(made, "start").kind == "layer"
    assert spec(made, start=12)["inputs"] == {"start": {"layer": 12}}
    assert spec(made)["inputs"] == {}


def test_a_layer_goes_before_a_file_and_a_file_before_a_name() -> None:
    made = arguments(entry())
    assert spec(made, style="scream:2, wave")["styles"] == [
        {"name": "scream", "weight": 2.0},
        {"name": "wave"},
    ]
    assert spec(made, style_file="/a.png")["styles"] == [{"file": "/a.png"}]
    assert spec(made, style_file="/a.png", style_layer=4)["styles"] == [{"layer": 4}]


def test_a_selection_takes_the_style_and_leaves_the_rest_to_another() -> None:
    made = arguments(entry())
    alone = spec(made, selected=True, style="scream")
    assert alone["regions"] == [{"mask": "selection", "styles": [{"name": "scream"}]}]
    assert alone["styles"] == []
    assert spec(made, selected=True, rest_style="wave")["styles"] == [{"name": "wave"}]
    ignored = spec(made, selected=True, use_selection=False, style="scream", rest_style="wave")
    assert ignored["regions"] == []
    assert ignored["styles"] == [{"name": "scream"}]


def test_a_mask_is_a_region_where_there_is_one() -> None:
    made = arguments(entry())
    region = {"mask": "layer-mask", "styles": [{"name": "wave"}]}
    assert spec(made, masked=True, mask_style="wave")["regions"] == [region]
    assert spec(made, masked=True)["regions"] == []
    assert spec(made, masked=False, mask_style="wave")["regions"] == []
    both = spec(made, selected=True, masked=True, mask_style="wave")
    assert [each["mask"] for each in both["regions"]] == ["selection", "layer-mask"]


REGIONS = {"rest-style", "mask-style"}
PICTURES = {"style", "style-file", "style-layer"}


@pytest.mark.parametrize(
    ("kinds", "asked"),
    [
        (("picture", "code"), PICTURES | REGIONS),
        (("code",), PICTURES - {"style-layer"} | REGIONS),
        (("checkpoint",), {"checkpoint", "model"} | REGIONS),
        (("bank",), {"checkpoint", "model", "style-index"} | REGIONS),
        (("pair",), {"style-file", "style-layer", "before-file", "before-layer"}),
    ],
)
def test_what_is_asked_about_styles_is_what_the_engine_takes(
    kinds: tuple[str, ...], asked: set[str]
) -> None:
    made = arguments(entry(styles=kinds))
    others = {"strength", "use-selection", "seed", "source", "output"}
    assert set(names(made)) - others == asked


def test_a_models_file_goes_before_its_name_and_an_index_with_both() -> None:
    made = arguments(entry(styles=("bank",)))
    assert spec(made, model="cubists")["styles"] == [{"index": 0, "model": "cubists"}]
    both = spec(made, model="cubists", checkpoint="/a.pth", style_index=2)["styles"]
    assert both == [{"file": "/a.pth", "index": 2}]
    mixed = spec(made, model="cubists#3:2, naive", style_index=1)["styles"]
    assert mixed == [
        {"model": "cubists", "index": 3, "weight": 2.0},
        {"model": "naive", "index": 1},
    ]
    single = arguments(entry(styles=("checkpoint",)))
    assert spec(single, checkpoint="/a.pth")["styles"] == [{"file": "/a.pth"}]


def test_a_region_of_a_model_engine_names_a_model() -> None:
    made = arguments(entry(styles=("checkpoint",)))
    found = spec(made, masked=True, model="cubists", mask_style="naive")
    assert found["regions"] == [{"mask": "layer-mask", "styles": [{"model": "naive"}]}]


def test_a_pair_has_what_was_there_before() -> None:
    made = arguments(entry(styles=("pair",)))
    found = spec(made, style_file="/after.png", before_file="/before.png")
    assert found["styles"] == [{"file": "/after.png", "before": {"file": "/before.png"}}]
    layers = spec(made, style_layer=3, before_file="/before.png", before_layer=4)
    assert layers["styles"] == [{"layer": 3, "before": {"layer": 4}}]


def test_an_engine_without_content_is_asked_for_a_size() -> None:
    made = arguments(entry(styles=(), facts={"content": "none"}))
    assert set(names(made)) == {"use-selection", "width", "height", "seed", "output"}
    found = spec(made, selected=True, width=64, height=48)
    assert found["size"] == [64, 48]
    assert found["regions"] == []
    assert "strength" not in found
    assert [value for value, _ in argument(made, "output").choices] == ["new-layer", "new-image"]


def test_an_engine_that_can_do_without_content_is_asked_whether_it_should() -> None:
    made = arguments(entry(facts={"content": "optional"}))
    assert spec(made, source="nothing", width=64, height=48)["size"] == [64, 48]
    over = spec(made, width=64, height=48)
    assert "size" not in over
    assert over["strength"] == 1.0


def test_every_kind_of_input_can_be_given_but_a_state() -> None:
    kinds = ("raster", "flow", "file", "number", "text", "state")
    inputs = [{"name": f"a-{kind}", "kind": kind, "title": kind} for kind in kinds]
    made = arguments(entry(facts={"inputs": inputs}))
    given = [each for each in made if each.place == "inputs"]
    assert [each.kind for each in given] == ["layer", "layer", "file", "string", "string"]
    found = spec(made, a_raster=3, a_flow=4, a_file="/a", a_number="2.5")
    assert found["inputs"] == {
        "a-raster": {"layer": 3},
        "a-flow": {"layer": 4},
        "a-file": {"file": "/a"},
        "a-number": "2.5",
    }


def test_outputs_beside_the_picture_are_offered(engines: manifest.Manifest) -> None:
    made = arguments_of("nearest", engines)
    assert argument(made, "add-provenance").kind == "boolean"
    outputs = [
        {"name": "picture", "kind": "raster", "title": "Picture"},
        {"name": "code", "kind": "file", "title": "Style code", "suffix": "code"},
        {"name": "state", "kind": "state", "title": "State"},
    ]
    made = arguments(entry(facts={"outputs": outputs}))
    assert [each.kind for each in made if each.place == "outputs"] == ["save"]


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

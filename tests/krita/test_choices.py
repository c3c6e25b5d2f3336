"""Choices as they travel in settings and documents, and what becomes of them on the wire."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from velatura_krita.model import history, request_builder
from velatura_krita.model.choices import (
    Choices,
    RegionChoice,
    StyleChoice,
    WeightedStyle,
    from_json,
    to_json,
)
from velatura_krita.model.history import Entry, with_entry
from velatura_krita.model.input_choice import InputChoice
from velatura_krita.model.style_view import PLAIN, StyleView
from velatura_link.request import EncodedFile, Pixels, StyleRef

NIGHT, WAVE = StyleChoice(name="starry-night"), StyleChoice(file="wave.png")
PART = StyleView((0.0, 0.25, 0.5, 1.0), 90.0, 2.0)
CHOICES = Choices(
    engine="gatys",
    params={"gatys": {"steps": 9, "even": True}, "adain": {"alpha": 0.5}},
    common={"colours": "luminance", "stroke": 8.0},
    mixture=(WeightedStyle(NIGHT, 1.5), WeightedStyle(WAVE, 0.5, PART)),
    strength=0.75,
    seed=4,
    regions=(
        RegionChoice("Sky", NIGHT, node="{1}", strength=0.5),
        RegionChoice("Selection 2", WAVE, bounds=(1, -2, 3, 4), kept="abc", view=PART),
    ),
    output="group",
)


def test_choices_come_back_as_they_were() -> None:
    assert from_json(to_json(CHOICES)) == CHOICES


def test_models_pairs_and_outputs_travel_too() -> None:
    pair = StyleView(before=InputChoice("Photo", file="ab.png"))
    models = (StyleChoice(model="candy"), StyleChoice(checkpoint="/models/mosaic.pth"))
    choices = replace(
        CHOICES,
        mixture=(
            WeightedStyle(models[0], 1.0, StyleView(index=2)),
            WeightedStyle(models[1], 1.0),
            WeightedStyle(NIGHT, 1.0, pair),
        ),
        regions=(RegionChoice("Sky", models[1], node="{1}", view=StyleView(index=1)),),
        source="canvas",
    )
    choices = choices.with_extra("provenance", True).with_extra("edges", True)
    assert from_json(to_json(choices)) == choices
    assert choices.with_extra("provenance", False).engine_extras == ("edges",)
    two_places = json.dumps({"version": 1, "styles": [{"name": "a", "model": "b"}]})
    assert from_json(two_places).mixture == ()


@pytest.mark.parametrize(("most", "left"), [(0, 3), (1, 1), (2, 2)])
def test_of_more_styles_than_there_may_be_the_last_stay(most: int, left: int) -> None:
    third = StyleChoice(name="third")
    made = CHOICES.with_styles((NIGHT, WAVE, third)).at_most(most)
    assert made.styles == (NIGHT, WAVE, third)[-left:]
    assert sum(each.weight for each in made.mixture) == pytest.approx(left)


def test_what_was_saved_before_there_were_weights_is_an_even_mixture() -> None:
    text = (
        '{"version": 1, "styles": [{"name": "starry-night", "file": null}, {"name": null, "file": "wave.png"}],'
        ' "regions": [{"title": "Sky", "style": {"name": "starry-night", "file": null}, "node": "{1}",'
        ' "bounds": null, "kept": "", "strength": 0.5}]}'
    )
    read = from_json(text)
    assert read.mixture == (WeightedStyle(NIGHT), WeightedStyle(WAVE))
    assert read.regions == (RegionChoice("Sky", NIGHT, node="{1}", strength=0.5),)


@pytest.mark.parametrize("weight", [0, -1, "2", True, None, float("inf"), 1e300])
def test_a_weight_that_cannot_be_is_one_part(weight: object) -> None:
    text = json.dumps({"version": 1, "styles": [{"name": "starry-night", "weight": weight}]})
    assert from_json(text).mixture == (WeightedStyle(NIGHT),)


def test_styles_that_stay_keep_their_proportions_and_a_new_one_is_one_of_many() -> None:
    third = StyleChoice(name="third")
    more = CHOICES.with_styles((WAVE, third, NIGHT), {third: StyleView(rotation=45.0), WAVE: PLAIN})
    assert more.mixture == (*CHOICES.mixture, WeightedStyle(third, 1.0, StyleView(rotation=45.0)))
    fewer = more.with_styles((NIGHT, third))
    assert fewer.mixture == (
        WeightedStyle(NIGHT, 1.2),
        WeightedStyle(third, 0.8, StyleView(rotation=45.0)),
    )
    assert fewer.without(1).mixture == (WeightedStyle(NIGHT),)


def test_shares_are_dragged_and_evened() -> None:
    shares = [each.weight / 2 for each in CHOICES.with_share(1, 0.4).mixture]
    assert shares == pytest.approx([0.6, 0.4])
    assert [each.weight for each in CHOICES.evened().mixture] == [1.0, 1.0]
    assert CHOICES.with_share(1, 0.4).mixture[1].view == PART


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        '{"version": 99}',
        '{"version": 1, "engine": 3, "strength": "x", "styles": [1, {"name": 2}], "regions": [{}]}',
        '{"version": 1, "params": [], "common": 1, "output": "file", "seed": null}',
        '{"version": 1, "styles": [{"name": "a", "file": "b"}], "regions": 4}',
    ],
)
def test_what_cannot_be_understood_is_left_at_its_default(text: str) -> None:
    assert from_json(text) == Choices()


def test_strength_from_outside_is_held_in_range() -> None:
    assert from_json('{"version": 1, "strength": 7}').strength == 1.0


def test_every_engine_remembers_its_own_knobs() -> None:
    changed = replace(CHOICES.with_param("steps", 2), engine="adain").with_param("alpha", 0.1)
    assert changed.params == {"gatys": {"steps": 2, "even": True}, "adain": {"alpha": 0.1}}


def test_a_preset_turns_every_knob_that_it_names() -> None:
    preset = {
        "name": "dusk",
        "engine": "adain",
        "params": {"alpha": 0.2},
        "common": {"stroke": 3.0},
        "styles": [
            {"name": "scream", "weight": 6.0, "crop": [0.0, 0.25, 0.5, 1.0], "scale": 2.0},
            {"name": "scream", "weight": 2.0, "rotation": -90.0},
        ],
        "strength": 0.4,
    }
    used = CHOICES.with_preset(preset)
    assert (used.engine, used.engine_params, used.strength) == ("adain", {"alpha": 0.2}, 0.4)
    assert used.common == {"stroke": 3.0}
    scream = StyleChoice(name="scream")
    assert used.mixture == (
        WeightedStyle(scream, 1.5, StyleView((0.0, 0.25, 0.5, 1.0), scale=2.0)),
        WeightedStyle(scream, 0.5, StyleView(rotation=270.0)),
    )
    assert used.regions == CHOICES.regions


def test_a_preset_without_styles_leaves_those_that_are_chosen() -> None:
    assert CHOICES.with_preset({"name": "x", "engine": None}).mixture == CHOICES.mixture


def test_history_comes_back_and_forgets_the_oldest() -> None:
    entries: tuple[Entry, ...] = ()
    for number in range(history.KEPT + 3):
        entries = with_entry(entries, Entry(f"{number}", CHOICES, b"png", when=float(number)))
    assert len(entries) == history.KEPT
    assert entries[0].title == str(history.KEPT + 2)
    assert history.from_text(history.to_text(entries)) == entries


@pytest.mark.parametrize("text", ["", "{}", "[1]", '[{"title": "x"}]', "null"])
def test_a_damaged_history_is_empty(text: str) -> None:
    assert history.from_text(text) == ()


NUMBER = {"type": "number", "minimum": 0.0, "maximum": 512.0, "default": 0.0}
TREATMENT = {"properties": {"stroke": {**NUMBER, "unit": "px", "scales": True}}}


def _engine(name: str, **descriptor: Any) -> dict[str, Any]:
    facts = {
        "name": name,
        "content": "required",
        "styles": ["picture", "code"],
        "fewest_styles": 1,
        "hidden": False,
        "preview": "glaze-live",
    }
    knobs = {"properties": {"steps": {"type": "integer", "default": 40}}}
    return {"descriptor": {**facts, **descriptor}, "schema": knobs, "common": TREATMENT}


MANIFEST = {
    "dream": _engine("dream", fewest_styles=0, styles=[], preview=""),
    "glaze": _engine("glaze", rank=10),
    "glaze-live": _engine("glaze-live", duration="instant", preview=""),
    "identity": _engine("identity", hidden=True),
    "texture": _engine("texture", content="none"),
}


def _found(style: StyleChoice) -> StyleRef:
    if style.name:
        return StyleRef(name=style.name)
    return StyleRef(picture=EncodedFile(b"file"))


def _scene(**facts: Any) -> request_builder.Scene:
    return request_builder.Scene(Pixels(bytes(16), 2, 2, 4, "u8"), **facts)


def _mask() -> Pixels:
    return Pixels(b"\xff" * 4, 2, 2, 1, "u8", "linear")


def test_where_no_engine_is_chosen_it_is_the_first_of_the_daemon_s() -> None:
    assert request_builder.with_engine({}, Choices()).engine == ""
    assert request_builder.with_engine(MANIFEST, Choices()).engine == "glaze"
    assert request_builder.with_engine(MANIFEST, Choices(engine="dream")).engine == "dream"


@pytest.mark.parametrize(
    ("content", "source", "made"),
    [
        ("required", "frames", "frames"),
        ("required", "canvas", "layer"),
        ("optional", "canvas", "canvas"),
        ("optional", "visible", "visible"),
        ("none", "layer", "canvas"),
    ],
)
def test_an_engine_is_given_what_it_can_paint_from(content: str, source: Any, made: str) -> None:
    manifest = {"texture": _engine("texture", content=content)}
    choices = Choices(engine="texture", source=source, output="in-place")
    able = request_builder.with_source(manifest, choices)
    assert able.source == made
    # A new picture takes no layer's place.
    assert able.output == ("layer" if made == "canvas" else "in-place")


def test_a_new_picture_is_asked_for_by_its_size() -> None:
    choices = Choices(engine="texture", mixture=(WeightedStyle(NIGHT),), source="canvas")
    scene = request_builder.Scene(None, size=(30, 20))
    request = request_builder.final(MANIFEST, choices, scene, _found)
    assert (request.content, request.size) == (None, (30, 20))
    assert [style.name for style in request.styles] == ["starry-night"]


def test_an_engine_without_styles_gets_none() -> None:
    choices = replace(CHOICES, engine="dream", regions=CHOICES.regions[1:])
    request = request_builder.final(MANIFEST, choices, _scene(masks=[_mask()]), _found)
    assert (request.styles, request.regions) == ((), ())


MODEL = StyleChoice(checkpoint="/models/mosaic.pth")
BEFORE = InputChoice("Photo", node="{2}")


def test_a_model_goes_with_its_number_and_a_pair_with_its_other_half() -> None:
    bank = {"bank": _engine("bank", styles=["checkpoint", "bank"])}
    choices = Choices(
        engine="bank", mixture=(WeightedStyle(MODEL, 1.0, StyleView(rotation=9.0, index=3)),)
    )

    def model(style: StyleChoice) -> StyleRef:
        assert style == MODEL
        return StyleRef(file=EncodedFile(b"weights"))

    (sent,) = request_builder.final(bank, choices, _scene(), model).styles
    assert (sent.index, sent.rotation) == (3, 0.0)
    single = {"bank": _engine("bank", styles=["checkpoint"])}
    assert request_builder.final(single, choices, _scene(), model).styles[0].index is None

    pixels = Pixels(bytes(16), 2, 2, 4, "u8")
    scene = _scene(befores={BEFORE: pixels})
    choices = Choices(engine="pair", mixture=(WeightedStyle(NIGHT, 1.0, StyleView(before=BEFORE)),))
    for styles, before in ((["pair"], pixels), (["picture"], None)):
        manifest = {"pair": _engine("pair", styles=styles)}
        assert request_builder.final(manifest, choices, scene, _found).styles[0].before is before


def test_there_is_a_preview_where_some_engine_can_paint_one() -> None:
    night = Choices(engine="glaze", mixture=(WeightedStyle(NIGHT),))
    previewing = request_builder.previewing_engine
    assert previewing(MANIFEST, night) == "glaze-live"
    assert previewing(MANIFEST, replace(night, engine="glaze-live")) == "glaze-live"
    assert previewing(MANIFEST, replace(night, engine="dream")) is None
    # Nothing to paint in, nothing to paint over, nothing that it can read.
    assert previewing(MANIFEST, replace(night, mixture=())) is None
    assert previewing(MANIFEST, replace(night, engine="texture")) is None
    model = replace(night, engine="model", mixture=(WeightedStyle(MODEL),))
    models = {**MANIFEST, "model": _engine("model", styles=["checkpoint"])}
    assert previewing(models, model) is None
    models["model"] = _engine("model", styles=["checkpoint"], duration="instant", preview="")
    assert previewing(models, model) == "model"
    # Its own preview is another without what only Apply reads.
    given = [{"name": "start", "kind": "raster"}]
    manifest = {"self": _engine("self", duration="instant", preview="", inputs=given)}
    choices = replace(night, engine="self")
    assert previewing(manifest, choices) == "self"
    assert previewing(manifest, choices.with_input("start", BEFORE)) is None


def test_what_takes_long_is_said_by_the_engine() -> None:
    choices = Choices(engine="glaze-live")
    assert not request_builder.takes_long(MANIFEST, choices, 640 * 480)
    assert request_builder.takes_long(MANIFEST, choices, 4000 * 3000)
    assert request_builder.takes_long(MANIFEST, replace(choices, engine="glaze"), 640 * 480)


def test_a_wish_has_what_was_chosen() -> None:
    choices = Choices(
        engine="glaze",
        params={"glaze": {"steps": 3}},
        mixture=(WeightedStyle(NIGHT),),
        strength=0.5,
        seed=7,
    )
    request = request_builder.final(MANIFEST, choices, _scene(), _found)
    assert (request.engine, request.params, request.strength) == ("glaze", {"steps": 3}, 0.5)
    assert [style.name for style in request.styles] == ["starry-night"]
    assert request.seed == 7


def test_weights_and_views_go_along() -> None:
    choices = replace(CHOICES, engine="glaze", regions=CHOICES.regions[1:])
    request = request_builder.final(MANIFEST, choices, _scene(masks=[_mask()]), _found)
    night, wave = request.styles
    assert (night.weight, night.crop, night.rotation, night.scale) == (1.5, None, 0.0, 1.0)
    assert (wave.weight, wave.crop, wave.rotation, wave.scale) == (0.5, PART.crop, 90.0, 2.0)
    (part,) = request.regions[0].styles
    assert (part.weight, part.crop, part.rotation, part.scale) == (1.0, PART.crop, 90.0, 2.0)
    quick = request_builder.live(MANIFEST, choices, _scene(masks=[_mask()], scale=0.5), _found)
    assert [each.crop for each in quick.styles] == [None, PART.crop]


def test_a_selection_limits_all_that_is_painted() -> None:
    mask = _mask()
    request = request_builder.final(
        MANIFEST,
        Choices(engine="glaze", mixture=(WeightedStyle(NIGHT),)),
        _scene(selection=mask),
        _found,
    )
    assert request.styles == ()
    assert request.regions[0].mask is mask
    assert request.regions[0].styles[0].name == "starry-night"


def test_a_region_that_is_gone_is_left_out() -> None:
    choices = replace(CHOICES, engine="glaze")
    request = request_builder.final(MANIFEST, choices, _scene(masks=[None, _mask()]), _found)
    assert len(request.regions) == 1
    assert request.regions[0].styles[0].picture is not None


def test_the_preview_is_painted_by_the_quick_engine_in_its_own_size() -> None:
    choices = Choices(engine="glaze", mixture=(WeightedStyle(NIGHT),), common={"stroke": 40.0})
    request = request_builder.live(MANIFEST, choices, _scene(scale=0.25), _found)
    assert request.engine == "glaze-live"
    assert request.common == {"stroke": 10.0}


def test_the_preview_has_the_knobs_that_both_engines_have() -> None:
    quick = {**MANIFEST["glaze-live"], "schema": {"properties": {"grain": NUMBER}}}
    both = {"properties": {"grain": NUMBER, "polish": NUMBER}}
    manifest = {"glaze": {**MANIFEST["glaze"], "schema": both}, "glaze-live": quick}
    knobs = {"glaze": {"grain": 2.5, "polish": 12.0}, "glaze-live": {"grain": 7.0}}
    choices = Choices(engine="glaze", mixture=(WeightedStyle(NIGHT),), params=knobs)
    assert request_builder.live(manifest, choices, _scene(), _found).params == {"grain": 2.5}
    assert request_builder.final(manifest, choices, _scene(), _found).params == knobs["glaze"]


def test_a_result_is_called_after_its_styles() -> None:
    def name(style: StyleChoice) -> str:
        return style.name or "Wave"

    even = replace(CHOICES.evened(), regions=CHOICES.regions[:1])
    assert request_builder.title_of({}, even, name) == "starry-night + Wave — gatys"
    assert request_builder.title_of({}, CHOICES, name) == "starry-night 75 % + Wave 25 % — gatys"
    assert request_builder.title_of({}, Choices(engine="dream"), lambda style: "") == "dream"

"""A recipe survives being written and read; what is none is refused with one sentence."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from typing import Any

import pytest

from velatura_link.recipe import (
    LARGEST,
    BadRecipe,
    Recipe,
    RecipeRegion,
    RecipeStyle,
    Source,
    from_described,
    from_json,
)
from velatura_link.recipe_differences import differences

CONTENT = Source(check="0123abcd", width=64, height=48, channels=3, depth="u8", transfer="srgb")
WAVE = RecipeStyle(Source(digest="a" * 64, name="great-wave", title="Great Wave"), "code", 2.0)
PAINTING = RecipeStyle(
    Source(digest="b" * 64, path="../art/painting.jpg"),
    crop=(0.0, 0.25, 0.5, 1.0),
    rotation=90.0,
    scale=1.5,
    mask=replace(CONTENT, channels=1),
)
RECIPE = Recipe(
    engine="glaze",
    velatura="0.1.0",
    code="c0de",
    params={"grain": 1.0, "polish": 0, "bold": False, "mode": "soft"},
    common={"stroke": 0.0, "colours": "none"},
    content=replace(CONTENT, path="photo.jpg", long=64),
    styles=(WAVE, PAINTING),
    regions=(RecipeRegion(replace(CONTENT, channels=1, colour="#0000ff"), (WAVE,), 0.5),),
    segments=3,
    inputs={"start": CONTENT, "sharpness": 0.5},
    strength=0.0,
    seed=7,
    stop_after=12,
    weights={"glaze": "d" * 64},
    device="processor",
    dtype="float32",
    torch="2.11.0",
    tile=1024,
)


@pytest.mark.parametrize(
    "recipe",
    [RECIPE, Recipe("identity"), Recipe("dream", size=(64, 48), depth="f16", transfer="linear")],
)
def test_what_is_written_is_read_again(recipe: Recipe) -> None:
    assert from_json(recipe.to_json()) == recipe
    assert from_json(recipe.to_json().encode()) == recipe
    assert from_described(recipe.described()) == recipe


def test_what_says_nothing_is_left_out() -> None:
    assert Recipe("identity").described() == {"format": 1, "engine": "identity"}


def test_keys_of_a_later_version_are_ignored() -> None:
    found = {**RECIPE.described(), "mood": "blue"}
    found["styles"][0]["mood"] = "blue"
    assert from_described(found) == RECIPE


def test_what_detail_was_before_pictures_were_painted_in_levels_is_the_finest_size() -> None:
    former = replace(RECIPE, common={"stroke": 0.0, "detail": 1024}).to_json()
    assert from_json(former).common == {"stroke": 0.0, "finest": 1024}
    present = replace(RECIPE, common={"detail": 0.25, "finest": 1024})
    assert from_json(present.to_json()) == present


def test_another_format_is_named() -> None:
    with pytest.raises(
        BadRecipe, match=r"out\.png holds a recipe of format 2; this Velatura reads 1"
    ):
        from_json('{"format": 2, "engine": "glaze"}', "out.png")


def damaged(**changes: Any) -> str:
    return json.dumps({**RECIPE.described(), **changes})


@pytest.mark.parametrize(
    "text",
    [
        "", "no JSON", "[]", "7", "null", "{}", '{"format": 1}', '{"format": true, "engine": "x"}',
        "[" * 100_000, '{"a":' * 100_000, "9" * 10_000, " " * (LARGEST + 1),
        damaged(engine=7), damaged(engine="a\u0000b"), damaged(engine="x" * 5000),
        damaged(params=[]), damaged(params={"a": {}}), damaged(params={"a": float("nan")}),
        damaged(params={"a": float("inf")}), damaged(params={"a": None}),
        damaged(styles={}), damaged(styles=[7]), damaged(styles=[{}]), damaged(styles=[{"source": 7}]),
        damaged(styles=[WAVE.source.name]), damaged(styles=[{"source": {}}] * 5000),
        damaged(styles=[{"source": {}, "weight": 0}]), damaged(styles=[{"source": {}, "weight": "1"}]),
        damaged(styles=[{"source": {}, "crop": [0, 0, 1]}]),
        damaged(styles=[{"source": {}, "crop": [1, 0, 0, 1]}]),
        damaged(styles=[{"source": {"digest": "x" * 64}}]),
        damaged(styles=[{"source": {"digest": "../../etc/passwd"}}]),
        damaged(content={"path": "a\nb"}), damaged(content={"width": -1}), damaged(content=7),
        damaged(content={"width": 1e9}), damaged(content={"check": "123"}),
        damaged(regions=[{"styles": []}]), damaged(strength=2), damaged(strength=True),
        damaged(seed=-1), damaged(seed=1 << 80), damaged(seed=1.5), damaged(segments=65),
        damaged(size=[1]), damaged(size=7), damaged(weights={"glaze": "short"}),
        damaged(inputs={"start": []}),
    ],
)  # fmt: skip
def test_what_is_no_recipe_is_one_sentence(text: str) -> None:
    with pytest.raises(BadRecipe) as caught:
        from_json(text, "out.png")
    assert caught.value.message.startswith("out.png ")
    assert caught.value.message.endswith(".")
    assert "\n" not in caught.value.message


def test_nothing_is_different_between_a_recipe_and_itself() -> None:
    assert differences(RECIPE, RECIPE) == []
    elsewhere = replace(RECIPE, content=replace(CONTENT, path="moved/photo.jpg"))
    assert differences(RECIPE, elsewhere) == []


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"engine": "adain"}, "The engine is adain instead of glaze."),
        ({"velatura": "0.2.0"}, "It was painted with Velatura 0.1.0; this is 0.2.0."),
        ({"code": "other"}, "Velatura's engines have changed since it was painted."),
        ({"params": {**RECIPE.params, "polish": 9}}, "Polish is 9 instead of 0."),
        ({"seed": 8}, "Seed is 8 instead of 7."),
        ({"content": replace(CONTENT, check="f" * 8)}, "The content has changed."),
        (
            {"content": replace(CONTENT, width=65)},
            "The content has 65 × 48 pixels instead of 64 × 48.",
        ),
        (
            {"styles": (replace(WAVE, source=replace(WAVE.source, digest="e" * 64)), PAINTING)},
            "The style “great-wave” has changed.",
        ),
        (
            {"styles": (WAVE, replace(PAINTING, rotation=0.0))},
            "The rotation of “painting.jpg” is 0.0 instead of 90.0.",
        ),
        ({"styles": (WAVE,)}, "The number of styles is 1 instead of 2."),
        (
            {"weights": {"glaze": "e" * 64}},
            "The weights glaze are different (dddddddddddd… then, eeeeeeeeeeee… now).",
        ),
        ({"device": "a GPU"}, "It was painted on processor, now on a GPU."),
        ({"dtype": "bfloat16"}, "It was painted in float32, now in bfloat16."),
        ({"tile": None}, "It was cut into tiles of 1024 pixels, now of any size."),
    ],
)
def test_a_difference_is_named(changes: dict[str, Any], sentence: str) -> None:
    assert differences(RECIPE, replace(RECIPE, **changes)) == [sentence]


def test_no_fact_of_a_recipe_is_overlooked() -> None:
    """A new fact must have a say in what is different, or a reason here."""
    seen = set()
    others = Recipe(
        engine="glaze", velatura="9", code="9", params={"x": 1}, common={"x": 1}, content=None,
        size=(1, 1), depth="f16", transfer="linear", styles=(), regions=(), segments=9,
        inputs={"x": 1}, strength=0.9, seed=9,
        stop_after=9, weights={"glaze": "9" * 64}, device="9", dtype="9", torch="9", tile=9,
    )  # fmt: skip
    for each in fields(Recipe):
        if differences(RECIPE, replace(RECIPE, **{each.name: getattr(others, each.name)})):
            seen.add(each.name)
    assert {each.name for each in fields(Recipe)} - seen == {"engine"}

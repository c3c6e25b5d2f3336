"""What keeps a wish from being painted."""

from __future__ import annotations

from typing import Any

import pytest

from velatura_krita.model.choices import Choices, RegionChoice, StyleChoice
from velatura_krita.model.input_choice import InputChoice
from velatura_krita.model.preconditions import first_problem, paints_from_pictures
from velatura_krita.model.state import State
from velatura_krita.model.style_view import StyleView

MANIFEST: dict[str, dict[str, Any]] = {
    "glaze": {"descriptor": {"styles": ("picture", "code"), "fewest_styles": 1, "title": "Glaze"}},
    "gatys": {"descriptor": {"styles": ("picture",), "fewest_styles": 1, "title": "Gatys"}},
    "identity": {"descriptor": {"styles": ()}},
    "johnson": {"descriptor": {"styles": ("checkpoint",), "fewest_styles": 1, "title": "Johnson"}},
    "pair": {"descriptor": {"styles": ("pair",), "fewest_styles": 1, "title": "Pair"}},
    "one": {"descriptor": {"styles": ("picture",), "most_styles": 1, "title": "One"}},
    "two": {"descriptor": {"styles": ("picture",), "fewest_styles": 2, "title": "Two"}},
}
STYLES = ({"name": "scream", "kind": "code"}, {"name": "sea", "kind": "picture"})
SCREAM, SEA, FILE = StyleChoice(name="scream"), StyleChoice(name="sea"), StyleChoice(file="a.png")


def said(choices: Choices) -> str | None:
    obstacle = first_problem(MANIFEST, STYLES, choices, State().name_of)
    return None if obstacle is None else obstacle.text


@pytest.mark.parametrize("engine", ["gatys", "glaze"])
def test_a_style_is_needed_by_engines_that_paint_from_one(engine: str) -> None:
    assert said(Choices(engine=engine)) == "No style is chosen."
    assert said(Choices(engine="identity")) is None


def test_a_code_is_no_picture_to_imitate() -> None:
    assert paints_from_pictures(MANIFEST, "gatys")
    assert not any(paints_from_pictures(MANIFEST, each) for each in ("glaze", "identity", "gone"))
    chosen = Choices(engine="gatys").with_styles((SEA, SCREAM))
    assert said(chosen) == (
        "Gatys needs a picture to imitate, and the style “Scream” is a code without one."
    )
    region = RegionChoice("Sky", SCREAM, node="{1}")
    assert "Scream" in (said(Choices(engine="gatys", regions=(region,))) or "")
    assert said(Choices(engine="gatys").with_styles((SEA, FILE))) is None
    assert said(Choices(engine="glaze").with_styles((SCREAM,))) is None


MODEL = StyleChoice(checkpoint="/models/mosaic.pth")


def test_a_model_is_no_picture_and_a_picture_no_model() -> None:
    assert said(Choices(engine="johnson").with_styles((MODEL,))) is None
    assert said(Choices(engine="johnson").with_styles((SEA,))) == (
        "Johnson needs a trained model as its style, and “Sea” is not one."
    )
    assert said(Choices(engine="glaze").with_styles((SEA, MODEL))) == (
        "Glaze needs a picture as its style, and “Mosaic” is a model."
    )
    nothing = first_problem(MANIFEST, STYLES, Choices(engine="johnson"), State().name_of)
    assert nothing is not None
    assert nothing.hint == "Choose a model in the library, or add one's file with +."


def test_half_a_pair_is_not_enough() -> None:
    half = Choices(engine="pair").with_styles((SEA,))
    assert said(half) == "Pair needs the picture from which “Sea” was painted."
    before = StyleView(before=InputChoice("Photo", node="{1}"))
    assert said(Choices(engine="pair").with_styles((SEA,), {SEA: before})) is None


def test_there_are_as_many_styles_as_the_engine_takes() -> None:
    assert said(Choices(engine="one").with_styles((SEA, FILE))) == "One paints in one style only."
    assert said(Choices(engine="one").with_styles((SEA,))) is None
    assert said(Choices(engine="two").with_styles((SEA,))) == "Two needs 2 styles."
    assert said(Choices(engine="two").with_styles((SEA, FILE))) is None

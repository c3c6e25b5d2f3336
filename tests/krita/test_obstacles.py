"""What keeps a wish from being painted."""

from __future__ import annotations

from typing import Any

import pytest

from velatura_krita.model.choices import Choices, RegionChoice, StyleChoice
from velatura_krita.model.obstacles import in_the_way, paints_from_pictures
from velatura_krita.model.state import State

MANIFEST: dict[str, dict[str, Any]] = {
    "glaze": {"descriptor": {"styles": ("picture", "code"), "fewest_styles": 1}},
    "gatys": {"descriptor": {"styles": ("picture",), "fewest_styles": 1, "title": "Gatys"}},
    "identity": {"descriptor": {"styles": ()}},
}
STYLES = ({"name": "scream", "kind": "code"}, {"name": "sea", "kind": "picture"})
SCREAM, SEA, FILE = StyleChoice(name="scream"), StyleChoice(name="sea"), StyleChoice(file="a.png")


def said(choices: Choices) -> str | None:
    obstacle = in_the_way(MANIFEST, STYLES, choices, State().name_of)
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

"""Parts of the picture that get a style of their own."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from velatura_krita.document.formats import Bounds
from velatura_krita.document.kept_mask import unpacked
from velatura_krita.model.choices import Choices, StyleChoice, WeightedStyle
from velatura_krita.model.picture_parts import Parts
from velatura_krita.model.state import State
from velatura_krita.model.style_view import StyleView

NIGHT, WAVE = StyleChoice(name="starry-night"), StyleChoice(name="great-wave")
TURNED = StyleView(rotation=90.0)
EDGE = bytes([0, 90, 255, 255, 90, 0])


def selection() -> Any:
    return SimpleNamespace(
        x=lambda: -4,
        y=lambda: 7,
        width=lambda: 3,
        height=lambda: 2,
        pixelData=lambda x, y, width, height: EDGE,
    )


def layer() -> Any:
    identity = SimpleNamespace(toString=lambda: "{1}")
    return SimpleNamespace(name=lambda: "Sky", uniqueId=lambda: identity)


def begun(*mixture: WeightedStyle) -> tuple[State, Parts]:
    state = State()
    state.choices.set(Choices(mixture=mixture))
    return state, Parts(state, state.choices.set)


def test_a_part_begins_with_the_first_style_as_it_is_seen() -> None:
    state, parts = begun(WeightedStyle(WAVE, view=TURNED), WeightedStyle(NIGHT))
    parts.add_layer(layer())
    parts.add_selection(selection())
    sky, selected = state.choices.value.regions
    assert (sky.title, sky.node, sky.style, sky.view) == ("Sky", "{1}", WAVE, TURNED)
    assert (selected.title, selected.style, selected.bounds) == ("Selection 2", WAVE, (-4, 7, 3, 2))
    assert unpacked(selected.kept, Bounds(-4, 7, 3, 2)) == EDGE
    assert state.choices.value.styles == (WAVE, NIGHT)


def test_what_is_missing_is_said_and_nothing_changes() -> None:
    state, parts = begun()
    for add, given, text in (
        (parts.add_layer, layer(), "No style is chosen."),
        (parts.add_selection, selection(), "No style is chosen."),
        (parts.add_selection, None, "Nothing is selected."),
    ):
        add(given)
        message = state.message.value
        assert message is not None
        assert (message.text, message.bad) == (text, True)
        assert message.hint
    assert not state.choices.value.regions

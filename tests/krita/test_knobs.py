from __future__ import annotations

import pytest

from velatura_krita.model.knobs import Knob, knobs_of, own_values, scaled

SCHEMA = {
    "properties": {
        "alpha": {
            "default": 1.0,
            "minimum": 0.0,
            "maximum": 1.0,
            "title": "Trade-off",
            "description": "How far.",
            "type": "number",
        },
        "beta": {"default": 6e5, "minimum": 0.0, "maximum": 1e12, "type": "number"},
        "stroke": {
            "default": 0.0,
            "minimum": 0,
            "maximum": 512.0,
            "unit": "px",
            "scales": True,
            "type": "number",
        },
        "side": {
            "default": 0,
            "minimum": 0,
            "maximum": 65535,
            "unit": "px",
            "scales": True,
            "type": "integer",
        },
        "finest": {"default": 0, "minimum": 0, "maximum": 9, "unit": "px", "type": "integer"},
        "pooling": {"default": "max", "enum": ["max", "avg"], "type": "string"},
        "even": {"default": False, "type": "boolean"},
        "layers": {"default": "relu4_2", "type": "string"},
        "nested": {"default": {}, "type": "object"},
    }
}
KNOBS = {knob.name: knob for knob in knobs_of(SCHEMA)}


def test_a_schema_becomes_widgets() -> None:
    kinds = {name: knob.kind for name, knob in KNOBS.items()}
    assert kinds == {
        "alpha": "slider",
        "beta": "number",
        "stroke": "slider",
        "side": "whole",
        "finest": "whole",
        "pooling": "choice",
        "even": "switch",
        "layers": "text",
    }


def test_titles_tips_units_ranges_and_defaults_come_along() -> None:
    assert KNOBS["alpha"] == Knob("alpha", "slider", "Trade-off", "How far.", 1.0, 0.0, 1.0)
    assert KNOBS["stroke"].unit == "px"
    assert KNOBS["pooling"].choices == ("max", "avg")
    assert KNOBS["layers"].title == "layers"


def test_a_schema_without_properties_has_no_knobs() -> None:
    assert knobs_of({"type": "object"}) == ()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("alpha", 1.5),
        ("alpha", True),
        ("side", 1.5),
        ("pooling", "min"),
        ("even", 1),
        ("layers", 3),
        ("side", "4"),
    ],
)
def test_what_the_engine_would_refuse_is_not_admitted(name: str, value: object) -> None:
    assert not KNOBS[name].admits(value)


def test_only_what_differs_from_the_defaults_is_sent() -> None:
    chosen = {"alpha": 0.5, "even": False, "pooling": "min", "gone": 3}
    assert own_values(tuple(KNOBS.values()), chosen) == {"alpha": 0.5}


def test_lengths_shrink_with_a_preview() -> None:
    knobs = tuple(KNOBS.values())
    small = scaled(knobs, {"alpha": 0.5, "stroke": 40.0, "side": 900, "finest": 8}, 0.25)
    assert small == {"alpha": 0.5, "stroke": 10.0, "side": 225, "finest": 8}


def test_a_length_never_shrinks_to_the_zero_that_means_something_else() -> None:
    assert scaled(tuple(KNOBS.values()), {"side": 2}, 0.1) == {"side": 1}


def test_zero_and_choices_have_words_where_the_schema_says_so() -> None:
    facts = {"default": 0, "minimum": 0, "type": "integer", "zero": "Automatic"}
    mode = {"default": "a-b", "enum": ["a-b", "c"], "labels": {"c": "see"}}
    side, choice = knobs_of({"properties": {"side": facts, "mode": mode}})
    assert side.zero == "Automatic"
    assert (choice.label("a-b"), choice.label("c")) == ("A b", "See")


def test_a_knob_differs_when_it_stands_at_something_else_than_its_default() -> None:
    alpha = KNOBS["alpha"]
    assert alpha.differs({"alpha": 0.5})
    assert not any(alpha.differs(each) for each in ({}, {"alpha": 1.0}, {"alpha": 7}))

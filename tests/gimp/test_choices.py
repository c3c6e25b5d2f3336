"""What was chosen: values that fit, differ and are told of, and mixtures of styles."""

from __future__ import annotations

from typing import Any

import pytest

from velatura_gimp.arguments import Argument
from velatura_gimp.choices import (
    Values,
    fitting_value,
    mixture_of,
    text_of_mixture,
    with_names,
)

STROKE = Argument("stroke", "double", "Stroke", "", 2.0, 0.0, 8.0)
COATS = Argument("coats", "int", "Coats", "", 3, 1, 9)
COLOURS = Argument("colours", "choice", "Colours", "", "none", choices=(("none", "None"),))
LAYER = Argument("layer", "layer", "Layer", "")


@pytest.mark.parametrize(
    ("argument", "given", "value"),
    [
        (STROKE, 3, 3.0),
        (STROKE, 9.0, 2.0),
        (STROKE, True, 2.0),
        (STROKE, "thick", 2.0),
        (COATS, 4.0, 4),
        (COLOURS, "none", "none"),
        (COLOURS, "purple", "none"),
        (COLOURS, ["none"], "none"),
        (LAYER, 7, 7),
        (LAYER, "sky", None),
    ],
)
def test_a_value_that_does_not_fit_is_the_default(
    argument: Argument, given: Any, value: Any
) -> None:
    assert fitting_value(argument, {argument.name: given}) == value


def test_another_engine_takes_over_what_it_has_too() -> None:
    oil = Values.of([STROKE, COATS], {"stroke": 4.0, "coats": 5})
    ink = Values.of([STROKE, COLOURS], oil.current)
    assert ink.current == {"stroke": 4.0, "colours": "none"}


def test_a_change_is_told_once_and_only_if_it_is_one() -> None:
    values, told = Values.of([STROKE], {}), []
    values.watchers.append(told.append)
    values.set("stroke", 2.0)
    values.set("stroke", 3.0)
    values.set("wet", 1.0)
    assert told == ["stroke"]
    assert "wet" not in values.current


def test_what_differs_is_known_and_can_be_reset() -> None:
    values = Values.of([STROKE, COATS], {"stroke": 4.0})
    assert values.differs(["stroke"])
    assert not values.differs(["coats"])
    values.reset(["stroke", "coats"])
    assert values.current == {"stroke": 2.0, "coats": 3}
    assert not values.differs(["stroke", "coats"])


def test_a_mixture_survives_being_written() -> None:
    mixture = {"great-wave": 2.5, "scream": 1.0}
    assert text_of_mixture(mixture) == "great-wave:2.5, scream"
    assert mixture_of(text_of_mixture(mixture)) == mixture


@pytest.mark.parametrize("text", ["", "scream:much"])
def test_what_is_no_mixture_is_empty(text: str) -> None:
    assert mixture_of(text) == {}


def test_styles_that_stay_keep_their_weights() -> None:
    mixture = {"great-wave": 2.5, "scream": 0.5}
    assert with_names(mixture, ["scream", "irises", "great-wave"]) == {
        "great-wave": 2.5,
        "scream": 0.5,
        "irises": 1.0,
    }
    assert with_names(mixture, ["scream"]) == {"scream": 1.0}

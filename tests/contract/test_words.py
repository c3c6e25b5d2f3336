"""Engines and knobs say what they do in words that an artist knows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from velatura.contract import manifest

UNITS = {"px", "%", "°", "s", "steps", "levels"}
ENGINES = {
    name: facts for name, facts in manifest.build().items() if not facts["descriptor"]["hidden"]
}


def _knobs() -> Iterator[Any]:
    for name, facts in ENGINES.items():
        for knob, said in facts["schema"]["properties"].items():
            yield pytest.param(said, id=f"{name} {knob}")
    for knob, said in ENGINES["glaze"]["common"]["properties"].items():
        yield pytest.param(said, id=knob)


KNOBS = list(_knobs())


@pytest.mark.parametrize("name", ENGINES)
def test_an_engine_says_what_it_is_for_in_a_few_words(name: str) -> None:
    descriptor = ENGINES[name]["descriptor"]
    assert 1 <= len(descriptor["purpose"].split()) <= 4
    assert descriptor["summary"].endswith(".")


def test_no_two_engines_are_for_the_same() -> None:
    purposes = [facts["descriptor"]["purpose"] for facts in ENGINES.values()]
    assert len(set(purposes)) == len(purposes)


@pytest.mark.parametrize("knob", KNOBS)
def test_a_knob_is_explained(knob: dict[str, Any]) -> None:
    assert knob["title"][0].isupper()
    assert knob["description"].endswith((".", ".)"))


@pytest.mark.parametrize("knob", KNOBS)
def test_a_number_has_a_unit_that_people_know_or_a_scale_that_is_explained(
    knob: dict[str, Any],
) -> None:
    if knob.get("type") not in ("number", "integer"):
        return
    unit = knob.get("unit")
    known = unit in UNITS or (unit is None and knob["title"] == "Steps")
    scaled = re.search(r"\d|ten times|beside the|ratio to", knob["description"])
    assert known or (unit is None and scaled)


@pytest.mark.parametrize("knob", KNOBS)
def test_every_choice_has_words(knob: dict[str, Any]) -> None:
    assert set(knob.get("labels", {})) == set(knob.get("enum", []))
    assert all(words[0].isupper() for words in knob.get("labels", {}).values())


@pytest.mark.parametrize("knob", KNOBS)
def test_a_zero_that_is_a_rule_has_a_word(knob: dict[str, Any]) -> None:
    if "zero" in knob:
        assert knob["minimum"] == 0
        assert not re.search(r"\b0 (is|for|takes|chooses|leaves)\b", knob["description"])
    elif knob.get("minimum") == 0 and knob.get("default") == 0:
        # Nothing is meant but the number: no feather.
        assert knob["unit"] == "px"

"""How a layer was made, in its parasite."""

from __future__ import annotations

import json

import pytest

from velatura_gimp.arguments import Argument
from velatura_gimp.choices import Choices
from velatura_gimp.result_record import ResultRecord, dump_record, parse_record, with_layers

MADE = ResultRecord(Choices("glaze", {"style": "scream", "stroke": 4.0}), 7, True, {"seed": 3})


def test_what_was_written_is_read_again() -> None:
    assert parse_record(dump_record(MADE)) == MADE
    # GIMP ends what it saves with a zero.
    assert parse_record(dump_record(MADE) + b"\0") == MADE


def test_a_result_of_what_was_visible_has_no_layer() -> None:
    made = ResultRecord(Choices("glaze", {}), None, False, {})
    assert parse_record(dump_record(made)) == made


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        b"[]",
        b"{}",
        b'{"choices": 3}',
        b'{"choices": {"engine": "glaze"}}',
        b'{"choices": {"engine": 1, "values": {}}}',
        b'{"choices": {"engine": "glaze", "values": []}}',
    ],
)
def test_what_another_hand_wrote_is_no_result(data: bytes) -> None:
    assert parse_record(data) is None


def test_other_programs_can_read_the_recipe() -> None:
    assert json.loads(dump_record(MADE))["recipe"] == {"seed": 3}


def test_layers_and_only_they_are_exchanged() -> None:
    arguments = [Argument("style-layer", "layer", "", ""), Argument("seed", "int", "", "")]
    values = {"style-layer": 7, "seed": 7}
    assert with_layers(values, arguments, {7: 70}.get) == {"style-layer": 70, "seed": 7}
    assert with_layers({"style-layer": None}, arguments, {}.get) == {"style-layer": None}

"""Sentences travel as templates and their values."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from velatura.errors import BadRequest, VelaturaError
from velatura_link.errors import JobFailed, LinkError
from velatura_link.messages import pack_header, unpack_header
from velatura_link.text import Text, decode_text, either, encode_error, encode_text, text_of


def test_a_text_is_its_sentence_and_remembers_what_it_was_made_of() -> None:
    text = Text("{count} of {all}", count=3, all=9)
    assert (text, text.template, text.values) == (
        "3 of 9",
        "{count} of {all}",
        {"count": 3, "all": 9},
    )
    assert text_of(text, {}) is text


def test_without_values_braces_are_the_sentence_s_own() -> None:
    assert Text('{"engine": "glaze"}') == '{"engine": "glaze"}'


def test_a_text_survives_the_wire_with_texts_among_its_values() -> None:
    said = Text("{knob} must be {wanted}.", knob="rate", wanted=Text("at least {limit}", limit=1.5))
    header = unpack_header(pack_header({"t": "x", **encode_text("message", said)}))
    found = decode_text("message", header)
    assert found == said == "rate must be at least 1.5."
    assert found.template == said.template
    inner = found.values["wanted"]
    assert isinstance(inner, Text)
    assert (inner.template, inner.values) == ("at least {limit}", {"limit": 1.5})


def test_a_text_survives_pickling() -> None:
    text = pickle.loads(pickle.dumps(Text("{count} left", count=3)))
    assert (text, text.template, text.values) == ("3 left", "{count} left", {"count": 3})


@pytest.mark.parametrize(
    "source",
    [
        None,
        3,
        "{count} left",
        ["{count} left"],
        ["{count} left", 3],
        ["{count} left", {3: 3}],
        ["{count} left", {"count": None}],
        ["{count} left", {"count": ["{a}"]}],
        [["{count} left"], {}],
        ["x", dict.fromkeys(map(str, range(65)), 1)],
        [
            "a",
            {
                "b": [
                    "a",
                    {
                        "b": [
                            "a",
                            {
                                "b": [
                                    "a",
                                    {
                                        "b": [
                                            "a",
                                            {
                                                "b": [
                                                    "a",
                                                    {"b": ["a", {"b": ["a", {"b": ["a", {}]}]}]},
                                                ]
                                            },
                                        ]
                                    },
                                ]
                            },
                        ]
                    },
                ]
            },
        ],
    ],
)
def test_of_a_source_that_is_none_the_sentence_is_left(source: Any) -> None:
    found = decode_text("message", {"message": "3 left", "message_source": source})
    assert (found, found.template, found.values) == ("3 left", "3 left", {})


def test_a_value_that_cannot_be_filled_in_does_no_harm() -> None:
    found = decode_text("hint", {"hint": "x", "hint_source": ["{a}", {"a": ["{b.c}", {"d": 1}]}]})
    assert found.values["a"] == "{b.c}"


@pytest.mark.parametrize("kind", [VelaturaError, BadRequest, LinkError])
def test_errors_fill_in_their_message_and_their_hint(kind: type[Exception]) -> None:
    error: Any = kind("No {name}.", hint="Did you mean {other}?", name="sae", other="sea")
    assert str(error) == "No sae."
    assert (error.message.template, error.hint) == ("No {name}.", "Did you mean sea?")


def test_a_hint_that_is_a_text_keeps_its_own_values() -> None:
    error = BadRequest("No {name}.", hint=Text("There are: {names}.", names="{a}"), name="sea")
    assert (error.message, error.hint) == ("No sea.", "There are: {a}.")


def test_a_refusal_has_its_code_and_both_sentences() -> None:
    error = JobFailed("too_large", "{count} pixels are too many.", "Make it smaller.", count=9)
    header = encode_error(error.code, error.message, error.hint)
    assert header == {
        "code": "too_large",
        "message": "9 pixels are too many.",
        "message_source": ["{count} pixels are too many.", {"count": 9}],
        "hint": "Make it smaller.",
        "hint_source": ["Make it smaller.", {"count": 9}],
    }


def test_alternatives_are_joined_by_a_word_that_can_be_translated() -> None:
    assert either(["a"]) == "a"
    three = either(["a", "b", "c"])
    assert three == "a or b or c"
    assert isinstance(three, Text)
    assert three.template == "{first} or {other}"

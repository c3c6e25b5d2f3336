"""Sentences in the person's language."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from velatura_link.catalogue import Catalogue
from velatura_link.text import Text, decode_notes, encode_notes


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    german = {"Stop": "Anhalten", "{number} left": "noch {number}"}
    (tmp_path / "de.json").write_text(json.dumps(german), encoding="utf-8")
    return Catalogue(tmp_path)


@pytest.mark.parametrize(
    ("languages", "spoken"),
    [
        (["de"], "de"),
        (["de-AT"], "de"),
        (["de_DE.UTF-8", "de_DE", "de", "C"], "de"),
        (["fr", "de"], "de"),
        (["en_GB", "de"], "en"),
        (["C.UTF-8", "C"], "en"),
        ([], "en"),
    ],
)
def test_the_first_language_that_is_there_is_spoken(
    catalogue: Catalogue, languages: list[str], spoken: str
) -> None:
    assert catalogue.choose(languages) == spoken
    assert catalogue.tr("Stop") == ("Anhalten" if spoken == "de" else "Stop")


def test_values_are_filled_in_where_the_translation_has_them(catalogue: Catalogue) -> None:
    assert catalogue.tr("{number} left", number=3) == "3 left"
    catalogue.choose(["de"])
    assert catalogue.tr("{number} left", number=3) == "noch 3"


def test_what_nobody_translated_is_said_in_english(catalogue: Catalogue) -> None:
    catalogue.choose(["de"])
    assert catalogue.tr("A knob of tomorrow") == "A knob of tomorrow"


def test_braces_of_a_sentence_without_values_are_its_own(catalogue: Catalogue) -> None:
    assert catalogue.tr('{"engine": "glaze"} is one.') == '{"engine": "glaze"} is one.'


def test_a_note_is_said_in_the_persons_language(catalogue: Catalogue) -> None:
    (note,) = decode_notes(encode_notes([Text("{number} left", number=3)]))
    assert (catalogue.note(note), note) == ("3 left", "3 left")
    catalogue.choose(["de"])
    assert catalogue.note(note) == "noch 3"
    assert catalogue.note(Text("Stop")) == "Anhalten"
    assert catalogue.note(Text("A note of tomorrow")) == "A note of tomorrow"


@pytest.mark.parametrize(
    "sources",
    [
        None,
        [],
        [["{number} left", {"others": 3}]],
        [["{number} left", {"number": []}]],
        [["{number} left"]],
        ["{number} left"],
        [[3, {}]],
    ],
)
def test_a_note_whose_source_is_not_as_it_should_be_is_said_in_english(
    catalogue: Catalogue, sources: object
) -> None:
    catalogue.choose(["de"])
    (note,) = decode_notes({"notes": ["3 left"], "note_sources": sources})
    assert catalogue.note(note) == "3 left"


@pytest.mark.parametrize("notes", [None, 3, "text", {}, [3, None]])
def test_notes_that_are_no_sentences_are_none(notes: object) -> None:
    assert decode_notes({"notes": notes}) == ()

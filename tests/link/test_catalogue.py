"""Sentences in the person's language."""

from __future__ import annotations

from pathlib import Path

import pytest

from velatura_link.catalogue import Catalogue
from velatura_link.text import Text, decode_notes, encode_notes


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    german = {"Stop": "Anhalten", "{number} left": "noch {number}"}
    entries = [f'msgid "{english}"\nmsgstr "{said}"\n' for english, said in german.items()]
    (tmp_path / "de.po").write_text("\n".join(entries), encoding="utf-8")
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
    assert (catalogue.say(note), note) == ("3 left", "3 left")
    catalogue.choose(["de"])
    assert catalogue.say(note) == "noch 3"
    assert catalogue.say(Text("Stop")) == "Anhalten"
    assert catalogue.say(Text("A note of tomorrow")) == "A note of tomorrow"


def test_texts_among_the_values_are_said_in_the_persons_language_too(catalogue: Catalogue) -> None:
    catalogue.choose(["de"])
    assert catalogue.say(Text("{number} left", number=Text("Stop"))) == "noch Anhalten"


def test_what_only_the_daemon_calls_a_daemon_is_said_without_it(catalogue: Catalogue) -> None:
    text = Text("The daemon ended: {why}.", why="killed")
    assert catalogue.say(text) == "Velatura's painter ended: killed."


def test_engines_bring_their_words_and_change_none_of_the_plugin_s(catalogue: Catalogue) -> None:
    german = {"Stop": "Halt", "Bristles": "Borsten"}
    later = {"Bristles": "Haare"}
    manifest = {
        "oil": {"translations": {"de": german}},
        "tempera": {"translations": {"de": later, "fr": {}}},
        "older": {},
    }
    catalogue.learn(manifest)
    assert catalogue.tr("Bristles") == "Bristles"
    catalogue.choose(["de"])
    catalogue.learn(manifest)
    assert (catalogue.tr("Stop"), catalogue.tr("Bristles")) == ("Anhalten", "Borsten")


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
    assert catalogue.say(note) == "3 left"


@pytest.mark.parametrize("notes", [None, 3, "text", {}, [3, None]])
def test_notes_that_are_no_sentences_are_none(notes: object) -> None:
    assert decode_notes({"notes": notes}) == ()

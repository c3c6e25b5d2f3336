"""Every sentence has a German one, and every German one is said."""

from __future__ import annotations

import json
import string

import pytest

from velatura.contract import manifest
from velatura_gimp import arguments, engine_arguments, texts
from velatura_gimp.arguments import Argument
from velatura_gimp.engine_arguments import arguments_of
from velatura_link import catalogue
from velatura_link.engines import shown_engines

from ..catalogues import said_in
from .conftest import PLUGIN

PACKAGE = PLUGIN / "velatura_gimp"
GERMAN = json.loads((PACKAGE / "catalogues" / "de.json").read_text(encoding="utf-8"))
SHARED = json.loads((catalogue.SHARED / "de.json").read_text(encoding="utf-8"))
KRITAS = PLUGIN.parent / "krita" / "velatura_krita" / "catalogues" / "de.json"


def said_by(argument: Argument) -> set[str]:
    texts = {argument.title, argument.blurb, *(label for _, label in argument.choices)}
    return {text for text in texts if text}


def said_by_procedures() -> set[str]:
    """Titles and blurbs of all arguments that there are, and what engines say of themselves."""
    own = [each for each in vars(arguments).values() if isinstance(each, Argument)]
    found = set().union(*map(said_by, own))
    kinds = (*engine_arguments.INPUTS.values(), *engine_arguments.OUTPUTS.values())
    found |= {blurb for _, blurb in kinds}
    engines = manifest.build()
    for name in shown_engines(engines):
        descriptor = engines[name]["descriptor"]
        found |= {descriptor["title"], descriptor["summary"]}
        found = found.union(*map(said_by, arguments_of(name, engines)))
    return found


def names(text: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_sentence_is_translated_and_no_other() -> None:
    said = said_in(PACKAGE) | said_by_procedures()
    assert said - GERMAN.keys() - SHARED.keys() == set()
    assert GERMAN.keys() - said == set()


def test_no_artist_needs_the_word_daemon_or_a_terminal() -> None:
    words = ("daemon", "dienst", "`", "terminal")
    texts = {text: german for text, german in GERMAN.items() if "JSON" not in text}
    said = [f"{text} {german}".lower() for text, german in texts.items()]
    assert [text for text in said if any(word in text for word in words)] == []


def test_translations_fill_in_the_same_names() -> None:
    assert [text for text in GERMAN if names(text) != names(GERMAN[text])] == []


def test_labels_keep_a_letter_to_reach_them_by() -> None:
    assert [text for text in GERMAN if text.count("_") != GERMAN[text].count("_")] == []


def test_both_plugins_say_the_same_in_the_same_words() -> None:
    kritas = json.loads(KRITAS.read_text(encoding="utf-8"))
    both = GERMAN.keys() & kritas.keys()
    assert {
        text: (GERMAN[text], kritas[text]) for text in both if GERMAN[text] != kritas[text]
    } == {}


@pytest.mark.parametrize("language", ["de", "en"])
def test_labels_are_in_the_persons_language(language: str) -> None:
    texts.choose([language])
    stroke = Argument("stroke", "double", "Stroke size", "", unit="px")
    assert stroke.label == {"de": "Strichbreite (px)", "en": "Stroke size (px)"}[language]

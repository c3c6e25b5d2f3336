"""Every sentence that a person can meet in a host has a German one, every German one is said, and both fill in the same
values.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po as babel_read_po
from translations.__main__ import names_in
from translations.extraction import (
    DAEMON,
    PLUGINS,
    ROOMS,
    ROOT,
    domains,
    engines,
    said_in,
    unfinished,
)

from velatura_link.catalogue import in_artists_words
from velatura_link.po import read_po

DOMAINS = domains()
GERMAN = {
    name: read_po(domain.paths.get("de", ROOT)) if "de" in domain.paths else {}
    for name, domain in DOMAINS.items()
}
EVERY = [(name, path) for name, domain in DOMAINS.items() for path in domain.paths.values()]


@pytest.mark.parametrize("domain", DOMAINS)
def test_nothing_is_missing_and_nothing_is_unused(domain: str) -> None:
    assert DOMAINS[domain].found.keys() - GERMAN[domain].keys() == set()
    assert GERMAN[domain].keys() - DOMAINS[domain].found.keys() == set()


@pytest.mark.parametrize(("domain", "path"), EVERY)
def test_translations_fill_in_the_same_values(domain: str, path: Path) -> None:
    german = GERMAN[domain]
    assert [text for text in german if names_in(text) != names_in(german[text])] == []


def test_labels_keep_a_letter_to_reach_them_by() -> None:
    german = GERMAN["velatura"]
    assert [text for text in german if text.count("_") != german[text].count("_")] == []


def test_engines_share_a_word_only_with_the_same_translation() -> None:
    """Hosts look an engine's words up by the English ones, whichever engine they are of."""
    said: dict[str, set[str]] = {}
    for german in GERMAN.values():
        for text, translation in german.items():
            said.setdefault(text, set()).add(translation)
    assert {text: each for text, each in said.items() if len(each) > 1} == {}


def test_errors_and_notes_are_templates_and_their_values() -> None:
    folders = [PLUGINS, *(DAEMON / room for room in (*ROOMS, "engines"))]
    modules = [path for folder in folders for path in sorted(folder.rglob("*.py"))]
    assert [
        line for path in modules if "checks" not in path.parts for line in unfinished(path)
    ] == []


@pytest.mark.parametrize(("domain", "path"), EVERY)
def test_our_reader_reads_what_babel_does(domain: str, path: Path) -> None:
    with path.open("rb") as file:
        known = babel_read_po(file)
    assert read_po(path) == {
        str(each.id): str(each.string) for each in known if each.id and each.string
    }


def test_words_of_engines_travel_in_the_manifest() -> None:
    for name, entry in engines().items():
        if not entry["descriptor"]["hidden"]:
            assert entry["translations"]["de"] == GERMAN[name]


def test_no_artist_needs_the_word_daemon_or_a_terminal() -> None:
    """Not in German, not in what plugins say by themselves, and not in what they pass on from the daemon."""
    hosts = [path for each in ("krita", "gimp") for path in (PLUGINS / each).rglob("*.py")]
    english = {text for path in hosts for text in said_in(path)}
    english |= {in_artists_words(text) for text in DOMAINS["velatura"].found}
    german = {text for each in GERMAN.values() for text in each.values()}
    words = re.compile(r"daemon|\bDienst|`|terminal", re.IGNORECASE)
    assert [text for text in english | german if words.search(text) and "JSON" not in text] == []

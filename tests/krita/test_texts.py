"""Every sentence has a German one."""

from __future__ import annotations

import json
import string
from collections.abc import Iterator

import pytest

from velatura_krita import texts
from velatura_link import catalogue

from ..catalogues import said_in
from .conftest import PLUGIN

PACKAGE = PLUGIN / "velatura_krita"
SHARED = json.loads((catalogue.SHARED / "de.json").read_text(encoding="utf-8"))
GERMAN = json.loads((PACKAGE / "catalogues" / "de.json").read_text(encoding="utf-8"))


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    yield
    texts.choose(["en"])


def _names(text: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_sentence_is_translated() -> None:
    assert said_in(PACKAGE) - GERMAN.keys() - SHARED.keys() == set()


def test_translations_fill_in_the_same_names() -> None:
    assert [text for text in GERMAN if _names(text) != _names(GERMAN[text])] == []


def test_the_first_language_that_is_there_is_spoken() -> None:
    assert texts.choose(["xx", "de_AT", "en"]) == "de"
    assert texts.tr("{number} s left", number=3) == "noch 3 s"
    assert texts.choose(["en-GB", "de"]) == "en"
    assert texts.tr("Apply") == "Apply"


def test_what_nobody_translated_is_said_in_english() -> None:
    texts.choose(["de"])
    assert texts.tr("A knob of tomorrow") == "A knob of tomorrow"

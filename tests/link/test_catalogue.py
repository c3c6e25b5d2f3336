"""Sentences in the person's language."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from velatura_link.catalogue import Catalogue


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

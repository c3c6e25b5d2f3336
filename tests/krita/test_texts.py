"""The plugin speaks the person's language; tests/translations has the catalogues."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from velatura_krita import texts


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    yield
    texts.choose(["en"])


def test_the_first_language_that_is_there_is_spoken() -> None:
    assert texts.choose(["xx", "de_AT", "en"]) == "de"
    assert texts.tr("{number} s left", number=3) == "noch 3 s"
    assert texts.choose(["en-GB", "de"]) == "en"
    assert texts.tr("Apply") == "Apply"


def test_what_nobody_translated_is_said_in_english() -> None:
    texts.choose(["de"])
    assert texts.tr("A knob of tomorrow") == "A knob of tomorrow"

"""No artist needs the word “daemon”."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from velatura_krita import texts
from velatura_krita.model.artist_words import advice, plain
from velatura_link.errors import LinkError

from .conftest import PLUGIN

TECHNICAL = re.compile(r"daemon|\bDienst", re.IGNORECASE)


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    yield
    texts.choose(["en"])


def test_the_manuals_say_it_in_no_language() -> None:
    folder = PLUGIN / "velatura_krita"
    manuals = [path.read_text(encoding="utf-8") for path in folder.glob("Manual*.html")]
    assert len(manuals) == 2
    assert [text for text in manuals if TECHNICAL.search(text)] == []


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("The daemon did not answer in time.", "Velatura's painter did not answer in time."),
        ("Nothing says how to start the daemon.", "Nothing says how to start Velatura's painter."),
        ("The end of /run/daemon.log:\nKilled", "The end of /run/daemon.log:\nKilled"),
    ],
)
def test_what_the_link_says_is_put_into_those_words(said: str, shown: str) -> None:
    assert plain(said) == shown


def test_what_the_link_says_is_said_in_the_persons_language() -> None:
    texts.choose(["de"])
    error = LinkError("The daemon cannot be started: {error}.", error="no such file")
    assert plain(error.message) == "Velaturas Maler kann nicht gestartet werden: no such file."


def test_nobody_is_sent_to_a_terminal() -> None:
    assert "Help" in advice("Run Velatura's installer, or `velatura serve`.")
    assert advice("Make some room.") == "Make some room."

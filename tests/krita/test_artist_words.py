"""No artist needs the word “daemon”."""

from __future__ import annotations

import json
import re

import pytest

from velatura_krita.model.artist_words import advice, plain

from ..catalogues import said_in
from .conftest import PLUGIN

PACKAGE = PLUGIN / "velatura_krita"
TECHNICAL = re.compile(r"daemon|\bDienst", re.IGNORECASE)


def test_the_plugin_says_it_in_no_language() -> None:
    german = json.loads((PACKAGE / "catalogues" / "de.json").read_text(encoding="utf-8"))
    manuals = [path.read_text(encoding="utf-8") for path in PACKAGE.glob("Manual*.html")]
    assert len(manuals) == 2
    texts = [*said_in(PACKAGE), *german, *german.values(), *manuals]
    assert [text for text in texts if TECHNICAL.search(text)] == []


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


def test_nobody_is_sent_to_a_terminal() -> None:
    assert "Help" in advice("Run Velatura's installer, or `velatura serve`.")
    assert advice("Make some room.") == "Make some room."

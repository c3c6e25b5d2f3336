"""Babel merges what is said into a catalogue."""

from __future__ import annotations

from pathlib import Path

import pytest
from translations.__main__ import update
from translations.extraction import said_in, unfinished

from velatura_link.po import read_po

CATALOGUE = """\
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"

#: plugins/old.py
msgid "Stop"
msgstr "Anhalten"

msgid "Nobody says this any more"
msgstr "Das sagt niemand mehr"
"""


def test_what_is_new_comes_in_what_is_gone_goes_and_what_is_translated_stays(
    tmp_path: Path,
) -> None:
    path = tmp_path / "de.po"
    path.write_text(CATALOGUE, "utf-8")
    missing = update(path, {"Stop": {"a.py"}, "{count} left": {"b.py"}}, "de")
    assert missing == ["{count} left"]
    assert read_po(path) == {"Stop": "Anhalten"}
    written = path.read_text("utf-8")
    assert "Nobody" not in written
    assert '#: a.py\nmsgid "Stop"' in written


def test_updating_twice_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "de.po"
    path.write_text(CATALOGUE, "utf-8")
    update(path, {"Stop": {"a.py"}}, "de")
    once = path.read_bytes()
    update(path, {"Stop": {"a.py"}}, "de")
    assert path.read_bytes() == once


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ('tr("Stop")', ["Stop"]),
        ('raise BadRequest("No {name}.", hint="Add one.", name=name)', ["No {name}.", "Add one."]),
        ('raise BadRequest("No.", hint="Run `velatura doctor`.")', ["No."]),
        ('raise JobFailed("busy", "Too many.", "Wait.")', ["Too many.", "Wait."]),
        ('run.note("One." if few else "Many.")', ["One.", "Many."]),
        ('raise ProtocolError("A header is not a map.")', []),
        ('Argument("seed", "int", "Seed", "Random seed.")', ["Seed", "Random seed."]),
        ('print("Hello")', []),
    ],
)
def test_what_is_said_is_found(tmp_path: Path, code: str, said: list[str]) -> None:
    path = tmp_path / "module.py"
    path.write_text(code, "utf-8")
    assert sorted(said_in(path)) == sorted(said)


def test_a_sentence_that_is_filled_in_too_early_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("translations.extraction.ROOT", tmp_path)
    path = tmp_path / "module.py"
    path.write_text('raise BadRequest(f"There is no {name}.")', "utf-8")
    assert list(unfinished(path)) == ["module.py:1: f'There is no {name}.'"]

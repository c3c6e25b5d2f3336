"""gettext's files, read without gettext."""

from __future__ import annotations

from pathlib import Path

from velatura_link.po import read_po

FILE = """\
# A translator's comment
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"

#: plugins/a.py
#, python-brace-format
msgid "{count} left"
msgstr "noch {count}"

msgid ""
"A long one, "
"in two lines: “yes”\\n"
"\\"quoted\\""
msgstr ""
"Ein langer, "
"in zwei Zeilen: „ja“\\n"
"\\"zitiert\\""

#, fuzzy, python-brace-format
msgid "Guessed"
msgstr "Geraten"

msgid "Untranslated"
msgstr ""

msgid "Last"
msgstr "Letzter"

#~ msgid "Gone"
#~ msgstr "Weg"
"""


def test_translations_are_read_and_what_is_none_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "de.po"
    path.write_text(FILE, "utf-8")
    assert read_po(path) == {
        "{count} left": "noch {count}",
        'A long one, in two lines: “yes”\n"quoted"': 'Ein langer, in zwei Zeilen: „ja“\n"zitiert"',
        "Last": "Letzter",
    }


def test_a_file_that_is_not_there_has_none(tmp_path: Path) -> None:
    assert read_po(tmp_path / "fr.po") == {}

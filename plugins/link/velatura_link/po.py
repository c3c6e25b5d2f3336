"""Reads gettext's ``.po`` files, as Babel writes them: the plain text that translators edit is what programs read.

A host's Python has no Babel, and an engine of anybody's is one module with one such file beside it, so nothing has to
be compiled. ``python -m translations`` keeps the files up to date.
"""

from __future__ import annotations

import json
from pathlib import Path


def read_po(path: Path) -> dict[str, str]:
    """The translations of ``path`` by their English sentence, without those that are empty, fuzzy or obsolete.

    Empty for a file that is not there. Contexts and plurals are not used here and not read.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return {}
    found: dict[str, str] = {}
    entry = {"msgid": "", "msgstr": ""}
    field, fuzzy, next_fuzzy = "", False, False
    for line in (*lines, 'msgid ""'):
        if line.startswith("#,"):
            next_fuzzy = "fuzzy" in line
        keyword, _, quoted = line.partition(" ") if not line.startswith('"') else (field, "", line)
        if keyword not in entry or not quoted.startswith('"'):
            continue
        if keyword == "msgid" and field == "msgstr":
            if entry["msgid"] and entry["msgstr"] and not fuzzy:
                found[entry["msgid"]] = entry["msgstr"]
            entry = {"msgid": "", "msgstr": ""}
        if keyword == "msgid" and field != "msgid":
            fuzzy, next_fuzzy = next_fuzzy, False
        field = keyword
        # Their escapes are those of JSON.
        entry[keyword] += json.loads(quoted, strict=False) if "\\" in quoted else quoted[1:-1]
    return found

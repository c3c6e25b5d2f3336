"""``python -m translations``: merge what is said into every catalogue, and say what is not translated yet.

A new language begins with an empty file: ``plugins/link/velatura_link/catalogues/fr.po``, ``engines/gatys/fr.po``.
Translators edit the files with any editor of gettext's.
"""

from __future__ import annotations

import io
import string
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from .extraction import ROOT, Found, domains

WIDTH = 110
HEADER = """\
msgid ""
msgstr ""
"Language: {language}\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""


def main() -> None:
    for domain, catalogues in domains().items():
        if not catalogues.paths:
            print(f"{domain}: no catalogue yet")
        for language, path in catalogues.paths.items():
            missing = update(path, catalogues.found, language)
            print(f"{path.relative_to(ROOT)}: {len(catalogues.found)} sentences")
            for sentence in missing:
                print(f"  not translated: {sentence}")


def update(path: Path, found: Found, language: str) -> list[str]:
    """Write ``found`` into the catalogue at ``path``, with the translations that it has; what has none yet."""
    template = Catalog()
    for sentence, places in found.items():
        flags = ["python-brace-format"] if names_in(sentence) else []
        template.add(sentence, locations=[(place, 0) for place in sorted(places)], flags=flags)
    with path.open("rb") as file:
        catalog = read_po(file, locale=language, ignore_obsolete=True)
    catalog.update(template, no_fuzzy_matching=True)
    catalog.obsolete.clear()
    written = io.BytesIO()
    # The header that Babel writes has the time of day in it.
    write_po(written, catalog, WIDTH, omit_header=True, sort_output=True, include_lineno=False)
    path.write_text(HEADER.format(language=language) + written.getvalue().decode(), "utf-8")
    return sorted(str(each.id) for each in catalog if each.id and not each.string)


def names_in(text: str) -> set[str]:
    """Names of the values that ``text`` is filled with."""
    try:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}
    except ValueError:  # braces of its own
        return set()


if __name__ == "__main__":
    main()

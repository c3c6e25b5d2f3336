"""A plugin's sentences in the person's language. English is the source, and what is left without a translation."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from .po import read_po
from .text import Text

CATALOGUES = Path(__file__).resolve().parent / "catalogues"
"""``de.po`` and the like: what all plugins say, and what the daemon says to them. Words of engines are beside these."""

PAINTER = "Velatura's painter"
"""What the daemon is called where people paint."""
_DAEMON = re.compile(
    r"(?:\b(?:[Tt]he|[Tt]his|[Aa]|[Yy]our|[Aa]nother) )?(?<![\w/.-])daemon(?![\w-]|\.\w)"
)
"""The word, and not where it is a part of a path or of a file's name."""
_COMMAND = re.compile(r"[`“]velatura |--\w")


class Catalogue:
    """What is said, in one language; English until another is chosen.

    ``folder`` has a file of gettext's for each language that is not English: ``de.po``.
    """

    def __init__(self, folder: Path = CATALOGUES) -> None:
        self._folder = folder
        self._sentences: dict[str, str] = {}
        self._engines: dict[str, str] = {}
        self.language = "en"
        """The code of the language that is spoken."""

    def choose(self, languages: Iterable[str]) -> str:
        """Speak the first of ``languages`` that there is a file for; its code, ``en`` without one.

        They are written as systems write them: ``de``, ``de-AT``, ``en_GB``, ``de_DE.UTF-8``. Words of engines are
        forgotten.
        """
        self._sentences, self._engines, self.language = {}, {}, "en"
        for language in languages:
            code = re.split("[-_.@]", language)[0].lower()
            if code == "en":
                break
            path = self._folder / f"{code}.po"
            if path.is_file():
                self._sentences, self.language = read_po(path), code
                break
        return self.language

    def learn(self, manifest: Mapping[str, Mapping[str, Any]]) -> None:
        """Speak of engines as ``manifest`` has their words in the chosen language.

        What plugins say themselves goes before; of two engines with the same English words the first one's are taken.
        """
        self._engines = {}
        for entry in reversed(list(manifest.values())):
            self._engines.update(entry.get("translations", {}).get(self.language, {}))

    def tr(self, text: str, /, **values: object) -> str:
        """``text`` in the chosen language, with ``{names}`` filled in."""
        said = self._translation(text) or text
        return said.format(**values) if values else said

    def say(self, text: str) -> str:
        """What the daemon or the link says, in the chosen language and in words for people who paint.

        In English where the catalogue has no such sentence, without the word *daemon*.
        """
        if not isinstance(text, Text):
            return self.tr(in_artists_words(text))
        said = self._translation(text.template)
        values = {
            name: self.say(value) if isinstance(value, Text) else value
            for name, value in text.values.items()
        }
        try:
            said = said if said is None or not values else said.format(**values)
        except (
            KeyError,
            IndexError,
            ValueError,
        ):  # another version of the daemon fills in other values
            said = None
        return said if said is not None else in_artists_words(text)

    def _translation(self, text: str) -> str | None:
        return self._sentences.get(text) or self._engines.get(text)


def in_artists_words(text: str) -> str:
    """``text`` without the word *daemon*.

    >>> in_artists_words("The daemon did not answer in time.")
    "Velatura's painter did not answer in time."
    """
    return _DAEMON.sub(PAINTER, text)


def is_for_terminals(hint: str) -> bool:
    """Whether ``hint`` is a command, of no use to who paints in a window.

    >>> is_for_terminals("Run `velatura doctor`."), is_for_terminals("Scale it down.")
    (True, False)
    """
    return _COMMAND.search(hint) is not None

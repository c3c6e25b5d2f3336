"""A plugin's sentences in the person's language. English is the source, and what is left without a translation."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path

from .text import Text

SHARED = Path(__file__).resolve().parent / "catalogues"
"""For every plugin: what engines and their knobs are called and what is noted on results. The daemon says it in
English.
"""


class Catalogue:
    """``folder`` has a file for each language that is not English, ``de.json`` say: {English sentence: its own}.

    What is not in it is looked for in :data:`SHARED`.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._chosen: dict[str, str] = {}
        self.language = "en"
        """The code of the language that is spoken."""

    def choose(self, languages: Iterable[str]) -> str:
        """Speak the first of ``languages`` that there is a file for; its code, ``en`` without one.

        They are written as systems write them: ``de``, ``de-AT``, ``en_GB``, ``de_DE.UTF-8``.
        """
        self._chosen, self.language = {}, "en"
        for language in languages:
            code = re.split("[-_.@]", language)[0].lower()
            if code == "en":
                break
            path = self._folder / f"{code}.json"
            if path.is_file():
                self._chosen = {**_read(SHARED / path.name), **_read(path)}
                self.language = code
                break
        return self.language

    def tr(self, text: str, /, **values: object) -> str:
        """``text`` in the chosen language, with ``{names}`` filled in."""
        said = self._chosen.get(text, text)
        return said.format(**values) if values else said

    def note(self, note: Text) -> str:
        """What the daemon noted on a result, in the chosen language; in English where that has no such sentence."""
        said = self._chosen.get(note.template)
        if said is None:
            return str(note)
        try:
            return said.format(**note.values) if note.values else said
        except (
            KeyError,
            IndexError,
            ValueError,
        ):  # another version of the daemon fills in other values
            return str(note)


def _read(path: Path) -> dict[str, str]:
    """The sentences of ``path``; none where there is no such file."""
    if not path.is_file():
        return {}
    found: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return found

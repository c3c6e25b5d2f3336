"""Every sentence that the plugin says, in the person's language. English is the source and what is left without one."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

_CATALOGUES = Path(__file__).parent / "catalogues"
_chosen: dict[str, str] = {}


def choose(languages: Iterable[str]) -> str:
    """Speak the first of ``languages`` (``de``, ``de-AT``, ``en_GB``) that there is a catalogue of; its code."""
    _chosen.clear()
    for language in languages:
        code = language.replace("_", "-").split("-")[0].lower()
        if code == "en":
            break
        path = _CATALOGUES / f"{code}.json"
        if path.is_file():
            _chosen.update(json.loads(path.read_text(encoding="utf-8")))
            return code
    return "en"


def tr(text: str, **values: object) -> str:
    """``text`` in the chosen language, with ``{names}`` filled in."""
    said = _chosen.get(text, text)
    return said.format(**values) if values else said

"""An engine's words in other languages: gettext's ``.po`` files beside its module."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

from velatura_link.po import read_po

Translations = dict[str, dict[str, str]]
"""By code of the language (``de``): the translations of English words and sentences."""


def catalogues_of(module: ModuleType) -> dict[str, Path]:
    """The engine's catalogues by language: ``oil.de.po`` beside ``oil.py``, ``de.po`` in the folder of a package."""
    source = Path(module.__file__ or "")
    if source.name == "__init__.py":
        return {path.stem: path for path in sorted(source.parent.glob("*.po"))}
    found = sorted(source.parent.glob(f"{source.stem}.*.po"))
    return {path.name.split(".")[-2]: path for path in found}


def translations_of(module: ModuleType) -> Translations:
    """What the engine says about itself, its notes and its errors, as far as they are translated."""
    return {language: read_po(path) for language, path in catalogues_of(module).items()}

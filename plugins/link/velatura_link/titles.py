"""Titles as people write them, made of the names of styles, presets and files."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

_SMALL = """
a an and as at but by for from in into nor of off on or over the to upon with without
de del della der den des di da du la le les el et en van von und y zu zum zur mit im sur
"""
SMALL = frozenset(_SMALL.split())
"""Words that stay small inside a title: English ones, and those of painters' names and of titles in other languages."""

_COUNTERS = "dsc dscf dscn frame image img mvi p page photo picture pxl scan"
COUNTERS = frozenset(_COUNTERS.split())
"""What cameras and scanners put before a number that is no year."""

FIRST_YEAR, LAST_YEAR = 1200, 2039
"""Four digits at the end of a name are a year between these two, both included."""

_ROMAN = re.compile(r"x{0,3}(ix|iv|v?i{0,3})")
_VOWEL = re.compile(r"[aeiouyhàâäéèêëîïôöùûü]", re.IGNORECASE)
_DATE = re.compile(r"(?<!\d)(\d{4})-(\d\d)(?:-(\d\d))?(?!\d)")
_DATE_HYPHEN = "\N{NON-BREAKING HYPHEN}"
_FRENCH = "sainte"
"""A word that French writes with a hyphen behind it: Mont Sainte-Victoire."""


def title_of(name: str) -> str:
    """``name`` as a title: ``great-wave`` is Great Wave, ``composition-vii`` is Composition VII.

    ``name`` is one of the style library's, a preset's, or a file's without its suffix. What has a space in it was
    written by a person and stays as it is. Else hyphens and underscores part words; where a name has both, an
    underscore parts a painter from a title, as in names of many collections: ``franz-marc_in-the-rain-1912`` is
    Franz Marc, In the Rain, 1912. Words begin with a capital, except small ones inside; Roman numerals up to 39 are
    capitals; letters that are capitals stay so; a year at the end stands after a comma; a lost apostrophe comes back.

    >>> title_of("kandinsky_composition_vii_1913")
    'Kandinsky Composition VII, 1913'
    >>> title_of("apollo-s-chariot"), title_of("merda-d-artista")
    ("Apollo's Chariot", "Merda d'Artista")
    """
    text = name.strip()
    if any(each.isspace() for each in text):
        return " ".join(text.split())
    text = _DATE.sub(lambda date: _DATE_HYPHEN.join(filter(None, date.groups())), text)
    parts = text.split("_") if "-" in text else [text.replace("_", " ")]
    written = [_part(part) for part in parts if part.strip("- ")]
    return ", ".join(written).replace(_DATE_HYPHEN, "-") or name


def engine_title(descriptor: Mapping[str, Any], tr: Callable[[str], str] = str) -> str:
    """What an engine is called where one is chosen: what it is for, then its name, each said by ``tr``.

    ``descriptor`` is the engine's in the manifest.

    >>> engine_title({"name": "glaze", "title": "Glaze", "purpose": "Fast"})
    'Fast — Glaze'
    """
    title = tr(str(descriptor.get("title") or descriptor.get("name", "")))
    purpose = str(descriptor.get("purpose") or "")
    return f"{tr(purpose)} — {title}" if purpose else title


def _part(part: str) -> str:
    """A painter or a title."""
    words = part.replace("-", " ").split()
    year = ""
    if len(words) > 1 and _is_year(words[-1]) and words[-2].lower() not in COUNTERS:
        year = f", {words.pop()}"
    titled = ""
    for number, word in enumerate(words):
        following = words[number + 1] if number + 1 < len(words) else ""
        joined = "" if titled.endswith((*"'-",)) else " "
        if titled and word == "s" and following:
            titled += "'s"
        elif len(following) > 1 and _loses_its_vowel(word, following):
            titled += f"{joined}{word if titled and word != 'o' else word.upper()}'"
        else:
            edge = number in (0, len(words) - 1)
            titled += joined + _word(word, edge=edge) + "-" * (word == _FRENCH and following != "")
    return titled.strip() + year


def _loses_its_vowel(word: str, following: str) -> bool:
    """Whether an apostrophe stood between the two: d'artista, l'étoile, O'Keeffe."""
    return word == "o" or (word in ("d", "l") and bool(_VOWEL.match(following)))


def _word(word: str, *, edge: bool) -> str:
    """``word`` in a title, at its ``edge`` or inside."""
    if not word.islower() or re.fullmatch(r"v\d+", word):
        return word
    if _ROMAN.fullmatch(word):
        return word.upper()
    if word in SMALL and not edge:
        return word
    return word[:1].title() + word[1:]


def _is_year(word: str) -> bool:
    return bool(re.fullmatch(r"[12]\d{3}", word)) and FIRST_YEAR <= int(word) <= LAST_YEAR

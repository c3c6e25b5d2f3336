"""Which styles of the library are shown. No Qt here."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable

from .state import Tile
from .style_kinds import Kind

ALL, FAVOURITES, OWN = "all", "favourites", "own"
_COLLECTION = "collection:"


def of_collection(name: str) -> str:
    """The filter of a collection."""
    return f"{_COLLECTION}{name}"


def collections_of(tiles: Iterable[Tile]) -> list[str]:
    """Every collection that a style is in, each once whatever its case, sorted."""
    names: dict[str, str] = {}
    for tile in tiles:
        for name in tile.collections:
            names.setdefault(name.casefold(), name)
    return sorted(names.values(), key=str.casefold)


def is_shown(tile: Tile, words: str, which: str) -> bool:
    """Whether ``tile`` is one of ``which`` and has all of ``words`` in its name, its title or its collections.

    A title says who painted a style and when. Case and accents make no difference.
    """
    text = _plain(" ".join((tile.label, tile.title, *tile.collections)))
    return _is_one_of(tile, which) and all(word in text for word in _plain(words).split())


def is_taken(tile: Tile, kinds: Collection[Kind]) -> bool:
    """Whether an engine that takes ``kinds`` paints in styles like ``tile``; codes are listed beside pictures."""
    return ("model" in kinds) if tile.model else bool({"picture", "code"}.intersection(kinds))


def _is_one_of(tile: Tile, which: str) -> bool:
    if which.startswith(_COLLECTION):
        wanted = which[len(_COLLECTION) :].casefold()
        return wanted in [each.casefold() for each in tile.collections]
    return {FAVOURITES: tile.favourite, OWN: tile.own}.get(which, True)


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(each for each in letters if not unicodedata.combining(each))

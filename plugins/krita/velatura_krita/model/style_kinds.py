"""Which styles an engine paints in: pictures, codes without a picture, models that were trained. No Qt here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from velatura_link import engines
from velatura_link.engines import Manifest

from .choices import Choices, StyleChoice

Kind = Literal["picture", "code", "model"]
KINDS: tuple[Kind, ...] = ("picture", "code", "model")
Extra = Literal["before", "number"]
"""What is chosen of a style beside itself: the unpainted picture of a pair, or which one of a bank it is."""
_TAKEN_AS: Mapping[Kind, frozenset[str]] = {
    "picture": frozenset({"picture", "pair"}),
    "code": frozenset({"code"}),
    "model": frozenset({"checkpoint", "bank"}),
}


def kind_of(style: StyleChoice, offered: Iterable[Mapping[str, Any]]) -> Kind:
    """What ``style`` is; ``offered`` are the daemon's styles. One that is not known counts as a picture."""
    if style.is_model:
        return "model"
    kinds = {each["name"]: each.get("kind") for each in offered}
    return "code" if kinds.get(style.name) == "code" else "picture"


def kinds_taken(manifest: Manifest, engine: str) -> tuple[Kind, ...]:
    """What ``engine`` paints in; pictures and codes for one that is not known."""
    if engine not in manifest:
        return ("picture", "code")
    takes = frozenset(engines.style_kinds(manifest, engine))
    return tuple(kind for kind in KINDS if takes & _TAKEN_AS[kind])


def needs_pair(manifest: Manifest, engine: str) -> bool:
    """Whether it paints in no picture without the picture from which that was painted."""
    takes = engines.style_kinds(manifest, engine)
    return "pair" in takes and "picture" not in takes


def takes_pair(manifest: Manifest, engine: str) -> bool:
    """Whether it makes use of the picture from which a style's was painted."""
    return "pair" in engines.style_kinds(manifest, engine)


def extra_of(manifest: Manifest, engine: str, style: StyleChoice) -> Extra | None:
    """What else ``engine`` wants to know of ``style``."""
    if style.is_model:
        return "number" if "bank" in engines.style_kinds(manifest, engine) else None
    return "before" if takes_pair(manifest, engine) else None


def fewest_styles(manifest: Manifest, engine: str) -> int:
    """How many it needs; one for an engine that is not known."""
    fewest: int = (
        manifest[engine]["descriptor"].get("fewest_styles", 0) if engine in manifest else 1
    )
    return fewest


def most_styles(manifest: Manifest, engine: str) -> int:
    """How many it takes; 0 for any number."""
    most: int = manifest[engine]["descriptor"].get("most_styles", 0) if engine in manifest else 0
    return most


def enough_styles(manifest: Manifest, choices: Choices) -> bool:
    """Whether there is what the chosen engine needs."""
    return bool(choices.regions) or len(choices.mixture) >= fewest_styles(manifest, choices.engine)


def takes_some(manifest: Manifest, choices: Choices) -> bool:
    """Whether any style of the mixture is for the chosen engine; also where it takes none at all."""
    taken = kinds_taken(manifest, choices.engine)
    pictures = bool({"picture", "code"}.intersection(taken))
    able = [("model" in taken) if style.is_model else pictures for style in choices.styles]
    return not taken or any(able)

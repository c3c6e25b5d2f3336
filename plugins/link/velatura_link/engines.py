"""What the manifest says of engines, as the questions that clients ask of it: none of them knows an engine by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Manifest = Mapping[str, Mapping[str, Any]]

_BEFORE_STEPS = frozenset({"prepare", "look", "paint"})
"""Phases that every engine has before the steps of an iterative one; in the last a quick engine paints its start."""


def shown_engines(manifest: Manifest) -> tuple[str, ...]:
    """Names of the engines that menus list, in their order; the first is the default one."""
    names = [name for name in manifest if not _fact(manifest, name, "hidden", False)]
    return tuple(sorted(names, key=lambda name: (_fact(manifest, name, "rank", 100), name)))


def default_engine(manifest: Manifest) -> str | None:
    """The engine that paints where nobody chose one; None for an empty manifest."""
    return next(iter(shown_engines(manifest)), None)


def is_instant(manifest: Manifest, engine: str) -> bool:
    """Whether it paints a small picture while a slider moves."""
    return bool(_fact(manifest, engine, "duration", "seconds") == "instant")


def is_slow(manifest: Manifest, engine: str) -> bool:
    """Whether a picture takes minutes."""
    return bool(_fact(manifest, engine, "duration", "seconds") == "minutes")


def preview_engine(manifest: Manifest, engine: str) -> str | None:
    """The engine that paints the quick preview of ``engine``: another, itself where it is instant, or None."""
    other = str(_fact(manifest, engine, "preview", ""))
    if other in manifest:
        return other
    return engine if is_instant(manifest, engine) else None


def needs_style(manifest: Manifest, engine: str) -> bool:
    """Whether it paints nothing without a style."""
    return int(_fact(manifest, engine, "fewest_styles", 0)) > 0


def most_styles(manifest: Manifest, engine: str) -> int:
    """How many styles a region may have; 0 for any number."""
    return int(_fact(manifest, engine, "most_styles", 0))


def style_kinds(manifest: Manifest, engine: str) -> tuple[str, ...]:
    """What a style may be: ``picture``, ``code``, ``checkpoint``, ``bank``, ``pair``; nothing for no style at all."""
    return tuple(_fact(manifest, engine, "styles", ()))


def content_use(manifest: Manifest, engine: str) -> str:
    """``required``, ``optional`` or ``none``: what it does with a picture to paint over."""
    return str(_fact(manifest, engine, "content", "required"))


def inputs_of(manifest: Manifest, engine: str) -> tuple[Mapping[str, Any], ...]:
    """What else it can be given: ``name``, ``kind``, ``title``, ``required``, ``when``."""
    return tuple(_fact(manifest, engine, "inputs", ()))


def outputs_of(manifest: Manifest, engine: str) -> tuple[Mapping[str, Any], ...]:
    """What it gives, the picture first: ``name``, ``kind``, ``title``, ``suffix``."""
    return tuple(_fact(manifest, engine, "outputs", ()))


def is_ordered(manifest: Manifest, engine: str) -> bool:
    """Whether frames of a sequence are painted one after the other, each with what the one before gave."""
    return bool(_fact(manifest, engine, "frames", "independent") == "ordered")


def phase_title(manifest: Manifest, engine: str, phase: str) -> str | None:
    """The English title of a phase; None for one that the manifest does not know."""
    title = _fact(manifest, engine, "phases", {}).get(phase)
    return None if title is None else str(title)


def painting_phases(manifest: Manifest, engine: str) -> frozenset[str]:
    """Phases in which an engine that works in steps changes its picture: ``stylise``, and those of its own.

    What comes before has other phases, also what another engine does whose painting it starts from.
    """
    own = frozenset(_fact(manifest, engine, "phases", {})) - _BEFORE_STEPS
    return own | {"stylise"}


def _fact(manifest: Manifest, engine: str, name: str, otherwise: Any) -> Any:
    """A fact of the descriptor; ``otherwise`` for an engine that is not known, or that says nothing of it."""
    return manifest.get(engine, {}).get("descriptor", {}).get(name, otherwise)

"""*Refine*: a slow engine goes on from what another one has painted. The manifest says which engine does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .request import Scalar


@dataclass(frozen=True)
class Refining:
    """How ``engine`` goes on from a picture: it is given as the raster input ``input``, with the knobs ``params``."""

    engine: str
    input: str
    params: Mapping[str, Scalar]


def refining_by(engine: str, descriptor: Mapping[str, Any]) -> Refining | None:
    """How the engine that ``descriptor`` describes goes on from a picture; None for one that does not.

    >>> start = {"name": "start", "kind": "raster", "when": {"init": "picture"}}
    >>> refining_by("slow", {"refines": "start", "inputs": [start]})
    Refining(engine='slow', input='start', params={'init': 'picture'})
    """
    wanted = descriptor.get("refines")
    for each in descriptor.get("inputs", ()):
        if wanted and each.get("name") == wanted and each.get("kind") == "raster":
            return Refining(engine, wanted, dict(each.get("when") or {}))
    return None


def refining_in(manifest: Mapping[str, Mapping[str, Any]]) -> Refining | None:
    """What is offered as *Refine*: the first engine of ``manifest`` that refines and is shown to people."""
    for engine, entry in manifest.items():
        descriptor = entry["descriptor"]
        if not descriptor.get("hidden") and (found := refining_by(engine, descriptor)) is not None:
            return found
    return None

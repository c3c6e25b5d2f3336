"""Finds engines: every file of this folder that states a descriptor is one, named like its file."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import velatura.engines
from velatura.engines import finder, knobs
from velatura.engines.engine import Engine, EngineParams, FeedForward, Iterative, Pixelwise
from velatura.errors import UnknownEngine


def names() -> tuple[str, ...]:
    """Names of all engines, sorted."""
    return finder.names(velatura.engines, "Descriptor")


def load(name: str, *, only: Collection[str] | None = None) -> Engine:
    """The engine ``name``, importing its module and no other engine's.

    ``only`` limits the engines there are. Raises :class:`UnknownEngine` for any other name.
    """
    there = [each for each in names() if only is None or each in only]
    if name not in there:
        raise UnknownEngine(
            f"There is no engine called “{name}”.", hint=knobs.alternatives(name, there)
        )
    return finder.load(velatura.engines, name, Engine)()


def kind(engine: Engine) -> str:
    """``feed-forward``, ``iterative`` or ``pixelwise``: how an engine works."""
    kinds = {"feed-forward": FeedForward, "iterative": Iterative, "pixelwise": Pixelwise}
    return next(word for word, base in kinds.items() if isinstance(engine, base))


def validate(engine: Engine, params: Mapping[str, Any]) -> EngineParams:
    """``params`` as the engine's own model, defaults filled in.

    Raises :class:`BadParams` with one sentence about the first knob that is wrong.
    """
    return knobs.validate(f"engine {engine.descriptor.name}", engine.Params, params)

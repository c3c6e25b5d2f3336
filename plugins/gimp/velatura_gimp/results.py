"""How a layer was made, as the bytes of a parasite on it. Knows nothing of GIMP.

``{"recipe": what the daemon says of the result, "choices": {"engine", "values", "source", "selected"}}``. In it layers
are tattoos, numbers that GIMP saves with an image. ``source`` is the layer that was painted, or nothing for what was
visible; ``selected`` says that the painting went into a selection.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .arguments import Argument
from .choices import Choices

_LARGEST_TATTOO = 2**32 - 1


@dataclass(frozen=True)
class Made:
    """How a layer was made: by which ``choices``, and of the layer with the tattoo ``source``."""

    choices: Choices
    source: int | None = None
    selected: bool = False
    recipe: Mapping[str, Any] | None = None


def written(made: Made) -> bytes:
    """``made`` as a parasite's data."""
    choices = {
        "engine": made.choices.engine,
        "values": dict(made.choices.values),
        "source": made.source,
        "selected": made.selected,
    }
    return json.dumps({"recipe": dict(made.recipe or {}), "choices": choices}).encode()


def made_by(data: bytes) -> Made | None:
    """What ``data`` says; None when it says nothing of the kind."""
    try:
        found = json.loads(data.rstrip(b"\0"))
        choices, recipe = found["choices"], found.get("recipe")
        engine, values, source = choices["engine"], choices["values"], choices.get("source")
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    if not isinstance(engine, str) or not isinstance(values, dict):
        return None
    return Made(
        Choices(engine, values),
        source if isinstance(source, int) and 0 < source <= _LARGEST_TATTOO else None,
        choices.get("selected") is True,
        recipe if isinstance(recipe, dict) else {},
    )


def with_layers(
    values: Mapping[str, Any], arguments: Iterable[Argument], other: Callable[[int], int | None]
) -> dict[str, Any]:
    """``values`` in which every layer is what ``other`` makes of it: its tattoo of its id, or the other way."""
    layers = {each.name for each in arguments if each.kind == "layer"}
    return {
        name: other(value) if name in layers and value is not None else value
        for name, value in values.items()
    }

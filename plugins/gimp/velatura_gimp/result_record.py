"""How a layer was made, as the bytes of a parasite on it. Knows nothing of GIMP.

``{"recipe": what the daemon says of the result, "choices": {"engine", "values", "source", "selected"}}``. In it layers
are tattoos, numbers that GIMP saves with an image. ``source`` is the layer that was painted, or nothing for what was
visible; ``selected`` says that the painting went into a selection, and ``limits`` into which.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from velatura_link.packed_masks import packed, unpacked
from velatura_link.request import Pixels

from .arguments import Argument
from .choices import Choices

_LARGEST_TATTOO = 2**32 - 1


@dataclass(frozen=True)
class SavedSelection:
    """A selection as it lay over the layer that was painted, of ``width`` × ``height`` pixels: a byte for each."""

    width: int
    height: int
    kept: str

    @classmethod
    def of(cls, mask: Pixels) -> SavedSelection:
        """``mask``, of 8 bits."""
        return cls(mask.width, mask.height, packed(mask.view))

    def mask(self) -> Pixels:
        """It as the wire has masks. Raises ``ValueError`` when it is damaged."""
        values = unpacked(self.kept, self.width * self.height)
        return Pixels(values, self.width, self.height, 1, "u8", "linear")


@dataclass(frozen=True)
class ResultRecord:
    """How a layer was made: by which ``choices``, and of the layer with the tattoo ``source``.

    ``limits`` are known of what was painted in a selection by a Velatura that keeps them.
    """

    choices: Choices
    source: int | None = None
    selected: bool = False
    recipe: Mapping[str, Any] | None = None
    limits: SavedSelection | None = None
    in_place: bool = False
    """Whether the layer itself was painted over, so that its source is gone."""


def dump_record(record: ResultRecord) -> bytes:
    """``record`` as a parasite's data."""
    choices = {
        "engine": record.choices.engine,
        "values": dict(record.choices.values),
        "source": record.source,
        "selected": record.selected,
    }
    if record.limits is not None:
        choices["limits"] = asdict(record.limits)
    if record.in_place:
        choices["in_place"] = True
    return json.dumps({"recipe": dict(record.recipe or {}), "choices": choices}).encode()


def parse_record(data: bytes) -> ResultRecord | None:
    """What ``data`` says; None when it says nothing of the kind."""
    try:
        found = json.loads(data.rstrip(b"\0"))
        choices, recipe = found["choices"], found.get("recipe")
        engine, values, source = choices["engine"], choices["values"], choices.get("source")
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    if not isinstance(engine, str) or not isinstance(values, dict):
        return None
    return ResultRecord(
        Choices(engine, values),
        source if isinstance(source, int) and 0 < source <= _LARGEST_TATTOO else None,
        choices.get("selected") is True,
        recipe if isinstance(recipe, dict) else {},
        _limits(choices.get("limits")),
        choices.get("in_place") is True,
    )


def _limits(found: object) -> SavedSelection | None:
    if not isinstance(found, dict):
        return None
    width, height, kept = (found.get(each.name) for each in fields(SavedSelection))
    if not (isinstance(width, int) and isinstance(height, int) and isinstance(kept, str)):
        return None
    return SavedSelection(width, height, kept) if min(width, height) > 0 else None


def with_layers(
    values: Mapping[str, Any], arguments: Iterable[Argument], other: Callable[[int], int | None]
) -> dict[str, Any]:
    """``values`` in which every layer is what ``other`` makes of it: its tattoo of its id, or the other way."""
    layers = {each.name for each in arguments if each.kind == "layer"}
    return {
        name: other(value) if name in layers and value is not None else value
        for name, value in values.items()
    }

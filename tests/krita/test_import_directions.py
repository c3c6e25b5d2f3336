"""The plugin's rooms: ui → controller → document → daemon → model, and nothing upwards."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import velatura_krita

PACKAGE = Path(velatura_krita.__file__).parent
FLOORS = (
    ("texts", "qt"),
    ("model",),
    ("daemon",),
    ("document",),
    ("controller",),
    ("ui",),
    ("docker", "extension"),
)
"""From the ground up: what lies on a floor imports from its own and from those below."""


def imported(path: Path) -> Iterator[str]:
    """The rooms, or modules beside them, that a file imports from."""
    here = path.relative_to(PACKAGE).with_suffix("").parts
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            parts = (*here[: -node.level], *(node.module.split(".") if node.module else ()))
            yield from [parts[0]] if parts else [each.name for each in node.names]


def floor_of(room: str) -> int:
    return next(place for place, rooms in enumerate(FLOORS) if room in rooms)


def test_nothing_is_imported_from_a_floor_above() -> None:
    wrong = []
    for path in sorted(PACKAGE.rglob("*.py")):
        room = path.relative_to(PACKAGE).with_suffix("").parts[0]
        if room in ("__init__", "velatura_link"):
            continue
        upwards = [each for each in imported(path) if floor_of(each) > floor_of(room)]
        wrong += [f"{path.relative_to(PACKAGE)}: {each}" for each in upwards]
    assert not wrong

"""Presets of the daemon as values of a procedure's arguments. Knows nothing of GIMP."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .arguments import STRENGTH, STYLE, Argument

Preset = Mapping[str, Any]


def presets_for(engine: str, presets: Iterable[Preset]) -> list[Preset]:
    """Those of ``presets`` that the engine's arguments can say whole."""
    return [each for each in presets if each["engine"] == engine and _is_flat(each)]


def values_of_preset(preset: Preset, arguments: Iterable[Argument]) -> dict[str, Any]:
    """What ``preset`` sets ``arguments`` to, their defaults included where it says nothing of a knob."""
    values: dict[str, Any] = {STRENGTH.name: float(preset.get("strength", STRENGTH.default))}
    if styles := preset.get("styles"):
        values[STYLE.name] = ", ".join(
            f"{each['name']}:{each.get('weight', 1):g}" for each in styles
        )
    for argument in arguments:
        if argument.place in ("params", "treatment"):
            said = preset.get(argument.place) or {}
            values[argument.name] = said.get(argument.knob, argument.default)
    return values


def _is_flat(preset: Preset) -> bool:
    looked_at = {key for style in preset.get("styles", ()) for key in style} - {"name", "weight"}
    return not preset.get("segments") and not looked_at

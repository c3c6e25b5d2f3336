"""Presets of the daemon as values of a procedure's arguments. Knows nothing of GIMP."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from velatura_link.titles import title_of

from .arguments import STRENGTH, STYLE, STYLE_FILE, STYLE_LAYER, Argument
from .choices import mixture_of

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
        # A file or a layer would go before them.
        values |= {STYLE_FILE.name: None, STYLE_LAYER.name: None}
    for argument in arguments:
        if argument.place in ("params", "common"):
            said = preset.get(argument.place) or {}
            values[argument.name] = said.get(argument.knob, argument.default)
    return values


def preset_of(
    engine: str, arguments: Iterable[Argument], values: Mapping[str, Any]
) -> dict[str, Any]:
    """``values`` as a preset: the styles of the library that are chosen, the strength, and every knob that differs."""
    preset: dict[str, Any] = {"engine": engine, "params": {}, "common": {}}
    if values.get(STYLE_FILE.name) is None and values.get(STYLE_LAYER.name) is None:
        mixture = mixture_of(values.get(STYLE.name) or "")
        if mixture:
            preset["styles"] = [{"name": name, "weight": each} for name, each in mixture.items()]
    strength = values.get(STRENGTH.name, STRENGTH.default)
    if strength != STRENGTH.default:
        preset["strength"] = strength
    for argument in arguments:
        if argument.place in ("params", "common"):
            value = values[argument.name]
            if value != argument.default:
                preset[argument.place][argument.knob] = value
    return preset


def title_of_preset(preset: Preset) -> str:
    """What the person called it."""
    return str(preset.get("title") or title_of(preset["name"]))


def _is_flat(preset: Preset) -> bool:
    looked_at = {key for style in preset.get("styles", ()) for key in style} - {"name", "weight"}
    return not preset.get("segments") and not looked_at

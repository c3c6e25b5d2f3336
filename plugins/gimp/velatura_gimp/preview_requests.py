"""Specs of requests for what a preview shows: smaller, by a quicker engine. Knows nothing of GIMP."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from velatura_link.engines import Manifest, needs_style, preview_engine, style_kinds

from .request_spec import RequestSpec


def can_preview(spec: RequestSpec, manifest: Manifest) -> bool:
    """Whether a quick engine can paint something like ``spec``."""
    engine = spec["engine"]
    quick = preview_engine(manifest, engine)
    if quick is None:
        return False
    styled = spec["styles"] or any(region["styles"] for region in spec["regions"])
    if not styled:
        return not needs_style(manifest, quick)
    return bool(set(style_kinds(manifest, engine)) & set(style_kinds(manifest, quick)))


def preview_spec(spec: RequestSpec, scale: float, manifest: Manifest) -> RequestSpec:
    """``spec`` for the same layer ``scale`` times as large, by the engine that paints its preview, with those knobs
    that both have. Lengths in the document shrink with it.
    """
    quick = preview_engine(manifest, spec["engine"])
    if quick is None:
        return spec
    entry, itself = manifest[quick], quick == spec["engine"]
    scaled = {**spec, "engine": quick, "inputs": spec["inputs"] if itself else {}}
    for place, schema in (("params", entry["schema"]), ("common", entry["common"])):
        known: Mapping[str, Mapping[str, Any]] = schema.get("properties", {})
        scaled[place] = {
            knob: _scaled(value, scale, known[knob])
            for knob, value in spec[place].items()
            if knob in known
        }
    if "size" in spec:
        scaled["size"] = [side and max(1, round(side * scale)) for side in spec["size"]]
    return scaled


def _scaled(value: Any, scale: float, facts: Mapping[str, Any]) -> Any:
    if not facts.get("scales"):
        return value
    return round(value * scale) if facts.get("type") == "integer" else value * scale

"""Wishes for what a preview shows: smaller, by a quicker engine. Knows nothing of GIMP."""

from __future__ import annotations

from .arguments import PREVIEW_ENGINE, Manifest, RequestSpec

_IN_PIXELS = frozenset(("stroke", "feather"))


def can_preview(spec: RequestSpec, manifest: Manifest) -> bool:
    """Whether the quick engine can paint something like ``spec``."""
    takes = [
        set(manifest.get(name, {}).get("descriptor", {}).get("styles", ()))
        for name in (spec["engine"], PREVIEW_ENGINE)
    ]
    styled = spec["styles"] or any(region["styles"] for region in spec["regions"])
    return bool(styled and takes[0] & takes[1])


def preview_spec(spec: RequestSpec, scale: float, manifest: Manifest) -> RequestSpec:
    """``spec`` for the same layer ``scale`` times as large, by the engine that is quick enough to be watched, with
    those knobs that both have.
    """
    known = manifest[PREVIEW_ENGINE]["schema"].get("properties", {})
    params = {knob: value for knob, value in spec["params"].items() if knob in known}
    common = {key: each for key, each in spec["common"].items() if key != "detail"}
    for knob in _IN_PIXELS & set(common):
        common[knob] *= scale
    return {
        **spec,
        "engine": PREVIEW_ENGINE,
        "params": params,
        "inputs": {},
        "common": common,
    }

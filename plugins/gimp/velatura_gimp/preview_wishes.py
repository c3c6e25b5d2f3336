"""Wishes for what a preview shows: smaller, by a quicker engine. Knows nothing of GIMP."""

from __future__ import annotations

from .arguments import PREVIEW_ENGINE, Manifest, Wish

_IN_PIXELS = frozenset(("stroke", "feather"))


def can_preview(wish: Wish, manifest: Manifest) -> bool:
    """Whether the quick engine can paint something like ``wish``."""
    takes = [
        set(manifest.get(name, {}).get("descriptor", {}).get("styles", ()))
        for name in (wish["engine"], PREVIEW_ENGINE)
    ]
    styled = wish["styles"] or any(region["styles"] for region in wish["regions"])
    return bool(styled and takes[0] & takes[1])


def preview_of(wish: Wish, scale: float, manifest: Manifest) -> Wish:
    """``wish`` for the same layer ``scale`` times as large, by the engine that is quick enough to be watched, with
    those knobs that both have.
    """
    known = manifest[PREVIEW_ENGINE]["schema"].get("properties", {})
    params = {knob: value for knob, value in wish["params"].items() if knob in known}
    common = {key: each for key, each in wish["common"].items() if key != "detail"}
    for knob in _IN_PIXELS & set(common):
        common[knob] *= scale
    return {
        **wish,
        "engine": PREVIEW_ENGINE,
        "params": params,
        "inputs": {},
        "common": common,
    }

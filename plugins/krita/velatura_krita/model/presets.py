"""Choices as a preset of the daemon's, and whether they are one. No Qt here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from velatura_link.engines import Manifest
from velatura_link.titles import title_of

from . import request_builder
from .choices import Choices, StyleChoice
from .knobs import own_values
from .style_view import PLAIN

Preset = Mapping[str, Any]


def title_of_preset(preset: Preset) -> str:
    """What the person called it."""
    return str(preset.get("title") or "") or title_of(str(preset["name"]))


def preset_of(manifest: Manifest, choices: Choices) -> dict[str, Any]:
    """``choices`` as the daemon keeps them (docs/reference/protocol.md, 6).

    Parts of the picture, the seed and models are left out: whoever uses the preset keeps their own.

    Raises ``ValueError`` with the file of a style that is not in the daemon's library.
    """
    return {
        "engine": choices.engine,
        **_knobs(manifest, choices),
        "styles": [
            _style(each.style, each.weight, each.view)
            for each in choices.mixture
            if not each.style.is_model
        ],
        "strength": choices.strength,
    }


def is_preset(manifest: Manifest, choices: Choices, preset: Preset) -> bool:
    """Whether ``choices`` are still what ``preset`` says."""
    wanted = choices.with_preset(preset)
    # Knobs last: this is asked for every preset while a slider moves.
    return (
        (wanted.engine, wanted.strength) == (choices.engine, choices.strength)
        and _parts(wanted) == _parts(choices)
        and _knobs(manifest, wanted) == _knobs(manifest, choices)
    )


def without_knobs(choices: Choices) -> Choices:
    """``choices`` with every knob of the engine's and of all engines at its default, and the default seed."""
    return replace(choices, params={**choices.params, choices.engine: {}}, common={}, seed=0)


def _knobs(manifest: Manifest, choices: Choices) -> dict[str, Any]:
    """What differs from the defaults."""
    engine = choices.engine
    return {
        "params": own_values(request_builder.engine_knobs(manifest, engine), choices.engine_params),
        "common": own_values(request_builder.common_knobs(manifest, engine), choices.common),
    }


def _parts(choices: Choices) -> list[tuple[object, ...]]:
    """The mixture, with weights as exact as they survive being kept."""
    return [(each.style, each.view, round(each.weight, 6)) for each in choices.mixture]


def _style(style: StyleChoice, weight: float, view: Any) -> dict[str, Any]:
    if style.name is None:
        raise ValueError(style.file)
    said: dict[str, Any] = {"name": style.name, "weight": weight}
    if view.crop != PLAIN.crop:
        said["crop"] = list(view.crop)
    if view.rotation != PLAIN.rotation:
        said["rotation"] = view.rotation
    if view.scale != PLAIN.scale:
        said["scale"] = view.scale
    return said

"""What an engine can be given beside the layer and styles: which inputs there are, and which is missing. No Qt here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .choices import Choices
from .input_choice import InputChoice
from .knobs import knobs_of

PICTURE = "raster"
KINDS = (PICTURE, "file", "number", "text")
"""Kinds that a person can give; an engine's state goes from one frame of a video to the next."""


@dataclass(frozen=True)
class Input:
    """An input of an engine's descriptor (docs/explanation/engines.md). ``when`` are knobs and the choices that need
    it.
    """

    name: str
    kind: str
    title: str
    required: bool = False
    when: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Missing:
    """An input that is needed and not given, and the titles of the ``knob`` and the ``choice`` that need it."""

    input: Input
    knob: str = ""
    choice: str = ""


def inputs_of(manifest: Mapping[str, Mapping[str, Any]], engine: str) -> tuple[Input, ...]:
    """Those that a person can give to ``engine``; none for one that the daemon does not have."""
    if engine not in manifest:
        return ()
    return tuple(
        Input(
            each["name"],
            each["kind"],
            str(each.get("title") or each["name"]),
            bool(each.get("required")),
            each.get("when") or {},
        )
        for each in manifest[engine]["descriptor"].get("inputs", ())
        if each.get("kind") in KINDS
    )


def asked(manifest: Mapping[str, Mapping[str, Any]], choices: Choices) -> tuple[Input, ...]:
    """Inputs that make a difference with the knobs as they are."""
    found = inputs_of(manifest, choices.engine)
    if not any(each.when for each in found):
        return found
    values = {knob.name: knob.default for knob in knobs_of(manifest[choices.engine]["schema"])}
    values.update(choices.engine_params)
    return tuple(
        each
        for each in found
        if all(values.get(knob) == choice for knob, choice in each.when.items())
    )


def given(manifest: Mapping[str, Mapping[str, Any]], choices: Choices) -> dict[str, InputChoice]:
    """What of the engine's inputs is given and makes a difference."""
    chosen = choices.engine_inputs
    return {
        each.name: chosen[each.name] for each in asked(manifest, choices) if each.name in chosen
    }


def missing(manifest: Mapping[str, Mapping[str, Any]], choices: Choices) -> Missing | None:
    """The first input without which the engine cannot paint with these knobs."""
    for each in asked(manifest, choices):
        if (each.required or each.when) and each.name not in choices.engine_inputs:
            titles = {knob.name: knob for knob in knobs_of(manifest[choices.engine]["schema"])}
            for name, choice in each.when.items():
                if name in titles:
                    return Missing(each, titles[name].title, titles[name].label(choice))
            return Missing(each)
    return None

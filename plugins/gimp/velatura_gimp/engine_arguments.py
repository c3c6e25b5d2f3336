"""The manifest as arguments of GIMP's procedures. Knows nothing of GIMP."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from math import inf
from typing import Any

from velatura_link.engines import (
    Manifest,
    content_use,
    inputs_of,
    needs_style,
    outputs_of,
    style_kinds,
)
from velatura_link.styles import BANK, CHECKPOINT, CODE, PAIR, PICTURE

from .arguments import (
    BEFORE_FILE,
    BEFORE_LAYER,
    CHECKPOINT_FILE,
    HEIGHT,
    LARGEST_INT,
    MASK_STYLE,
    MODEL,
    NEW_OUTPUT,
    OPTIONAL_SOURCE,
    OUTPUT,
    REST_STYLE,
    SEED,
    SOURCE,
    STRENGTH,
    STYLE,
    STYLE_FILE,
    STYLE_INDEX,
    STYLE_LAYER,
    USE_SELECTION,
    WIDTH,
    Argument,
    Kind,
    Place,
)

_KINDS: dict[str, Kind] = {"number": "double", "integer": "int", "boolean": "boolean"}
INPUTS: dict[str, tuple[Kind, str]] = {
    "raster": ("layer", "A layer."),
    "flow": (
        "layer",
        "A layer of floats: how far each pixel moved to the right and down, and how sure that is.",
    ),
    "file": ("file", "A file."),
    "number": ("string", "A number; nothing for none."),
    "text": ("string", "A text; nothing for none."),
}
"""Kinds of inputs that a person can give, as arguments; a ``state`` goes from one frame to the next."""
OUTPUTS: dict[str, tuple[Kind, str]] = {
    "raster": ("boolean", "Add this as a hidden layer above the result."),
    "file": ("save", "Where this file of the result is saved; nowhere without a name."),
}
"""Kinds of outputs beside the picture that a person can have, as arguments."""


def arguments_of(engine: str, manifest: Manifest) -> list[Argument]:
    """The arguments of the engine's procedure, in the order in which people should meet them.

    A knob that is neither a number nor a text nor a choice is left to ``velatura-run``.
    """
    entry = manifest[engine]
    before, after = _style_arguments(engine, manifest), _target_arguments(engine, manifest)
    found = [
        *_knobs("common", entry["common"]),
        *_knobs("params", entry["schema"]),
        *_inputs(engine, manifest),
        *_outputs(engine, manifest),
    ]
    taken = {argument.name for argument in (*before, *after)}
    others = []
    for argument in found:
        name = canonical(argument.name)
        name = name if name not in taken else f"{canonical(engine)}-{name}"
        taken.add(name)
        others.append(replace(argument, name=name))
    return [*before, *others, *after]


def canonical(name: str) -> str:
    """``name`` as GIMP allows names of arguments and procedures: ``[a-z][a-z0-9-]*``."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def choice_title(name: str) -> str:
    """A choice's value as people write it: ``keep-mask`` is Keep mask."""
    return name.replace("-", " ").capitalize()


def takes_library(kinds: Iterable[str]) -> bool:
    """Whether styles of the library fit an engine that takes styles of these ``kinds``."""
    return bool({PICTURE, CODE} & set(kinds))


def takes_models(kinds: Iterable[str]) -> bool:
    """Whether a model's file can be a style for an engine that takes styles of these ``kinds``."""
    return bool({CHECKPOINT, BANK} & set(kinds))


def _style_arguments(engine: str, manifest: Manifest) -> list[Argument]:
    """What an engine is asked about its style, where that goes, and how much of it."""
    kinds = set(style_kinds(manifest, engine))
    named, models = takes_library(kinds), takes_models(kinds)
    # An engine that can do without a style does so until one is chosen.
    style = STYLE if needs_style(manifest, engine) else replace(STYLE, default="")
    offered = (
        (style, named),
        (STYLE_FILE, named or PAIR in kinds),
        (STYLE_LAYER, bool({PICTURE, PAIR} & kinds)),
        (BEFORE_FILE, PAIR in kinds),
        (BEFORE_LAYER, PAIR in kinds),
        (CHECKPOINT_FILE, models),
        (MODEL, models),
        (STYLE_INDEX, BANK in kinds),
    )
    found = [argument for argument, fits in offered if fits]
    if content_use(manifest, engine) == "none":
        return [*found, USE_SELECTION]
    regional = [REST_STYLE, MASK_STYLE] if named or models else []
    return [*found, STRENGTH, USE_SELECTION, *regional]


def _target_arguments(engine: str, manifest: Manifest) -> list[Argument]:
    """What every engine is asked last: chance, and what becomes of what."""
    match content_use(manifest, engine):
        case "none":
            return [WIDTH, HEIGHT, SEED, NEW_OUTPUT]
        case "optional":
            return [WIDTH, HEIGHT, SEED, OPTIONAL_SOURCE, OUTPUT]
        case _:
            return [SEED, SOURCE, OUTPUT]


def _inputs(engine: str, manifest: Manifest) -> Iterator[Argument]:
    for each in inputs_of(manifest, engine):
        if each["kind"] in INPUTS:
            kind, blurb = INPUTS[each["kind"]]
            default = "" if kind == "string" else None
            name = each["name"]
            yield Argument(name, kind, each["title"], blurb, default, place="inputs", knob=name)


def _outputs(engine: str, manifest: Manifest) -> Iterator[Argument]:
    """Whether and where a person wants the outputs beside the picture."""
    for each in outputs_of(manifest, engine)[1:]:
        if each["kind"] in OUTPUTS:
            kind, blurb = OUTPUTS[each["kind"]]
            default = False if kind == "boolean" else None
            name = f"{'add' if kind == 'boolean' else 'save'}-{each['name']}"
            yield Argument(
                name, kind, each["title"], blurb, default, place="outputs", knob=each["name"]
            )


def _knobs(place: Place, schema: Mapping[str, Any]) -> Iterator[Argument]:
    for knob, facts in schema.get("properties", {}).items():
        kind = "choice" if "enum" in facts else _KINDS.get(facts.get("type", ""))
        if kind is None and facts.get("type") == "string":
            kind = "string"
        if kind is not None:
            yield _knob(place, knob, kind, facts)


def _knob(place: Place, knob: str, kind: Kind, facts: Mapping[str, Any]) -> Argument:
    edge = LARGEST_INT if kind == "int" else inf
    words: Mapping[str, str] = facts.get("labels", {})
    values = map(str, facts.get("enum", ()))
    return Argument(
        knob,
        kind,
        facts.get("title", knob),
        facts.get("description", ""),
        facts.get("default"),
        max(facts.get("minimum", -edge), -edge),
        min(facts.get("maximum", edge), edge),
        tuple((each, words.get(each) or choice_title(each)) for each in values),
        place,
        knob,
        facts.get("unit", ""),
        facts.get("zero", ""),
    )

"""Finds engines: every file of this folder that states a descriptor is one, named like its file."""

from __future__ import annotations

import difflib
import importlib
import pkgutil
import re
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

import velatura.engines
from velatura.engines.engine import Engine, EngineParams, FeedForward, Iterative, Pixelwise
from velatura.errors import BadParams, EngineFailed, UnknownEngine

_STATES_A_DESCRIPTOR = re.compile(r"^    descriptor\b[^\n]*=\s*Descriptor\(", re.MULTILINE)


@cache
def names() -> tuple[str, ...]:
    """Names of all engines, sorted. Sources are read, not imported: an engine may need torch."""
    found = []
    for folder in velatura.engines.__path__:
        for module in pkgutil.iter_modules([folder]):
            source = Path(folder, f"{module.name}.py")
            if source.is_file() and _STATES_A_DESCRIPTOR.search(source.read_text("utf-8")):
                found.append(module.name.replace("_", "-"))
    return tuple(sorted(found))


def load(name: str, *, only: Collection[str] | None = None) -> Engine:
    """The engine ``name``, importing its module and no other engine's.

    ``only`` limits the engines there are. Raises :class:`UnknownEngine` for any other name.
    """
    there = [each for each in names() if only is None or each in only]
    if name not in there:
        raise UnknownEngine(f"There is no engine called “{name}”.", hint=_alternatives(name, there))
    return _engine_class(name)()


@cache
def _engine_class(name: str) -> type[Engine]:
    module = importlib.import_module(f"velatura.engines.{name.replace('-', '_')}")
    for value in vars(module).values():
        if (
            isinstance(value, type)
            and issubclass(value, Engine)
            and "descriptor" in vars(value)
            and value.__module__ == module.__name__
        ):
            if value.descriptor.name != name:
                raise EngineFailed(
                    f"The engine in {module.__name__} calls itself “{value.descriptor.name}”.",
                    hint=f"An engine is named like its file: “{name}”.",
                )
            return value
    raise EngineFailed(f"{module.__name__} has no engine in it.")


def kind(engine: Engine) -> str:
    """``feed-forward``, ``iterative`` or ``pixelwise``: how an engine works."""
    kinds = {"feed-forward": FeedForward, "iterative": Iterative, "pixelwise": Pixelwise}
    return next(word for word, base in kinds.items() if isinstance(engine, base))


def validate(engine: Engine, params: Mapping[str, Any]) -> EngineParams:
    """``params`` as the engine's own model, defaults filled in; text is read as numbers.

    Raises :class:`BadParams` with one sentence about the first knob that is wrong.
    """
    properties: dict[str, dict[str, Any]] = engine.Params.model_json_schema().get("properties", {})
    for knob, value in params.items():
        # To pydantic, true is the number 1.
        schema = properties.get(knob, {})
        if isinstance(value, bool) and schema.get("type") in ("integer", "number"):
            raise BadParams(f"{knob} must be {_wanted(schema)}, not {str(value).lower()}.")
    try:
        return engine.Params.model_validate(dict(params))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
    knob = str(first["loc"][0]) if first["loc"] else ""
    if first["type"] == "extra_forbidden":
        raise BadParams(
            f"The engine {engine.descriptor.name} has no knob “{knob}”.",
            hint=_alternatives(knob, list(properties)),
        )
    if first["type"] == "missing":
        raise BadParams(f"The engine {engine.descriptor.name} needs a value for {knob}.")
    wanted = _wanted(properties.get(knob, {})) or str(first["msg"])
    raise BadParams(f"{knob} must be {wanted}, not {_shown(first['input'])}.")


def _wanted(schema: Mapping[str, Any]) -> str:
    """What a knob's JSON schema allows, to follow “must be”; empty when it does not say."""
    choices = schema.get("enum") or ([schema["const"]] if "const" in schema else None)
    if choices:
        return "one of " + ", ".join(map(str, choices)) if len(choices) > 1 else str(choices[0])
    kind = {
        "integer": "a whole number",
        "number": "a number",
        "boolean": "true or false",
        "string": "text",
    }.get(schema.get("type", ""), "")
    low, high = schema.get("minimum"), schema.get("maximum")
    above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    if low is not None and high is not None:
        return f"{kind} between {low:g} and {high:g}"
    limits = [
        f"{word} {limit:g}"
        for word, limit in (
            ("at least", low),
            ("at most", high),
            ("greater than", above),
            ("less than", below),
        )
        if limit is not None
    ]
    return " ".join([kind, " and ".join(limits)]).strip()


def _shown(value: object) -> str:
    text = f"“{value}”" if isinstance(value, str) else repr(value)
    return text if len(text) <= 60 else text[:60] + "…"


def _alternatives(name: str, there: Collection[str]) -> str:
    close = difflib.get_close_matches(name, there, n=3, cutoff=0.6)
    if close:
        return f"Did you mean {' or '.join(close)}?"
    return f"There are: {', '.join(there)}." if there else "There are none."

"""Knobs as a person or a client gives them, checked against the model that declares them."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from velatura.errors import BadParams

ModelT = TypeVar("ModelT", bound=BaseModel)


def validate(owner: str, model: type[ModelT], params: Mapping[str, Any]) -> ModelT:
    """``params`` as ``model``, defaults filled in; text is read as numbers.

    ``owner`` is whose they are: “engine adain”.

    Raises :class:`BadParams` with one sentence about the first knob that is wrong.
    """
    properties: dict[str, dict[str, Any]] = model.model_json_schema().get("properties", {})
    for knob, value in params.items():
        # To pydantic, true is the number 1.
        schema = properties.get(knob, {})
        if isinstance(value, bool) and schema.get("type") in ("integer", "number"):
            raise BadParams(f"{knob} must be {_wanted(schema)}, not {str(value).lower()}.")
    try:
        return model.model_validate(dict(params))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
    knob = str(first["loc"][0]) if first["loc"] else ""
    if first["type"] == "extra_forbidden":
        raise BadParams(
            f"The {owner} has no knob “{knob}”.", hint=alternatives(knob, list(properties))
        )
    if first["type"] == "missing":
        raise BadParams(f"The {owner} needs a value for {knob}.")
    wanted = _wanted(properties.get(knob, {})) or str(first["msg"])
    raise BadParams(f"{knob} must be {wanted}, not {_shown(first['input'])}.")


def alternatives(name: str, there: Collection[str]) -> str:
    """A hint for who asked for ``name``, of which there is none ``there``."""
    close = difflib.get_close_matches(name, there, n=3, cutoff=0.6)
    if close:
        return f"Did you mean {' or '.join(close)}?"
    return f"There are: {', '.join(there)}." if there else "There are none."


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

"""Knobs as a person or a client gives them, checked against the model that declares them."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from velatura.errors import BadParams
from velatura_link.text import Text, either

ModelT = TypeVar("ModelT", bound=BaseModel)

_KINDS = {
    "integer": Text("a whole number"),
    "number": Text("a number"),
    "boolean": Text("true or false"),
    "string": Text("text"),
}
_LIMITS = (
    Text("at least {limit}"),
    Text("at most {limit}"),
    Text("greater than {limit}"),
    Text("less than {limit}"),
)
"""How ``minimum``, ``maximum``, ``exclusiveMinimum`` and ``exclusiveMaximum`` are said."""


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
            raise BadParams(
                "{knob} must be {wanted}, not {value}.",
                knob=knob,
                wanted=_wanted(schema),
                value=str(value).lower(),
            )
    try:
        return model.model_validate(dict(params))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
    knob = str(first["loc"][0]) if first["loc"] else ""
    if first["type"] == "extra_forbidden":
        raise BadParams(
            "The {owner} has no knob “{knob}”.",
            hint=alternatives(knob, list(properties)),
            owner=owner,
            knob=knob,
        )
    if first["type"] == "missing":
        raise BadParams("The {owner} needs a value for {knob}.", owner=owner, knob=knob)
    wanted = _wanted(properties.get(knob, {})) or str(first["msg"])
    raise BadParams(
        "{knob} must be {wanted}, not {value}.",
        knob=knob,
        wanted=wanted,
        value=_shown(first["input"]),
    )


def alternatives(name: str, there: Collection[str]) -> Text:
    """A hint for who asked for ``name``, of which there is none ``there``."""
    close = difflib.get_close_matches(name, there, n=3, cutoff=0.6)
    if close:
        return Text("Did you mean {names}?", names=either(close))
    if not there:
        return Text("There are none.")
    return Text("There are: {names}.", names=", ".join(there))


def _wanted(schema: Mapping[str, Any]) -> str:
    """What a knob's JSON schema allows, to follow “must be”; empty when it does not say."""
    choices = schema.get("enum") or ([schema["const"]] if "const" in schema else None)
    if choices:
        if len(choices) == 1:
            return str(choices[0])
        return Text("one of {names}", names=", ".join(map(str, choices)))
    kind = _KINDS.get(schema.get("type", ""), Text(""))
    low, high = schema.get("minimum"), schema.get("maximum")
    above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    if low is not None and high is not None:
        return Text("{kind} between {low} and {high}", kind=kind, low=f"{low:g}", high=f"{high:g}")
    limits = [
        Text(words, limit=f"{limit:g}")
        for words, limit in zip(_LIMITS, (low, high, above, below), strict=True)
        if limit is not None
    ]
    if not limits:
        return kind
    if len(limits) == 1:
        return Text("{kind} {limit}", kind=kind, limit=limits[0])
    return Text("{kind} {limit} and {other}", kind=kind, limit=limits[0], other=limits[1])


def _shown(value: object) -> str:
    text = f"“{value}”" if isinstance(value, str) else repr(value)
    return text if len(text) <= 60 else text[:60] + "…"

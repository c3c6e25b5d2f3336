"""An engine's JSON schema as descriptions of widgets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Value = bool | int | float | str
Kind = Literal["slider", "number", "whole", "choice", "switch", "text"]

_SLIDER_SPAN = 1000.0
_STEPS = 200


@dataclass(frozen=True)
class Knob:
    """One setting: ``slider`` and ``number`` are fractions, ``whole`` is an integer; ``unit`` may be empty.

    ``scales`` marks a length in the document, which is smaller in a smaller picture of it. ``zero`` is the word for 0
    where 0 is no number but a rule, “Automatic” say; ``labels`` are words for ``choices``.
    """

    name: str
    kind: Kind
    title: str
    tip: str
    default: Value
    least: float = 0.0
    most: float = 0.0
    unit: str = ""
    scales: bool = False
    choices: tuple[str, ...] = ()
    zero: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)

    def label(self, choice: object) -> str:
        """A choice in words."""
        words = self.labels.get(str(choice)) or str(choice).replace("-", " ").replace("_", " ")
        return f"{words[:1].upper()}{words[1:]}"

    def differs(self, values: Mapping[str, object]) -> bool:
        """Whether ``values`` have it at something else than its default."""
        value = values.get(self.name, self.default)
        return self.admits(value) and value != self.default

    @property
    def step(self) -> float:
        """How far one turn of the wheel goes."""
        if self.kind == "whole":
            return 1.0
        return max((self.most - self.least) / _STEPS, 0.001) if self.kind == "slider" else 0.1

    def admits(self, value: object) -> bool:
        """Whether ``value`` may be sent as this knob's."""
        if self.kind == "switch":
            return isinstance(value, bool)
        if self.kind == "choice":
            return value in self.choices
        if self.kind == "text":
            return isinstance(value, str)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return False
        whole = self.kind != "whole" or float(value).is_integer()
        return whole and self.least <= value <= self.most


def knobs_of(schema: Mapping[str, Any]) -> tuple[Knob, ...]:
    """The knobs that ``schema`` (an object of flat scalars) describes, in its order; other properties are left out."""
    properties = schema.get("properties")
    return tuple(_known(properties)) if isinstance(properties, Mapping) else ()


def own_values(knobs: tuple[Knob, ...], chosen: Mapping[str, object]) -> dict[str, Value]:
    """What of ``chosen`` these knobs admit and would not say by themselves."""
    return {
        knob.name: chosen[knob.name]  # type: ignore[misc]
        for knob in knobs
        if knob.name in chosen
        and knob.admits(chosen[knob.name])
        and chosen[knob.name] != knob.default
    }


def scaled(knobs: tuple[Knob, ...], chosen: Mapping[str, Value], factor: float) -> dict[str, Value]:
    """``chosen`` for a picture ``factor`` times as large: lengths in the document grow with it."""
    lengths = {knob.name: knob for knob in knobs if knob.scales}
    return {
        name: _length(lengths[name], value * factor)
        if name in lengths and isinstance(value, (int, float))
        else value
        for name, value in chosen.items()
    }


def _length(knob: Knob, value: float) -> Value:
    held = min(max(value, knob.least), knob.most)
    return max(round(held), 1) if knob.kind == "whole" else held


def _known(properties: Mapping[str, Any]) -> Iterator[Knob]:
    for name, facts in properties.items():
        if not isinstance(facts, Mapping):
            continue
        kind = _kind(facts)
        if kind is not None and "default" in facts:
            least, most = _range(facts, whole=kind == "whole")
            yield Knob(
                name=name,
                kind=kind,
                title=str(facts.get("title", name)),
                tip=str(facts.get("description", "")),
                default=facts["default"],
                least=least,
                most=most,
                unit=str(facts.get("unit", "")),
                scales=facts.get("scales") is True,
                choices=tuple(str(each) for each in facts.get("enum", ())),
                zero=str(facts.get("zero", "")),
                labels=_words(facts.get("labels")),
            )


def _words(found: object) -> dict[str, str]:
    pairs = found.items() if isinstance(found, Mapping) else ()
    return {str(choice): str(words) for choice, words in pairs}


def _kind(facts: Mapping[str, Any]) -> Kind | None:
    if "enum" in facts:
        return "choice"
    kind = facts.get("type")
    if kind == "number":
        bounded = "minimum" in facts and "maximum" in facts
        narrow = bounded and facts["maximum"] - facts["minimum"] < _SLIDER_SPAN
        return "slider" if narrow else "number"
    kinds: dict[object, Kind] = {"integer": "whole", "boolean": "switch", "string": "text"}
    return kinds.get(kind)


def _range(facts: Mapping[str, Any], *, whole: bool) -> tuple[float, float]:
    # What Qt's spin boxes can hold.
    widest = float(2**31 - 1) if whole else 1e12
    least = facts.get("minimum", facts.get("exclusiveMinimum", -widest))
    most = facts.get("maximum", facts.get("exclusiveMaximum", widest))
    return max(float(least), -widest), min(float(most), widest)

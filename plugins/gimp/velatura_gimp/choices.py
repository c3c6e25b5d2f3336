"""What a person chose: an engine, and values of its arguments. Knows nothing of GIMP."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from velatura_link.errors import LinkError

from .arguments import Argument
from .request_spec import styles_named

OnChange = Callable[[str], None]
"""Told the name of an argument whose value changed."""


@dataclass(frozen=True)
class Choices:
    """``values`` by the arguments' names; files are paths in them, layers are ids."""

    engine: str
    values: Mapping[str, Any]


@dataclass
class Values:
    """Values of an engine's ``arguments``, which tell ``watchers`` of every change."""

    arguments: Sequence[Argument]
    current: dict[str, Any]
    watchers: list[OnChange] = field(default_factory=list)

    @classmethod
    def of(cls, arguments: Sequence[Argument], given: Mapping[str, Any]) -> Values:
        """``given``, with defaults for what is missing there or does not fit."""
        return cls(arguments, {each.name: fitting_value(each, given) for each in arguments})

    def __getitem__(self, name: str) -> Any:
        return self.current.get(name)

    def set(self, name: str, value: Any) -> None:
        """Change a value; an argument that the engine lacks is left out."""
        if name in self.current and self.current[name] != value:
            self.current[name] = value
            for told in tuple(self.watchers):
                told(name)

    def differs(self, names: Iterable[str]) -> bool:
        """Whether any of these arguments has another value than its default."""
        wanted = set(names)
        return any(
            self.current[each.name] != each.default
            for each in self.arguments
            if each.name in wanted
        )

    def reset(self, names: Iterable[str]) -> None:
        """Give these arguments their defaults."""
        wanted = set(names)
        for each in self.arguments:
            if each.name in wanted:
                self.set(each.name, each.default)


def fitting_value(argument: Argument, given: Mapping[str, Any]) -> Any:
    """The argument's value in ``given`` if it can be one, else its default. What was kept may come from anywhere."""
    value = given.get(argument.name, argument.default)
    if argument.kind in ("double", "int"):
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not number or not argument.low <= value <= argument.high:
            return argument.default
        return int(value) if argument.kind == "int" else float(value)
    if argument.kind == "choice":
        known = [each for each, _ in argument.choices]
        return value if value in known else argument.default
    kinds = {"boolean": bool, "string": str, "file": str, "save": str, "layer": int}
    return value if value is None or isinstance(value, kinds[argument.kind]) else argument.default


def mixture_of(text: str) -> dict[str, float]:
    """Names and weights in ``NAME, NAME:WEIGHT``; nothing for a text that is no mixture."""
    try:
        return {each["name"]: float(each.get("weight", 1.0)) for each in styles_named(text)}
    except LinkError:
        return {}


def text_of_mixture(mixture: Mapping[str, float]) -> str:
    """``mixture`` as ``NAME, NAME:WEIGHT``."""
    return ", ".join(
        name if weight == 1 else f"{name}:{weight:g}" for name, weight in mixture.items()
    )


def with_names(mixture: Mapping[str, float], names: Iterable[str]) -> dict[str, float]:
    """The mixture of ``names``: those that were in it before keep their weights and places."""
    wanted = list(dict.fromkeys(names))
    kept = {name: weight for name, weight in mixture.items() if name in wanted}
    kept.update((name, 1.0) for name in wanted if name not in kept)
    return dict.fromkeys(kept, 1.0) if len(kept) == 1 else kept

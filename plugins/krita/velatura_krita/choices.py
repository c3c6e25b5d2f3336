"""What the person chose: everything that a job is made from but the pixels. It travels as JSON in the document."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Literal

from .knobs import Value

Output = Literal["layer", "group", "in-place"]
OUTPUTS: tuple[Output, ...] = ("layer", "group", "in-place")
DEFAULT_ENGINE = "glaze"
LIVE_ENGINE = "glaze-live"
_VERSION = 1


@dataclass(frozen=True)
class StyleChoice:
    """A style by where it is: ``name`` of the daemon's library, or ``file`` of the docker's own shelf."""

    name: str | None = None
    file: str | None = None

    @property
    def known(self) -> bool:
        """Whether it says one of the two."""
        return (self.name is None) != (self.file is None)


@dataclass(frozen=True)
class RegionChoice:
    """Where other styles apply: over a ``node``'s mask (its id in the document), or a kept selection.

    ``title`` is what the list shows; ``bounds`` (x, y, width, height) and ``kept`` (base64 of deflated bytes, one for
    a pixel) are the selection's.
    """

    title: str
    style: StyleChoice
    node: str | None = None
    bounds: tuple[int, int, int, int] | None = None
    kept: str = ""
    strength: float = 1.0


@dataclass(frozen=True)
class Choices:
    """``params`` are by engine, so that each remembers its own; knobs that stand at their default are left out."""

    engine: str = DEFAULT_ENGINE
    params: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)
    treatment: Mapping[str, Value] = field(default_factory=dict)
    styles: tuple[StyleChoice, ...] = ()
    strength: float = 1.0
    seed: int = 0
    regions: tuple[RegionChoice, ...] = ()
    output: Output = "layer"

    @property
    def engine_params(self) -> Mapping[str, Value]:
        """Those of the engine that is chosen."""
        return self.params.get(self.engine, {})

    def with_param(self, name: str, value: Value) -> Choices:
        """These, with a knob of the chosen engine turned."""
        own = {**self.engine_params, name: value}
        return replace(self, params={**self.params, self.engine: own})

    def with_treatment(self, name: str, value: Value) -> Choices:
        """These, with a knob of every engine turned."""
        return replace(self, treatment={**self.treatment, name: value})

    def with_preset(self, preset: Mapping[str, Any]) -> Choices:
        """These, with what ``preset`` (docs/protocol.md, 6) says."""
        engine = preset.get("engine") or self.engine
        named = tuple(
            StyleChoice(name=each["name"]) for each in preset.get("styles") or () if "name" in each
        )
        strength = preset.get("strength")
        return replace(
            self,
            engine=engine,
            params={**self.params, engine: dict(preset.get("params") or {})},
            treatment=dict(preset.get("treatment") or {}),
            styles=named or self.styles,
            strength=self.strength if strength is None else float(strength),
        )


def to_json(choices: Choices) -> str:
    """``choices`` as text."""
    return json.dumps({"version": _VERSION, **asdict(choices)}, sort_keys=True)


def from_json(text: str) -> Choices:
    """What ``text`` says, as far as it can be understood: whatever else it holds is left at its default."""
    try:
        found = json.loads(text)
    except ValueError:
        return Choices()
    if not isinstance(found, dict) or found.get("version") != _VERSION:
        return Choices()
    start = Choices()
    strength, seed = found.get("strength"), found.get("seed")
    return Choices(
        engine=found["engine"] if isinstance(found.get("engine"), str) else start.engine,
        params={
            name: _scalars(each)
            for name, each in _map(found.get("params")).items()
            if isinstance(each, dict)
        },
        treatment=_scalars(_map(found.get("treatment"))),
        styles=tuple(
            style for each in _list(found.get("styles")) if (style := _style(each)) is not None
        ),
        strength=min(max(float(strength), 0.0), 1.0) if _is_number(strength) else start.strength,
        seed=int(seed) if _is_number(seed) else start.seed,
        regions=tuple(
            region for each in _list(found.get("regions")) if (region := _region(each)) is not None
        ),
        output=found["output"] if found.get("output") in OUTPUTS else start.output,
    )


def _style(found: object) -> StyleChoice | None:
    facts = _map(found)
    style = StyleChoice(*(facts.get(each.name) for each in fields(StyleChoice)))
    texts = all(each is None or isinstance(each, str) for each in (style.name, style.file))
    return style if texts and style.known else None


def _region(found: object) -> RegionChoice | None:
    facts = _map(found)
    style, title, bounds = _style(facts.get("style")), facts.get("title"), facts.get("bounds")
    if style is None or not isinstance(title, str):
        return None
    node, kept, strength = facts.get("node"), facts.get("kept"), facts.get("strength")
    if isinstance(node, str):
        return RegionChoice(title, style, node=node, strength=_share(strength))
    whole = isinstance(bounds, list) and len(bounds) == 4
    if not whole or not all(isinstance(each, int) for each in bounds) or not isinstance(kept, str):
        return None
    x, y, width, height = bounds
    held = (x, y, width, height)
    return RegionChoice(title, style, bounds=held, kept=kept, strength=_share(strength))


def _share(found: object) -> float:
    return min(max(float(found), 0.0), 1.0) if _is_number(found) else 1.0  # type: ignore[arg-type]


def _is_number(found: object) -> bool:
    return isinstance(found, (int, float)) and not isinstance(found, bool)


def _scalars(found: Mapping[str, Any]) -> dict[str, Value]:
    return {name: each for name, each in found.items() if isinstance(each, (bool, int, float, str))}


def _map(found: object) -> dict[str, Any]:
    return found if isinstance(found, dict) else {}


def _list(found: object) -> list[Any]:
    return found if isinstance(found, list) else []

"""What the person chose: everything that a job is made from but the pixels. It travels as JSON in the document."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from types import MappingProxyType
from typing import Any, Literal

from .input_choice import InputChoice, input_of
from .knobs import Value
from .shares import levelled, with_share
from .style_view import PLAIN, StyleView, is_number, said, view_of

Output = Literal["layer", "group", "in-place"]
OUTPUTS: tuple[Output, ...] = ("layer", "group", "in-place")
SourceKind = Literal["layer", "selected", "visible", "frames", "canvas"]
SOURCES: tuple[SourceKind, ...] = ("layer", "selected", "visible", "frames", "canvas")
"""``canvas`` is no source of pixels: a new picture, as large as the canvas or what is selected of it."""
_VERSION = 1
_WEIGHTS = (1e-9, 1e9)


@dataclass(frozen=True)
class StyleChoice:
    """A style by where it is: ``name`` of the daemon's library, ``file`` of the docker's own pending styles, ``model``
    of the daemon's by name, or a ``checkpoint``, a model's file by its path.
    """

    name: str | None = None
    file: str | None = None
    model: str | None = None
    checkpoint: str | None = None

    @property
    def known(self) -> bool:
        """Whether it says exactly one of the four."""
        return sum(each is not None for each in vars(self).values()) == 1

    @property
    def is_model(self) -> bool:
        """Whether it is a network that was trained for a style, or for several, instead of a picture."""
        return self.model is not None or self.checkpoint is not None


@dataclass(frozen=True)
class WeightedStyle:
    """A style of the mixture: ``weight``, above 0, is relative to the others'; ``view`` how its picture is taken."""

    style: StyleChoice
    weight: float = 1.0
    view: StyleView = PLAIN


@dataclass(frozen=True)
class RegionChoice:
    """Where other styles apply: over a ``node``'s mask (its id in the document), or a kept selection.

    ``title`` is what the list shows; ``bounds`` (x, y, width, height) and ``kept`` (base64 of deflated bytes, one for
    a pixel) are the selection's; ``view`` is how the style's picture is taken.
    """

    title: str
    style: StyleChoice
    node: str | None = None
    bounds: tuple[int, int, int, int] | None = None
    kept: str = ""
    strength: float = 1.0
    view: StyleView = PLAIN


@dataclass(frozen=True)
class Choices:
    """``params`` are by engine, so that each remembers its own; knobs that stand at their default are left out.

    ``engine`` is empty until it is known which one is the default. ``extras`` are names of outputs beside the picture
    that are wanted, by engine. A style may be more than once in the ``mixture``, each time with another view.
    """

    engine: str = ""
    params: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)
    common: Mapping[str, Value] = field(default_factory=dict)
    mixture: tuple[WeightedStyle, ...] = ()
    strength: float = 1.0
    seed: int = 0
    regions: tuple[RegionChoice, ...] = ()
    output: Output = "layer"
    source: SourceKind = "layer"
    inputs: Mapping[str, Mapping[str, InputChoice]] = field(default_factory=dict)
    extras: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def engine_extras(self) -> tuple[str, ...]:
        """Outputs beside the picture that are wanted of the engine that is chosen."""
        return self.extras.get(self.engine, ())

    @property
    def engine_inputs(self) -> Mapping[str, InputChoice]:
        """What the engine that is chosen is given beside the layer and the styles."""
        return self.inputs.get(self.engine, {})

    @property
    def engine_params(self) -> Mapping[str, Value]:
        """Those of the engine that is chosen."""
        return self.params.get(self.engine, {})

    @property
    def styles(self) -> tuple[StyleChoice, ...]:
        """Those of the mixture."""
        return tuple(each.style for each in self.mixture)

    def with_param(self, name: str, value: Value) -> Choices:
        """These, with a knob of the chosen engine turned."""
        own = {**self.engine_params, name: value}
        return replace(self, params={**self.params, self.engine: own})

    def with_input(self, name: str, given: InputChoice | None) -> Choices:
        """These, with an input of the chosen engine; None for an input that it is not given."""
        rest = {key: each for key, each in self.engine_inputs.items() if key != name}
        own = rest if given is None else {**rest, name: given}
        return replace(self, inputs={**self.inputs, self.engine: own})

    def with_extra(self, name: str, wanted: bool) -> Choices:
        """These, with one of the chosen engine's outputs wanted, or no more."""
        rest = tuple(each for each in self.engine_extras if each != name)
        own = (*rest, name) if wanted else rest
        return replace(self, extras={**self.extras, self.engine: own})

    def with_common(self, name: str, value: Value) -> Choices:
        """These, with a knob of every engine turned."""
        return replace(self, common={**self.common, name: value})

    def with_styles(
        self,
        styles: Iterable[StyleChoice],
        views: Mapping[StyleChoice, StyleView] = MappingProxyType({}),
    ) -> Choices:
        """These, with a mixture of ``styles``: those that stay keep their places, weights and views.

        One that is new comes last, with the mean of the weights, and is taken as ``views`` says.
        """
        wanted = dict.fromkeys(styles)
        stay = _levelled(each for each in self.mixture if each.style in wanted)
        missing = [each for each in wanted if each not in self.styles]
        new = [WeightedStyle(each, view=views.get(each, PLAIN)) for each in missing]
        return replace(self, mixture=(*stay, *new))

    def at_most(self, number: int) -> Choices:
        """These, with the last ``number`` styles of the mixture; 0 for any number."""
        return replace(self, mixture=_levelled(self.mixture[-number:])) if number else self

    def with_share(self, place: int, share: float) -> Choices:
        """These, where that ``place`` of the mixture has ``share``, 0 to 1; the others keep their proportions."""
        return self._weighed(with_share([each.weight for each in self.mixture], place, share))

    def evened(self) -> Choices:
        """These, mixed in equal parts."""
        return self._weighed([1.0] * len(self.mixture))

    def without(self, place: int) -> Choices:
        """These, without what is at that ``place`` of the mixture."""
        rest = (*self.mixture[:place], *self.mixture[place + 1 :])
        return replace(self, mixture=_levelled(rest))

    def with_preset(self, preset: Mapping[str, Any]) -> Choices:
        """These, with what ``preset`` (docs/reference/protocol.md, 6) says."""
        engine = preset.get("engine") or self.engine
        mixture = _mixture(preset.get("styles"))
        strength = preset.get("strength")
        return replace(
            self,
            engine=engine,
            params={**self.params, engine: dict(preset.get("params") or {})},
            common=dict(preset.get("common") or {}),
            mixture=mixture or self.mixture,
            strength=self.strength if strength is None else float(strength),
        )

    def _weighed(self, weights: Sequence[float]) -> Choices:
        parts = zip(self.mixture, weights, strict=True)
        return replace(self, mixture=tuple(replace(each, weight=weight) for each, weight in parts))


def to_json(choices: Choices) -> str:
    """``choices`` as text."""
    facts = {each.name: getattr(choices, each.name) for each in fields(choices)}
    del facts["mixture"]
    facts["inputs"] = {
        engine: {name: asdict(each) for name, each in given.items()}
        for engine, given in choices.inputs.items()
        if given
    }
    styles = [
        {**asdict(each.style), "weight": each.weight, **said(each.view)} for each in choices.mixture
    ]
    regions = [
        {**asdict(each), "style": {**asdict(each.style), **said(each.view)}}
        for each in choices.regions
    ]
    for region in regions:
        del region["view"]
    return json.dumps(
        {"version": _VERSION, **facts, "styles": styles, "regions": regions}, sort_keys=True
    )


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
        common=_scalars(_map(found.get("common"))),
        mixture=_mixture(found.get("styles")),
        strength=min(max(float(strength), 0.0), 1.0) if is_number(strength) else start.strength,
        seed=int(seed) if is_number(seed) else start.seed,
        regions=tuple(
            region for each in _list(found.get("regions")) if (region := _region(each)) is not None
        ),
        output=found["output"] if found.get("output") in OUTPUTS else start.output,
        source=found["source"] if found.get("source") in SOURCES else start.source,
        inputs={
            engine: {
                name: given
                for name, facts in _map(each).items()
                if (given := input_of(facts)) is not None
            }
            for engine, each in _map(found.get("inputs")).items()
        },
        extras={
            engine: tuple(name for name in _list(each) if isinstance(name, str))
            for engine, each in _map(found.get("extras")).items()
        },
    )


def _mixture(found: object) -> tuple[WeightedStyle, ...]:
    """Styles as a document or a preset has them."""
    made = []
    for each in _list(found):
        style, facts = _style(each), _map(each)
        if style is not None:
            made.append(WeightedStyle(style, _weight(facts.get("weight")), view_of(facts)))
    return _levelled(made)


def _levelled(mixture: Iterable[WeightedStyle]) -> tuple[WeightedStyle, ...]:
    parts = tuple(mixture)
    weights = levelled([each.weight for each in parts])
    return tuple(replace(each, weight=weight) for each, weight in zip(parts, weights, strict=True))


def _weight(found: object) -> float:
    least, most = _WEIGHTS
    return float(found) if is_number(found) and least <= found <= most else 1.0


def _style(found: object) -> StyleChoice | None:
    facts = _map(found)
    style = StyleChoice(*(facts.get(each.name) for each in fields(StyleChoice)))
    texts = all(each is None or isinstance(each, str) for each in vars(style).values())
    return style if texts and style.known else None


def _region(found: object) -> RegionChoice | None:
    facts = _map(found)
    style, title, bounds = _style(facts.get("style")), facts.get("title"), facts.get("bounds")
    if style is None or not isinstance(title, str):
        return None
    node, kept, strength = facts.get("node"), facts.get("kept"), _share(facts.get("strength"))
    view = view_of(_map(facts.get("style")))
    if isinstance(node, str):
        return RegionChoice(title, style, node=node, strength=strength, view=view)
    if not isinstance(bounds, list) or len(bounds) != 4 or not isinstance(kept, str):
        return None
    if not all(isinstance(each, int) for each in bounds):
        return None
    x, y, width, height = bounds
    held = (x, y, width, height)
    return RegionChoice(title, style, bounds=held, kept=kept, strength=strength, view=view)


def _share(found: object) -> float:
    return min(max(float(found), 0.0), 1.0) if is_number(found) else 1.0


def _scalars(found: Mapping[str, Any]) -> dict[str, Value]:
    return {name: each for name, each in found.items() if isinstance(each, (bool, int, float, str))}


def _map(found: object) -> dict[str, Any]:
    return found if isinstance(found, dict) else {}


def _list(found: object) -> list[Any]:
    return found if isinstance(found, list) else []

"""The manifest as arguments of GIMP's procedures, and their values as a spec. Knows nothing of GIMP.

A *spec* is what ``velatura-run`` takes as JSON: a request of docs/protocol.md, section 5, in which pixels are named
instead of sent. A style is ``{name}``, ``{file: path}`` or ``{layer: id or name}``, with ``weight``, ``crop``,
``rotation`` and ``scale`` as there; a region's mask is ``"selection"``, ``"layer-mask"`` or ``{layer: id or name}``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from math import inf
from pathlib import PurePath
from typing import Any, Literal

from velatura_link.errors import LinkError
from velatura_link.styles import CODE, PICTURE
from velatura_link.titles import title_of

from .texts import tr

Manifest = Mapping[str, Mapping[str, Any]]
RequestSpec = dict[str, Any]
Kind = Literal["double", "int", "boolean", "choice", "string", "file", "layer"]
Place = Literal["own", "common", "params", "inputs"]

DEFAULT_ENGINE = "glaze"
PREVIEW_ENGINE = "glaze-live"
DEFAULT_STYLE = "starry-night"
NEW_LAYER, IN_PLACE = "new-layer", "in-place"
CHOSEN, VISIBLE = "chosen", "visible"
SELECTION, LAYER_MASK = "selection", "layer-mask"
_LARGEST_INT = 2**31 - 1
_KINDS: dict[str, Kind] = {"number": "double", "integer": "int", "boolean": "boolean"}


@dataclass(frozen=True)
class Argument:
    """One argument of a procedure. ``place`` and ``knob`` say where in a request its value goes.

    ``title``, ``blurb`` and the labels in ``choices`` (value, label) are English. ``low`` and ``high`` are of numbers.
    """

    name: str
    kind: Kind
    title: str
    blurb: str
    default: Any = None
    low: float = -inf
    high: float = inf
    choices: tuple[tuple[str, str], ...] = ()
    place: Place = "own"
    knob: str = ""
    unit: str = ""
    zero: str = ""
    """The word for 0, where 0 is no amount."""

    @property
    def label(self) -> str:
        """The title in the person's language, and the unit."""
        return f"{tr(self.title)} ({tr(self.unit)})" if self.unit else tr(self.title)


STYLE = Argument(
    "style",
    "string",
    "Style",
    "Name of a style in the library; several with commas are mixed, as NAME or NAME:WEIGHT.",
    DEFAULT_STYLE,
)
STYLE_FILE = Argument(
    "style-file", "file", "Style from a file", "A picture to imitate instead of one of the library."
)
STYLE_LAYER = Argument(
    "style-layer", "layer", "Style from a layer", "A layer to imitate instead of a file."
)
STRENGTH = Argument(
    "strength", "double", "Strength", "How much of the painting is laid over.", 1.0, 0.0, 1.0
)
SEED = Argument("seed", "int", "Seed", "Random seed.", 0, 0, _LARGEST_INT)
USE_SELECTION = Argument(
    "use-selection",
    "boolean",
    "Only in the selection",
    "Paint the style where something is selected, as far as it is selected.",
    True,
)
REST_STYLE = Argument(
    "rest-style",
    "string",
    "Style outside",
    "Style, as above, of what the selection leaves. Without one that stays as it is.",
    "",
)
MASK_STYLE = Argument(
    "mask-style",
    "string",
    "Style in the layer mask",
    "Style, as above, where the layer has a mask and it is white. Without one the mask is no region.",
    "",
)
OUTPUT = Argument(
    "output",
    "choice",
    "Result",
    "A new layer above this one, or this layer itself.",
    NEW_LAYER,
    choices=((NEW_LAYER, "New layer"), (IN_PLACE, "This layer")),
)
SOURCE = Argument(
    "source",
    "choice",
    "What is painted",
    "The chosen layers, each by itself, or the picture as it is seen, which becomes a new layer on top.",
    CHOSEN,
    choices=((CHOSEN, "The chosen layers"), (VISIBLE, "What is visible")),
)
REQUEST = Argument(
    "request",
    "string",
    "Request",
    'What to do as JSON, for example {"engine": "glaze", "styles": [{"name": "scream"}]}.',
    "{}",
)
REGIONS = (USE_SELECTION, REST_STYLE, MASK_STYLE)
_AFTER = (SEED, SOURCE, OUTPUT)


def shown_engines(manifest: Manifest) -> list[str]:
    """The engines that people are to see, the default one first."""
    names = [name for name, entry in manifest.items() if not entry["descriptor"].get("hidden")]
    return sorted(names, key=lambda name: (name != DEFAULT_ENGINE, name))


def arguments_of(engine: str, entry: Mapping[str, Any]) -> list[Argument]:
    """The arguments of the engine's procedure, in the order in which people should meet them.

    A knob that is neither a number nor a text nor a choice is left to ``velatura-run``.
    """
    own = _own(entry["descriptor"]["styles"])
    taken = {argument.name for argument in own}
    inputs = [
        Argument(
            each["name"], "layer", each["title"], "A layer.", place="inputs", knob=each["name"]
        )
        for each in entry["descriptor"].get("inputs", ())
        if each["kind"] == "raster"
    ]
    found = [*_knobs("common", entry["common"]), *_knobs("params", entry["schema"]), *inputs]
    others = []
    for argument in found:
        name = canonical(argument.name)
        name = name if name not in taken else f"{canonical(engine)}-{name}"
        taken.add(name)
        others.append(replace(argument, name=name))
    return [*own[: -len(_AFTER)], *others, *_AFTER]


def _own(styles: Iterable[str]) -> list[Argument]:
    """What every engine is asked that takes such ``styles``."""
    if not styles:
        return [STRENGTH, USE_SELECTION, *_AFTER]
    # The default one is a picture, and a code.
    named = STYLE if {PICTURE, CODE} & set(styles) else replace(STYLE, default="")
    return [named, STYLE_FILE, STYLE_LAYER, STRENGTH, *REGIONS, *_AFTER]


def canonical(name: str) -> str:
    """``name`` as GIMP allows names of arguments and procedures: ``[a-z][a-z0-9-]*``."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def choice_title(name: str) -> str:
    """A choice's value as people write it: ``keep-mask`` is Keep mask."""
    return name.replace("-", " ").capitalize()


def styles_named(text: str) -> list[RequestSpec]:
    """The styles in ``NAME, NAME:WEIGHT``."""
    return [_style_named(part.strip()) for part in text.split(",") if part.strip()]


def request_spec(
    engine: str,
    arguments: Iterable[Argument],
    values: Mapping[str, Any],
    *,
    selected: bool,
    masked: bool,
) -> RequestSpec:
    """What a procedure called with ``values`` wishes; files are paths in them, layers are ids.

    ``selected`` says whether anything is selected, ``masked`` whether the layer has a mask.
    """
    chosen = _chosen(values)
    rest, regions = chosen, []
    if selected and values.get(USE_SELECTION.name):
        regions.append({"mask": SELECTION, "styles": chosen})
        rest = styles_named(values.get(REST_STYLE.name) or "")
    in_mask = styles_named(values.get(MASK_STYLE.name) or "")
    if masked and in_mask:
        regions.append({"mask": LAYER_MASK, "styles": in_mask})
    spec: RequestSpec = {
        "engine": engine,
        "strength": values[STRENGTH.name],
        "seed": values[SEED.name],
        "styles": rest,
        "regions": regions,
        "params": {},
        "common": {},
        "inputs": {},
    }
    for argument in arguments:
        if argument.place == "inputs" and values[argument.name] is not None:
            spec["inputs"][argument.knob] = {"layer": values[argument.name]}
        elif argument.place in ("params", "common"):
            spec[argument.place][argument.knob] = values[argument.name]
    return spec


def label_of(spec: RequestSpec, title_of_layer: Callable[[int | str], str]) -> str:
    """The styles of ``spec`` in a few words; empty when there are none."""
    styles = [style for region in spec.get("regions", ()) for style in region.get("styles", ())]
    labels = [_label(style, title_of_layer) for style in (*styles, *spec.get("styles", ()))]
    return " + ".join(dict.fromkeys(labels))


def _chosen(values: Mapping[str, Any]) -> list[RequestSpec]:
    if values.get(STYLE_LAYER.name) is not None:
        return [{"layer": values[STYLE_LAYER.name]}]
    if values.get(STYLE_FILE.name):
        return [{"file": values[STYLE_FILE.name]}]
    return styles_named(values.get(STYLE.name) or "")


def _style_named(text: str) -> RequestSpec:
    name, colon, weight = text.rpartition(":")
    if not colon:
        return {"name": text}
    try:
        return {"name": name.strip(), "weight": float(weight)}
    except ValueError:
        raise LinkError(
            tr("“{text}” is no style: a weight is a number.", text=text),
            hint=tr("Write NAME or NAME:WEIGHT."),
        ) from None


def _label(style: RequestSpec, title_of_layer: Callable[[int | str], str]) -> str:
    if "layer" in style:
        return title_of_layer(style["layer"])
    return title_of(PurePath(style["file"]).stem if "file" in style else str(style.get("name")))


def _knobs(place: Place, schema: Mapping[str, Any]) -> Iterator[Argument]:
    for knob, facts in schema.get("properties", {}).items():
        kind = "choice" if "enum" in facts else _KINDS.get(facts.get("type", ""))
        if kind is None and facts.get("type") == "string":
            kind = "string"
        if kind is not None:
            yield _knob(place, knob, kind, facts)


def _knob(place: Place, knob: str, kind: Kind, facts: Mapping[str, Any]) -> Argument:
    edge = _LARGEST_INT if kind == "int" else inf
    words: Mapping[str, str] = facts.get("labels", {})
    return Argument(
        knob,
        kind,
        facts.get("title", knob),
        facts.get("description", ""),
        facts.get("default"),
        max(facts.get("minimum", -edge), -edge),
        min(facts.get("maximum", edge), edge),
        tuple(
            (each, words.get(each) or choice_title(each))
            for each in map(str, facts.get("enum", ()))
        ),
        place,
        knob,
        facts.get("unit", ""),
        facts.get("zero", ""),
    )

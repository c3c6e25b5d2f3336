"""Values of a procedure's arguments as a request whose pixels are named. Knows nothing of GIMP.

Such a *spec* is what ``velatura-run`` takes as JSON: a request of docs/reference/protocol.md, section 5, with paths in
place of blobs, as ``velatura stylize --request`` has it; the content is the layer. Pictures may be layers, too:
``{layer: id or name}``. So a style is ``{name}``, ``{model}``, ``{picture}``, ``{code}``, ``{layer}``, or ``{file:
path}``, which is whatever the engine takes it for. A region's mask may be ``"selection"`` or ``"layer-mask"``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import PurePath
from typing import Any

from velatura_link.errors import LinkError
from velatura_link.titles import title_of

from .arguments import (
    BEFORE_FILE,
    BEFORE_LAYER,
    CHECKPOINT_FILE,
    HEIGHT,
    MASK_STYLE,
    MODEL,
    NOTHING,
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
)
from .texts import tr

RequestSpec = dict[str, Any]

SELECTION, LAYER_MASK = "selection", "layer-mask"


def request_spec(
    engine: str,
    arguments: Iterable[Argument],
    values: Mapping[str, Any],
    *,
    selected: bool,
    masked: bool,
) -> RequestSpec:
    """What a procedure called with ``values`` asks for; files are paths in them, layers are ids.

    ``selected`` says whether anything is selected, ``masked`` whether the layer has a mask. A new picture has the size
    that is asked for; a side of 0 is left to who knows the image. Raises :class:`LinkError`.
    """
    arguments = list(arguments)
    is_new = starts_from_nothing(arguments, values)
    chosen, rest, regions = _chosen(values), _chosen(values), []
    if selected and values.get(USE_SELECTION.name) and not is_new:
        regions.append({"mask": SELECTION, "styles": chosen})
        rest = _named(values, REST_STYLE)
    in_mask = _named(values, MASK_STYLE)
    if masked and in_mask and not is_new:
        regions.append({"mask": LAYER_MASK, "styles": in_mask})
    spec: RequestSpec = {
        "engine": engine,
        "seed": values[SEED.name],
        "styles": rest,
        "regions": regions,
        "params": {},
        "common": {},
        "inputs": {},
    }
    if STRENGTH.name in values and not is_new:
        spec["strength"] = values[STRENGTH.name]
    if is_new:
        spec["size"] = [values[WIDTH.name], values[HEIGHT.name]]
    for argument in arguments:
        value = values[argument.name]
        if argument.place in ("params", "common"):
            spec[argument.place][argument.knob] = value
        elif argument.place == "inputs" and value not in (None, ""):
            named = argument.kind in ("layer", "file")
            spec["inputs"][argument.knob] = {argument.kind: value} if named else value
    return spec


def starts_from_nothing(arguments: Iterable[Argument], values: Mapping[str, Any]) -> bool:
    """Whether a new picture is made, and none is painted over."""
    names = {each.name for each in arguments}
    if WIDTH.name not in names:
        return False
    return SOURCE.name not in names or values.get(SOURCE.name) == NOTHING


def styles_named(text: str, key: str = "name") -> list[RequestSpec]:
    """The styles in ``NAME, NAME:WEIGHT, NAME#INDEX``; ``key`` says what the names are: ``name`` or ``model``.

    >>> styles_named("great-wave:2, scream")
    [{'name': 'great-wave', 'weight': 2.0}, {'name': 'scream'}]
    >>> styles_named("cubists#3", "model")
    [{'model': 'cubists', 'index': 3}]
    """
    return [_style_named(part.strip(), key) for part in text.split(",") if part.strip()]


def label_of(spec: RequestSpec, title_of_layer: Callable[[int | str], str]) -> str:
    """The styles of ``spec`` in a few words; empty when there are none."""
    styles = [style for region in spec.get("regions", ()) for style in region.get("styles", ())]
    labels = [_label(style, title_of_layer) for style in (*styles, *spec.get("styles", ()))]
    return " + ".join(dict.fromkeys(labels))


def _chosen(values: Mapping[str, Any]) -> list[RequestSpec]:
    """The style that goes first: of a layer, a file, a model's file, a model, the library."""
    if (layer := values.get(STYLE_LAYER.name)) is not None:
        return [{"layer": layer, **_before(values)}]
    if file := values.get(STYLE_FILE.name):
        return [{"file": file, **_before(values)}]
    index = values.get(STYLE_INDEX.name)
    at = {} if index is None else {"index": index}
    if checkpoint := values.get(CHECKPOINT_FILE.name):
        return [{"file": checkpoint, **at}]
    if model := values.get(MODEL.name):
        return [{**at, **each} for each in styles_named(model, "model")]
    return [{**each, **_before(values)} for each in styles_named(values.get(STYLE.name) or "")]


def _before(values: Mapping[str, Any]) -> RequestSpec:
    if (layer := values.get(BEFORE_LAYER.name)) is not None:
        return {"before": {"layer": layer}}
    if file := values.get(BEFORE_FILE.name):
        return {"before": {"file": file}}
    return {}


def _named(values: Mapping[str, Any], argument: Argument) -> list[RequestSpec]:
    """The styles that an argument for a part of the layer names: models where models are styles."""
    key = "name" if STYLE.name in values else "model"
    return styles_named(values.get(argument.name) or "", key)


def _style_named(text: str, key: str) -> RequestSpec:
    name, colon, weight = text.rpartition(":")
    style: RequestSpec = {key: name.strip() if colon else text}
    if colon:
        style["weight"] = _number(weight, float, text)
    if key == "model" and "#" in style[key]:
        style[key], _, index = style[key].rpartition("#")
        style["index"] = _number(index, int, text)
    return style


def _number(written: str, kind: Callable[[str], float], text: str) -> float:
    try:
        return kind(written)
    except ValueError:
        raise LinkError(
            tr("“{text}” is not a style: a weight must be a number.", text=text),
            hint=tr("Write NAME or NAME:WEIGHT."),
        ) from None


def _label(style: RequestSpec, title_of_layer: Callable[[int | str], str]) -> str:
    picture = style.get("picture")
    layer = (picture if isinstance(picture, dict) else style).get("layer")
    if layer is not None:
        return title_of_layer(layer)
    if path := style.get("file") or style.get("code") or picture:
        return title_of(PurePath(str(path)).stem)
    index = f" {style['index']}" if style.get("index") else ""
    return title_of(str(style.get("name") or style.get("model"))) + index

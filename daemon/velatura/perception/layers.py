"""Layers of VGG-19 by name and weight, as a person writes them; what a shorter network has instead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from velatura.errors import BadParams
from velatura.perception.vgg import LAYERS
from velatura_link.text import Text

Weights = dict[str, float]
"""Weight of each layer, in the order in which they were written."""


def parse(text: str, what: str) -> Weights:
    """``relu1_1, relu2_1:0.5`` as layers and their weights, 1 where none is written.

    ``what`` names the knob in errors; empty text is no layers. Raises :class:`BadParams` for a
    layer that VGG-19 does not have, one that is named twice, and a weight that is not above 0.
    """
    found: Weights = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, colon, number = (piece.strip() for piece in part.partition(":"))
        if name not in LAYERS:
            raise BadParams(
                "{what}: VGG-19 has no layer “{name}”.",
                hint="Layers are named conv1_1, relu1_1, … conv5_4, relu5_4 and pool1 … pool5.",
                what=what,
                name=name,
            )
        if name in found:
            raise BadParams("{what} names the layer {name} twice.", what=what, name=name)
        found[name] = _weight(number, name, what) if colon else 1.0
    return found


def available(wanted: Mapping[str, float], there: Sequence[str], what: str) -> tuple[Weights, str]:
    """The layers of ``wanted`` that are among ``there`` (shallow to deep), and a sentence about the rest.

    A layer that lies deeper than all of ``there`` is replaced by the deepest of its kind (conv,
    relu, pool) that there is, with its weight, unless that one is wanted already: it is then left
    out. The sentence is empty when nothing is missing.
    """
    found = {layer: weight for layer, weight in wanted.items() if layer in there}
    missing = [layer for layer in wanted if layer not in there]
    for layer in missing:
        kind = layer.rstrip("0123456789_")
        deepest = next(each for each in reversed(there) if each.startswith(kind))
        found.setdefault(deepest, wanted[layer])
    if not missing:
        return found, ""
    note = Text(
        "These weights lack {missing}; the {what} is compared in {found}.",
        missing=", ".join(missing),
        what=what,
        found=", ".join(found),
    )
    return found, note


def _weight(text: str, layer: str, what: str) -> float:
    try:
        weight = float(text)
    except ValueError:
        weight = 0.0
    if not 0 < weight < float("inf"):
        raise BadParams(
            "{what}: the weight of {layer} must be a number above 0, not “{value}”.",
            what=what,
            layer=layer,
            value=text,
        )
    return weight

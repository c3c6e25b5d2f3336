"""What a document remembers of each result: its recipe, and the choices to make it again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..model import choices as chosen
from ..model.choices import Choices
from ..qt import QtCore
from .kept_mask import KeptMask, kept_mask_of

PREFIX = "velatura_result/"
LIMITS = "velatura_limits/"
"""Annotations are the document's; libkis keeps none for a layer. Its id follows."""


@dataclass(frozen=True)
class KeptResult:
    """``source`` is the id of the layer that was painted; ``recipe`` is the daemon's, empty from an older one.

    ``offset`` is how far in pixels the result's own position lies from its source's, since both may be moved later;
    None from an older plugin.
    """

    choices: Choices
    source: str
    recipe: Mapping[str, Any]
    offset: tuple[int, int] | None = None


def keep_result(document: Any, node: Any, result: KeptResult) -> None:
    """Let ``result`` travel in ``document`` as what made ``node``."""
    facts = {
        "recipe": dict(result.recipe),
        "choices": json.loads(chosen.to_json(result.choices)),
        "source": result.source,
        "offset": result.offset,
    }
    data = QtCore.QByteArray(json.dumps(facts, sort_keys=True).encode())
    document.setAnnotation(PREFIX + id_of(node), "Velatura", data)


def kept_result(document: Any, node: Any) -> KeptResult | None:
    """What made ``node``; None when Velatura did not, or the note cannot be read."""
    key = PREFIX + id_of(node)
    if key not in document.annotationTypes():
        return None
    try:
        facts = json.loads(bytes(document.annotation(key)))
        choices = chosen.from_json(json.dumps(facts["choices"]))
        source, recipe = facts["source"], facts["recipe"]
        offset = _offset(facts.get("offset"))
    except (ValueError, TypeError, KeyError):
        return None
    if not isinstance(source, str) or not isinstance(recipe, dict):
        return None
    return KeptResult(choices, source, recipe, offset)


def _offset(found: Any) -> tuple[int, int] | None:
    if found is None:
        return None
    x, y = map(int, found)
    return x, y


def keep_limits(document: Any, node: Any, limits: KeptMask) -> None:
    """Let the selection that ``node`` was painted in travel in ``document``, too.

    It has a note of its own, since it is large and seldom wanted.
    """
    data = QtCore.QByteArray(json.dumps(limits.described()).encode())
    document.setAnnotation(LIMITS + id_of(node), "Velatura", data)


def kept_limits(document: Any, node: Any) -> KeptMask | None:
    """The selection that ``node`` was painted in; None for all of the layer, or a note that cannot be read."""
    key = LIMITS + id_of(node)
    if key not in document.annotationTypes():
        return None
    try:
        return kept_mask_of(json.loads(bytes(document.annotation(key))))
    except (ValueError, TypeError, KeyError):
        return None


def id_of(node: Any) -> str:
    """What tells ``node`` from all others, also after the document was saved and opened."""
    return str(node.uniqueId().toString())

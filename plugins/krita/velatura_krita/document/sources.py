"""Which pixels Apply paints: the layer that is active, its frames, all layers that are selected, or what is visible."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..model.choices import Choices
from ..qt import QtCore
from .formats import Bounds
from .frames import frame_sources
from .kept_result import id_of, kept_result
from .layer_reader import MASKS, Source, source_of, space_of


@dataclass(frozen=True)
class Edited:
    """A ``result`` that is to be painted anew from what it was painted from, its ``sources``."""

    result: Any
    sources: list[Source]


def layer_of(node: Any) -> Any:
    """``node``, or the layer that it is a mask of; None for a mask of the whole document, as a selection is."""
    while node is not None and node.type() in MASKS:
        node = node.parentNode()
    return node if node is not None and node.parentNode() is not None else None


def visible_source(document: Any) -> Source:
    """What is seen of all layers, within the canvas; the result comes on top of them."""
    bounds = Bounds(0, 0, document.width(), document.height())
    return Source(document, document.rootNode(), bounds, space_of(document), whole=True)


def canvas_source(document: Any, active: Any) -> Source:
    """Where a new picture goes: over the canvas, or what is selected of it, above the layer ``active`` if there is one.

    Its bounds are empty when all that is selected lies outside of the canvas.
    """
    bounds, selection = Bounds(0, 0, document.width(), document.height()), document.selection()
    if selection is not None:
        bounds = bounds.overlap(
            Bounds(selection.x(), selection.y(), selection.width(), selection.height())
        )
    node = document.rootNode() if active is None else active
    return Source(document, node, bounds, space_of(document), whole=True, blank=True)


def sources_of(document: Any, view: Any, active: Any, choices: Choices) -> list[Source]:
    """What ``choices`` want painted, from below or by time; layers without pixels are left out."""
    if choices.source == "canvas":
        source = canvas_source(document, active)
        return [] if source.bounds.empty else [source]
    if choices.source == "visible":
        return [visible_source(document)]
    if choices.source == "frames":
        return frame_sources(document, active)
    nodes = [active]
    if choices.source == "selected" and view is not None:
        nodes = [layer for each in view.selectedNodes() if (layer := layer_of(each)) is not None]
        nodes = list({id_of(each): each for each in nodes}.values()) or [active]
        nodes.sort(key=_place)
    in_place = choices.output == "in-place"
    found = [source_of(document, each, in_place=in_place) for each in nodes]
    return [each for each in found if not each.bounds.empty]


def edited_result(document: Any, result_id: str) -> Edited | None:
    """The result with that id and its source; None when one of the two is gone.

    The source of a result in place is hidden; it is read all the same.
    """
    result = document.nodeByUniqueID(QtCore.QUuid(result_id))
    kept = kept_result(document, result) if result is not None else None
    if kept is None:
        return None
    if kept.choices.source == "canvas":
        source = canvas_source(document, result)
        return Edited(result, [] if source.bounds.empty else [source])
    if kept.source == id_of(document.rootNode()):
        return Edited(result, [visible_source(document)])
    node = document.nodeByUniqueID(QtCore.QUuid(kept.source))
    if node is None:
        return None
    if kept.choices.source == "frames":
        return Edited(result, frame_sources(document, node))
    source = source_of(document, node, in_place=kept.choices.output == "in-place")
    return Edited(result, [] if source.bounds.empty else [source])


def _place(node: Any) -> list[int]:
    """Where a node stands in the document, from below."""
    places: list[int] = []
    while node.parentNode() is not None:
        places.insert(0, node.index())
        node = node.parentNode()
    return places

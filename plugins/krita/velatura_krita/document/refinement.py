"""*Refine*: a result goes on through another engine, from what is there, and what that paints takes its place."""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from velatura_link.engines import Manifest
from velatura_link.errors import LinkError
from velatura_link.refining import Refining
from velatura_link.request import Pixels

from ..model.choices import Choices
from ..model.style_kinds import enough_styles, kinds_taken
from ..qt import Qt, QtGui
from ..texts import tr
from .cooperative_tasks import Steps
from .formats import Bounds
from .kept_mask import KeptMask
from .kept_result import KeptResult, id_of, kept_limits
from .layer_reader import STRIP, Source, layer_strips, read_layer, source_of
from .layer_writer import Placement, insert, painted_layer
from .sources import edited_result

_MOMENT = 0.002
"""Seconds between two looks at whether a brush is still on the canvas."""


@dataclass(frozen=True)
class Refinement:
    """A ``result`` of ``source`` that goes on with ``choices``; ``limits`` is the selection that it was painted in.

    ``area`` is where it lies, and ``position`` that of its layer, which tells how far it is moved from now on.
    ``title`` is what it was called when it was painted.
    """

    refining: Refining
    result: Any
    source: Source
    choices: Choices
    limits: KeptMask | None
    area: Bounds
    position: tuple[int, int]
    title: str


@dataclass(frozen=True)
class Start:
    """What is gone on from; ``check`` is a CRC-32 of it, which tells whether it was changed since."""

    pixels: Pixels
    check: int


@dataclass(frozen=True)
class Refined:
    """The ``node`` that was inserted. It is to take the place of ``replaced``; where it cannot, ``note`` says why."""

    node: Any
    replaced: Any = None
    note: str = ""


def can_refine(manifest: Manifest, refining: Refining, kept: KeptResult) -> bool:
    """Whether what ``kept`` made can go on.

    Frames of an animation cannot, nor what was painted from nothing or refined already, nor styles that the refining
    engine does not read.
    """
    choices = replace(kept.choices, engine=refining.engine)
    if kept.choices.engine == refining.engine or choices.source in ("frames", "canvas"):
        return False
    styles = (*choices.styles, *(region.style for region in choices.regions))
    models = any(style.is_model for style in styles)
    if models and "model" not in kinds_taken(manifest, refining.engine):
        return False
    return enough_styles(manifest, choices)


def refinement_of(
    document: Any, result: Any, kept: KeptResult, refining: Refining, title: str
) -> Refinement:
    """How ``result``, once called ``title``, goes on.

    Raises :class:`LinkError` when what it was painted from is gone.
    """
    edited = edited_result(document, id_of(result))
    if edited is None or not edited.sources:
        raise LinkError(
            tr("The layer that this result was painted from no longer exists."),
            hint=tr("Undo its removal, or paint another layer."),
        )
    source = edited.sources[0]
    x, y = offset_of(source, result)
    was_x, was_y = (x, y) if kept.offset is None else kept.offset
    # What is visible is painted where the canvas is, wherever that was moved to.
    whole = source.node.parentNode() is None
    return Refinement(
        refining,
        result,
        source,
        # The engine's own knobs stand as it paints best: others were never chosen for this.
        replace(
            kept.choices,
            engine=refining.engine,
            params={**kept.choices.params, refining.engine: {}},
            inputs={**kept.choices.inputs, refining.engine: {}},
        ),
        kept_limits(document, result),
        source.bounds if whole else source.bounds.moved(x - was_x, y - was_y),
        _position(result),
        title,
    )


def offset_of(source: Source, result: Any) -> tuple[int, int]:
    """How far in pixels the position of ``result`` lies from its source's."""
    (x, y), point = _position(result), source.node.position()
    return x - point.x(), y - point.y()


def read_start(refinement: Refinement) -> Steps[Start]:
    """The result's own pixels, without what its masks do."""
    pixels = yield from read_layer(_layer(refinement, refinement.area))
    check = 0
    for offset in range(0, len(pixels.view), STRIP):
        check = zlib.crc32(pixels.view[offset : offset + STRIP], check)
        yield
    return Start(pixels, check)


def insert_refined(
    placement: Placement, refinement: Refinement, start: Start, about_to: Callable[[], object]
) -> Steps[Refined]:
    """Insert the refined layer, while no brush is on the canvas.

    It is the result's with other pixels: opacity, mode, masks and whatever else was done to it stay. It comes below
    the result, which is to be taken out then: whoever undoes that sees the result at once.
    """
    result, document = refinement.result, refinement.source.document
    if result.parentNode() is not None:
        area = _area_now(refinement)
        made = result.duplicate()
        if result.name() == refinement.title:
            made.setName(placement.title)
        moved = replace(placement, source=replace(placement.source, bounds=area))
        yield from painted_layer(_painted_node(made), moved)
        unchanged = yield from _is_unchanged(refinement, start)
        if (parent := result.parentNode()) is not None:
            below = _below(result) if unchanged else None
            about_to()
            parent.addChildNode(made, result if below is None else below)
            if made.childNodes():
                document.refreshProjection()
            if unchanged:
                return Refined(made, result)
            return Refined(
                made,
                note=tr(
                    "The result was changed while it was being refined, so this is a new layer."
                ),
            )
    made = document.createNode(placement.title, "paintlayer")
    yield from painted_layer(made, placement)
    yield from _brush_is_up()
    about_to()
    insert(made, replace(placement, output="layer", above=None))
    return Refined(
        made, note=tr("The result was removed while it was being refined, so this is a new layer.")
    )


def _is_unchanged(refinement: Refinement, start: Start) -> Steps[bool]:
    """Whether the result is what it was at first, wherever it was moved to; no brush is on the canvas then."""
    while True:
        yield from _brush_is_up()
        check = 0
        for data in layer_strips(_layer(refinement, _area_now(refinement))):
            check = zlib.crc32(data, check)
            yield
        if not _brush_is_down():
            return check == start.check


def _layer(refinement: Refinement, area: Bounds) -> Source:
    """The result's own pixels over ``area``."""
    node, document = _painted_node(refinement.result), refinement.source.document
    return replace(source_of(document, node, in_place=True), bounds=area)


def _area_now(refinement: Refinement) -> Bounds:
    (x, y), (was_x, was_y) = _position(refinement.result), refinement.position
    return refinement.area.moved(x - was_x, y - was_y)


def _position(result: Any) -> tuple[int, int]:
    """Where the pixels of a result were moved to."""
    point = _painted_node(result).position()
    return point.x(), point.y()


def _painted_node(result: Any) -> Any:
    """The layer with the pixels: ``result`` itself, or the one that a group with a mask was made for."""
    if result.type() != "grouplayer":
        return result
    inside = [each for each in result.childNodes() if each.type() == "paintlayer"]
    return inside[0] if inside else result


def _below(node: Any) -> Any:
    """The node that ``node`` lies upon in its group; None for the lowest."""
    place = node.index()
    return node.parentNode().childNodes()[place - 1] if place else None


def _brush_is_up() -> Steps[None]:
    """Wait for it. Nothing is inserted into a stroke."""
    while _brush_is_down():
        time.sleep(_MOMENT)
        yield


def _brush_is_down() -> bool:
    return bool(QtGui.QGuiApplication.mouseButtons() != Qt.MouseButton.NoButton)

"""Pixels into Krita: a result becomes layers, all in one undo step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from velatura_link.request import Pixels

from ..model.choices import Output
from .channel_order import swapped
from .channels import as_rgba
from .cooperative_tasks import Steps
from .formats import Bounds, ColourSpace, space_of_pixels
from .layer_reader import STRIP, Source, space_of


@dataclass(frozen=True)
class Placement:
    """What is inserted where. ``mask`` (a byte a pixel over the source's bounds) is for a group, or for a new picture.

    ``above`` is the node that it is put upon, None for the source itself. ``extras`` are other pictures, by their
    titles, that come along in a group, hidden.
    """

    source: Source
    picture: Pixels
    title: str
    output: Output
    mask: Pixels | None = None
    above: Any = None
    extras: Sequence[tuple[str, Pixels]] = ()


def can_mask(document: Any) -> bool:
    """Whether this Krita lets a plugin make transparency masks; 5.1 does not."""
    return hasattr(document, "createTransparencyMask")


def place(placement: Placement, about_to: Callable[[], object]) -> Steps[Any]:
    """Insert the result above its source, in the source's own colours; the node that was inserted.

    Everything is made apart from the document and inserted once: that is one undo step. ``about_to`` is called just
    before.
    """
    source = placement.source
    if placement.output == "in-place" and source.node.type() == "paintlayer":
        made = layer = source.node.duplicate()
    else:
        made = layer = source.document.createNode(placement.title, "paintlayer")
    yield from painted_layer(layer, placement)
    if placement.output == "group" or placement.extras:
        made = source.document.createGroupLayer(placement.title)
        made.addChildNode(layer, None)
        for title, picture in placement.extras:
            extra = source.document.createNode(title, "paintlayer")
            yield from _written(extra, picture, _area(picture, source.bounds), source.space)
            extra.setVisible(False)
            made.addChildNode(extra, None)
    if placement.output == "group" or _limits_blank(placement):
        yield from _hide(source, layer, placement.mask)
    about_to()
    if placement.output == "in-place":
        # Before the insertion, whose compositing then covers both.
        source.node.setVisible(False)
    insert(made, placement)
    if layer.childNodes():
        # Krita composites what is inserted without the masks that it has already. This applies them, as no undo step.
        source.document.refreshProjection()
    return made


def insert(made: Any, placement: Placement) -> None:
    """Put ``made`` into the document, shown: Krita 5.2 composites nothing for a node that is shown later.

    It comes on top of all where the source is all that is visible, or is gone.
    """
    source = placement.source
    parent = source.node.parentNode()
    if parent is None:
        source.document.rootNode().addChildNode(made, None)
    else:
        parent.addChildNode(made, _beneath(placement, parent))


def _beneath(placement: Placement, parent: Any) -> Any:
    """What the result is put upon: the one before, if that still lies in the same group, or its source in place."""
    if placement.output == "in-place":
        return placement.source.node
    above = placement.above.parentNode() if placement.above is not None else None
    same = above is not None and above.uniqueId() == parent.uniqueId()
    return placement.above if same else placement.source.node


def painted_layer(layer: Any, placement: Placement) -> Steps[None]:
    """Give ``layer``, which is in no document's tree yet, the pixels and the colours of the result."""
    source = placement.source
    yield from _written(layer, placement.picture, source.bounds, source.space)


def _written(layer: Any, picture: Pixels, bounds: Bounds, space: ColourSpace) -> Steps[None]:
    sent = space_of_pixels(picture, space)
    _become(layer, sent)
    yield from _write(layer, picture, bounds, sent)
    _become(layer, space)


def _area(picture: Pixels, bounds: Bounds) -> Bounds:
    """Where a picture of any size lies that belongs to ``bounds``."""
    return Bounds(bounds.x, bounds.y, picture.width, picture.height)


def _limits_blank(placement: Placement) -> bool:
    """Whether a new picture is to be seen in a part of its bounds alone, and this Krita can have it so."""
    mask, source = placement.mask, placement.source
    if mask is None or not source.blank or not can_mask(source.document):
        return False
    return bytes(mask.view).count(255) < len(mask.view)


def _hide(source: Source, layer: Any, mask: Pixels | None) -> Steps[None]:
    """Give ``layer`` a transparency mask that shows what ``mask`` does, all of it without one."""
    bounds = source.bounds
    mask_layer = source.document.createTransparencyMask("Velatura")
    values = mask.view if mask is not None else memoryview(b"\xff" * (bounds.width * bounds.height))
    offset = 0
    for strip in bounds.strips(bounds.width, STRIP):
        size = strip.width * strip.height
        rows = bytes(values[offset : offset + size])
        mask_layer.setPixelData(rows, strip.x, strip.y, strip.width, strip.height)
        offset += size
        yield
    layer.addChildNode(mask_layer, None)


def _become(layer: Any, space: ColourSpace) -> None:
    if space_of(layer) != space:
        layer.setColorSpace(space.model, space.depth, space.profile)


def _write(layer: Any, picture: Pixels, bounds: Bounds, space: ColourSpace) -> Steps[None]:
    offset = 0
    pixel = picture.channels * space.channel_bytes
    for strip in bounds.strips(bounds.width * space.pixel_bytes, STRIP):
        size = strip.width * strip.height * pixel
        data = as_rgba(bytes(picture.view[offset : offset + size]), picture.channels, picture.depth)
        if space.swapped:
            data = swapped(data, strip.width, space.channel_bytes)
        layer.setPixelData(data, strip.x, strip.y, strip.width, strip.height)
        offset += size
        yield

"""Pixels out of Krita, a strip of rows at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from velatura_link.request import Pixels

from ..model.choices import RegionChoice
from ..qt import QtCore
from .channel_order import swapped
from .channels import alpha_of
from .cooperative_tasks import Steps
from .formats import Bounds, ColourSpace, placed
from .kept_mask import unpacked

STRIP = 1 << 21
"""Bytes read or written in one step."""
MASKS = ("transparencymask", "selectionmask", "filtermask", "colorizemask", "transformmask")


@dataclass(frozen=True)
class Source:
    """The layer that is painted. ``whole`` is read as it is seen, masks and children included.

    Of a ``blank`` one nothing is read: it is the place of a new picture, which comes above ``node``. ``time`` is the
    frame of an animated layer that is meant, None for the one that is shown.
    """

    document: Any
    node: Any
    bounds: Bounds
    space: ColourSpace
    whole: bool
    time: int | None = None
    blank: bool = False

    @property
    def reader(self) -> Any:
        """The node whose pixels have the space that is sent: the layer, or a copy that was converted."""
        sent = self.space.sent_as
        if sent == self.space:
            return self.node
        still = not self.whole and self.time is None
        copy = self.node.duplicate() if still else self._flat()
        copy.setColorSpace(sent.model, sent.depth, sent.profile)
        return copy

    def _flat(self) -> Any:
        """A paint layer of this node's projection or frame, in no document's tree."""
        flat = self.document.createNode(self.node.name(), "paintlayer")
        space, bounds = self.space, self.bounds
        flat.setColorSpace(space.model, space.depth, space.profile)
        area = (bounds.x, bounds.y, bounds.width, bounds.height)
        if self.time is None:
            seen = self.node.projectionPixelData(*area)
        else:
            seen = self.node.pixelDataAtTime(*area, self.time)
        flat.setPixelData(seen, *area)
        return flat


def source_of(document: Any, node: Any, *, in_place: bool) -> Source:
    """``node`` as something to paint; its bounds may be empty. Its own masks are left out only ``in_place``."""
    plain = node.type() == "paintlayer" and (in_place or not node.childNodes())
    return Source(document, node, bounds_of(node), space_of(node), whole=not plain)


def bounds_of(node: Any) -> Bounds:
    """Where ``node`` has pixels."""
    rectangle = node.bounds()
    return Bounds(rectangle.x(), rectangle.y(), rectangle.width(), rectangle.height())


def space_of(node: Any) -> ColourSpace:
    """The colour space of a layer or a document."""
    return ColourSpace(node.colorModel(), node.colorDepth(), node.colorProfile())


def read_layer(source: Source) -> Steps[Pixels]:
    """The layer's pixels as the wire has them."""
    space, bounds = source.space.sent_as, source.bounds
    pixels = bytearray(bounds.width * bounds.height * space.pixel_bytes)
    offset = 0
    for data in layer_strips(source):
        pixels[offset : offset + len(data)] = data
        offset += len(data)
        yield
    assert space.transfer is not None
    return Pixels(pixels, bounds.width, bounds.height, 4, space.wire_depth, space.transfer)


def layer_strips(source: Source) -> Iterator[bytes]:
    """The layer's pixels as the wire has them, a strip of rows after the other."""
    space, bounds = source.space.sent_as, source.bounds
    reader = source.reader
    seen = source.whole and reader is source.node
    read = reader.projectionPixelData if seen else reader.pixelData
    for strip in bounds.strips(bounds.width * space.pixel_bytes, STRIP):
        area = (strip.x, strip.y, strip.width, strip.height)
        if source.time is not None and reader is source.node:
            data = reader.pixelDataAtTime(*area, source.time)
        else:
            data = read(*area)
        yield swapped(data, strip.width, space.channel_bytes) if space.swapped else bytes(data)


def read_mask(node: Any, bounds: Bounds) -> Steps[Pixels]:
    """Where ``node`` is: a mask's own values, a layer's or group's alpha."""
    if node.type() in MASKS:
        return (yield from _read_bytes(node, bounds))
    space = space_of(node)
    alpha = bytearray()
    for strip in bounds.strips(bounds.width * space.pixel_bytes, STRIP):
        data = bytes(node.projectionPixelData(strip.x, strip.y, strip.width, strip.height))
        alpha += alpha_of(data, space.channels, space.channel_bytes)
        yield
    return Pixels(alpha, bounds.width, bounds.height, 1, space.wire_depth, "linear")


def read_selection(selection: Any, bounds: Bounds) -> Steps[Pixels]:
    """The selection over ``bounds``, soft edge and all."""
    return (yield from _read_bytes(selection, bounds))


def read_region(document: Any, region: RegionChoice, bounds: Bounds) -> Steps[Pixels | None]:
    """Where ``region`` is; None when its layer is gone or it does not touch ``bounds``."""
    if region.node is None:
        assert region.bounds is not None
        of = Bounds(*region.bounds)
        mask = placed(unpacked(region.kept, of), of, bounds)
        pixels = Pixels(mask, bounds.width, bounds.height, 1, "u8", "linear")
    else:
        node = document.nodeByUniqueID(QtCore.QUuid(region.node))
        if node is None:
            return None
        pixels = yield from read_mask(node, bounds)
    return pixels if pixels.buffer != bytes(len(pixels.view)) else None


def _read_bytes(of: Any, bounds: Bounds) -> Steps[Pixels]:
    mask = bytearray()
    for strip in bounds.strips(bounds.width, STRIP):
        mask += bytes(of.pixelData(strip.x, strip.y, strip.width, strip.height))
        yield
    return Pixels(mask, bounds.width, bounds.height, 1, "u8", "linear")

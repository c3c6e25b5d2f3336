"""Pixels out of Krita, a strip of rows at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from velatura_link.request import Pixels

from .channel_order import swapped
from .channels import alpha_of
from .choices import RegionChoice
from .formats import Bounds, ColourSpace, placed
from .kept import unpacked
from .qt import QtCore
from .turns import Steps

STRIP = 1 << 21
"""Bytes read or written in one step."""
MASKS = ("transparencymask", "selectionmask", "filtermask", "colorizemask", "transformmask")


@dataclass(frozen=True)
class Source:
    """The layer that is painted. ``whole`` is read as it is seen, masks and children included."""

    document: Any
    node: Any
    bounds: Bounds
    space: ColourSpace
    whole: bool

    @property
    def reader(self) -> Any:
        """The node whose pixels have the space that is sent: the layer, or a copy that was converted."""
        sent = self.space.sent_as
        if sent == self.space:
            return self.node
        copy = self.node.duplicate() if not self.whole else self._flat()
        copy.setColorSpace(sent.model, sent.depth, sent.profile)
        return copy

    def _flat(self) -> Any:
        """A paint layer of this node's projection, in no document's tree."""
        flat = self.document.createNode(self.node.name(), "paintlayer")
        space, bounds = self.space, self.bounds
        flat.setColorSpace(space.model, space.depth, space.profile)
        seen = self.node.projectionPixelData(bounds.x, bounds.y, bounds.width, bounds.height)
        flat.setPixelData(seen, bounds.x, bounds.y, bounds.width, bounds.height)
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
    reader = source.reader
    seen = source.whole and reader is source.node
    read = reader.projectionPixelData if seen else reader.pixelData
    pixels = bytearray(bounds.width * bounds.height * space.pixel_bytes)
    offset = 0
    for strip in bounds.strips(bounds.width * space.pixel_bytes, STRIP):
        data = read(strip.x, strip.y, strip.width, strip.height)
        if space.swapped:
            data = swapped(data, strip.width, space.channel_bytes)
        size = strip.width * strip.height * space.pixel_bytes
        pixels[offset : offset + size] = data
        offset += size
        yield
    assert space.transfer is not None
    return Pixels(pixels, bounds.width, bounds.height, 4, space.wire_depth, space.transfer)


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

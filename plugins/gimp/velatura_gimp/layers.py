"""GIMP's layers and masks as pixels, and pixels as layers; in strips."""

from __future__ import annotations

from collections.abc import Callable

from gi.repository import Babl, Gegl, Gimp

from velatura_link.errors import LinkError
from velatura_link.request import Pixels

from .pixels import Box, Form, form_of, form_of_pixels
from .texts import tr

Advance = Callable[[int, int], None]
"""Told how many rows of how many are done."""

RGBA8 = Form(4, "u8", "srgb")
_GREY8 = Form(1, "u8", "srgb")
_LAYER_TYPES = {
    (False, False): Gimp.ImageType.RGB_IMAGE,
    (False, True): Gimp.ImageType.RGBA_IMAGE,
    (True, False): Gimp.ImageType.GRAY_IMAGE,
    (True, True): Gimp.ImageType.GRAYA_IMAGE,
}


def layer_meant(drawables: list[Gimp.Drawable]) -> Gimp.Layer:
    """The layer to paint: the chosen one, or the one whose mask is chosen. Raises :class:`LinkError`."""
    if len(drawables) != 1:
        raise LinkError(tr("Velatura paints one layer at a time."), hint=tr("Choose one layer."))
    chosen = drawables[0]
    if isinstance(chosen, Gimp.LayerMask):
        chosen = Gimp.Layer.from_mask(chosen)
    if not isinstance(chosen, Gimp.Layer):
        raise LinkError(tr("Velatura paints layers, not channels."), hint=tr("Choose a layer."))
    return chosen


def extent(layer: Gimp.Layer) -> Box:
    """The whole layer in its own pixels, also what lies outside of the canvas."""
    return Box(0, 0, layer.get_width(), layer.get_height())


def offsets(layer: Gimp.Layer) -> tuple[int, int]:
    """Where in the image the layer's first pixel lies."""
    _, x, y = layer.get_offsets()
    return x, y


def form_of_layer(layer: Gimp.Layer) -> Form:
    """The form that keeps every value of ``layer``."""
    return form_of(
        layer.get_image().get_precision().value_nick,
        grey=layer.is_gray(),
        alpha=layer.has_alpha(),
        managed=Babl.get_name(Babl.format_get_space(layer.get_format())) != "sRGB",
    )


def is_selected(image: Gimp.Image) -> bool:
    """Whether anything is selected."""
    return not Gimp.Selection.is_empty(image)


def read(
    drawable: Gimp.Drawable, box: Box, form: Form, advance: Advance, scale: float = 1.0
) -> Pixels:
    """``box`` of ``drawable`` where it is ``scale`` times as large; nothing (0) outside of it."""
    buffer = drawable.get_buffer()
    pixels = bytearray(form.size(box.width, box.height))
    row = form.size(box.width, 1)
    for strip in box.strips():
        rectangle = Gegl.Rectangle.new(strip.x, strip.y, strip.width, strip.height)
        start = (strip.y - box.y) * row
        pixels[start : start + strip.height * row] = buffer.get(
            rectangle, scale, form.babl, Gegl.AbyssPolicy.NONE
        )
        advance(strip.y + strip.height - box.y, box.height)
    return Pixels(pixels, box.width, box.height, form.channels, form.depth, form.transfer)


def write(buffer: Gegl.Buffer, pixels: Pixels, advance: Advance) -> None:
    """``pixels`` into ``buffer``, from its first pixel on."""
    form, view = form_of_pixels(pixels), pixels.view
    row = form.size(pixels.width, 1)
    for strip in Box(0, 0, pixels.width, pixels.height).strips():
        rectangle = Gegl.Rectangle.new(strip.x, strip.y, strip.width, strip.height)
        rows = view[strip.y * row : (strip.y + strip.height) * row]
        buffer.set(rectangle, form.babl, bytes(rows))
        advance(strip.y + strip.height, pixels.height)
    buffer.flush()


def add_above(
    layer: Gimp.Layer, pixels: Pixels, name: str, advance: Advance, *, masked: bool
) -> Gimp.Layer:
    """A new layer of ``pixels`` above ``layer``, as one undo step; with a copy of its mask if ``masked``.

    Everything is done to it before it is inserted, since each change of an inserted layer is a step of its own.
    """
    image = layer.get_image()
    kind = _LAYER_TYPES[layer.is_gray(), layer.has_alpha()]
    new = Gimp.Layer.new(
        image, name, pixels.width, pixels.height, kind, 100.0, Gimp.LayerMode.NORMAL
    )
    new.set_offsets(*offsets(layer))
    write(new.get_buffer(), pixels, advance)
    if masked and (mask := layer.get_mask()) is not None:
        copy = new.create_mask(Gimp.AddMaskType.WHITE)
        new.add_mask(copy)
        whole = Gegl.Rectangle.new(0, 0, pixels.width, pixels.height)
        mask.get_buffer().copy(whole, Gegl.AbyssPolicy.NONE, copy.get_buffer(), whole)
        copy.get_buffer().flush()
    image.insert_layer(new, layer.get_parent(), image.get_item_position(layer))
    new.update(0, 0, pixels.width, pixels.height)
    return new


def paint_in_place(layer: Gimp.Layer, pixels: Pixels, advance: Advance) -> None:
    """``pixels`` over ``layer`` as far as the selection says, as one undo step."""
    write(layer.get_shadow_buffer(), pixels, advance)
    layer.merge_shadow(True)
    layer.update(0, 0, pixels.width, pixels.height)


def require_own_pixels(layer: Gimp.Layer) -> None:
    """Raise :class:`LinkError` unless ``layer`` can be painted in place."""
    if layer.is_group():
        raise LinkError(tr("A group has no pixels of its own."), hint=tr("Have a new layer made."))
    if layer.get_lock_content():
        raise LinkError(
            tr("The layer's pixels are locked."),
            hint=tr("Unlock them, or have a new layer made."),
        )


def rgb_copy(layer: Gimp.Layer) -> Gimp.Layer:
    """The counterpart of ``layer`` in a new RGB image like its own."""
    path, item = [], layer
    while item is not None:
        path.append(item.get_image().get_item_position(item))
        item = item.get_parent()
    image = layer.get_image().duplicate()
    image.convert_rgb()
    siblings = image.get_layers()
    for position in reversed(path[1:]):
        siblings = siblings[position].get_children()
    counterpart: Gimp.Layer = siblings[path[0]]
    return counterpart

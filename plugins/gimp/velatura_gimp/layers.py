"""GIMP's layers and masks as pixels, and pixels as layers; in strips."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeGuard

from gi.repository import Babl, Gegl, Gimp

from velatura_link.errors import LinkError
from velatura_link.request import Pixels

from .pixels import Box, Form, form_of, form_of_pixels
from .texts import tr

Advance = Callable[[int, int], None]
"""Told how many rows of how many are done."""

RGBA8 = Form(4, "u8", "srgb")
_LAYER_TYPES = {
    (False, False): Gimp.ImageType.RGB_IMAGE,
    (False, True): Gimp.ImageType.RGBA_IMAGE,
    (True, False): Gimp.ImageType.GRAY_IMAGE,
    (True, True): Gimp.ImageType.GRAYA_IMAGE,
}


def bottom_up(layers: Iterable[Gimp.Layer]) -> list[Gimp.Layer]:
    """``layers`` from the lowest to the topmost, as GIMP has the frames of an animation."""
    return sorted(layers, key=_path, reverse=True)


def _path(item: Gimp.Item) -> list[int]:
    """Positions from the top of the image to ``item``."""
    path: list[int] = []
    found: Gimp.Item | None = item
    while found is not None:
        path.insert(0, found.get_image().get_item_position(found))
        found = found.get_parent()
    return path


def require_layers(drawables: list[Gimp.Drawable]) -> list[Gimp.Layer]:
    """As :func:`layers_meant`. Raises :class:`LinkError` for none, too."""
    if not drawables:
        raise LinkError(tr("No layer is chosen."), hint=tr("Choose a layer."))
    return layers_meant(drawables)


def layers_meant(drawables: list[Gimp.Drawable]) -> list[Gimp.Layer]:
    """The layers to paint: the chosen ones, or those whose masks are chosen. Raises :class:`LinkError`."""
    found = [
        Gimp.Layer.from_mask(each) if isinstance(each, Gimp.LayerMask) else each
        for each in drawables
    ]
    layers = [each for each in found if isinstance(each, Gimp.Layer)]
    if len(layers) < len(found):
        raise LinkError(tr("Velatura paints layers, not channels."), hint=tr("Choose a layer."))
    return list(dict.fromkeys(layers))


@contextmanager
def with_effects(layer: Gimp.Layer) -> Iterator[Gimp.Layer]:
    """``layer`` as it is seen: itself, or for a while a copy into which the effects that lie on it are merged."""
    if not layer.get_filters():
        yield layer
        return
    copy = layer.copy()
    try:
        copy.merge_filters()
        yield copy
    finally:
        # GIMP would keep it as long as it runs.
        copy.delete()


def visible_layer(image: Gimp.Image, hidden: Gimp.Layer | None = None) -> Gimp.Layer:
    """What is seen of ``image``, without ``hidden``, as a layer that belongs to it but is not in it.

    GIMP keeps it until it is deleted.
    """
    seen = image
    if hidden is not None:
        seen = image.duplicate()
        counterpart(hidden, seen).set_visible(False)
    layer = Gimp.Layer.new_from_visible(seen, image, "")
    if seen != image:
        seen.delete()
    return layer


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


def is_there(layer: Gimp.Layer | None) -> TypeGuard[Gimp.Layer]:
    """Whether ``layer`` is in its image: not one that was removed, or never inserted."""
    if layer is None or not layer.is_valid():
        return False
    open_groups = list(layer.get_image().get_layers())
    while open_groups:
        each = open_groups.pop()
        if each.get_id() == layer.get_id():
            return True
        open_groups += each.get_children()
    return False


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


def painted_layer(
    image: Gimp.Image,
    pixels: Pixels,
    name: str,
    advance: Advance,
    *,
    at: tuple[int, int],
    masked_like: Gimp.Layer | None,
) -> Gimp.Layer:
    """A new layer of ``pixels`` for ``image``, not inserted yet; with a copy of the mask of ``masked_like``.

    Everything is done to it before it is inserted, since each change of an inserted layer is an undo step of its own.
    """
    grey = image.get_base_type() == Gimp.ImageBaseType.GRAY
    kind = _LAYER_TYPES[grey, pixels.channels % 2 == 0]
    size = pixels.width, pixels.height
    new = Gimp.Layer.new(image, name, *size, kind, 100.0, Gimp.LayerMode.NORMAL)
    new.set_offsets(*at)
    write(new.get_buffer(), pixels, advance)
    if masked_like is not None:
        _copy_mask(masked_like, new)
    return new


def put_instead(new: Gimp.Layer, old: Gimp.Layer) -> None:
    """``new`` in the place of ``old``, with what was done to that since: opacity, mode, mask and so on."""
    new.set_opacity(old.get_opacity())
    new.set_mode(old.get_mode())
    new.set_visible(old.get_visible())
    new.set_color_tag(old.get_color_tag())
    same = (new.get_width(), new.get_height()) == (old.get_width(), old.get_height())
    if same:
        _copy_mask(old, new)
    # What was painted of the old one is known by this number.
    new.set_tattoo(old.get_tattoo())
    image, parent = old.get_image(), old.get_parent()
    position = image.get_item_position(old)
    # First, or the new one could not have its name.
    image.remove_layer(old)
    image.insert_layer(new, parent, position)
    new.update(0, 0, new.get_width(), new.get_height())


def insert_above(new: Gimp.Layer, layer: Gimp.Layer | None) -> None:
    """``new`` above ``layer``, or on top of all."""
    image = new.get_image()
    parent = layer.get_parent() if layer is not None else None
    position = image.get_item_position(layer) if layer is not None else 0
    image.insert_layer(new, parent, position)
    new.update(0, 0, new.get_width(), new.get_height())


def _copy_mask(layer: Gimp.Layer, new: Gimp.Layer) -> None:
    mask = layer.get_mask()
    if mask is None:
        return
    copy = new.create_mask(Gimp.AddMaskType.WHITE)
    new.add_mask(copy)
    whole = Gegl.Rectangle.new(0, 0, new.get_width(), new.get_height())
    mask.get_buffer().copy(whole, Gegl.AbyssPolicy.NONE, copy.get_buffer(), whole)
    copy.get_buffer().flush()
    new.set_apply_mask(layer.get_apply_mask())


def paint_in_place(layer: Gimp.Layer, pixels: Pixels, advance: Advance) -> None:
    """``pixels`` over ``layer`` as far as the selection says, as one undo step."""
    write(layer.get_shadow_buffer(), pixels, advance)
    layer.merge_shadow(True)
    layer.update(0, 0, pixels.width, pixels.height)


def require_own_pixels(layer: Gimp.Layer) -> None:
    """Raise :class:`LinkError` unless ``layer`` can be painted in place."""
    if layer.is_group():
        raise LinkError(
            tr("A group has no pixels of its own."), hint=tr("Choose “New layer” as the result.")
        )
    if layer.get_lock_content():
        raise LinkError(
            tr("The layer's pixels are locked."),
            hint=tr("Unlock them, or choose “New layer” as the result."),
        )


def rgb_copy(image: Gimp.Image) -> Gimp.Image:
    """A new RGB image like ``image``."""
    copy: Gimp.Image = image.duplicate()
    copy.convert_rgb()
    return copy


def counterpart(layer: Gimp.Layer, image: Gimp.Image) -> Gimp.Layer:
    """The layer of ``image``, a copy of the layer's own, that is where ``layer`` is there."""
    *groups, last = _path(layer)
    siblings = image.get_layers()
    for position in groups:
        siblings = siblings[position].get_children()
    found: Gimp.Layer = siblings[last]
    return found

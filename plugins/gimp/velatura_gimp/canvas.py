"""Places for new pictures, which are made of nothing."""

from __future__ import annotations

from dataclasses import dataclass

from gi.repository import Gegl, Gimp

from .layers import RGBA8, is_selected, offsets
from .pixels import Box, Form, form_of

_USUAL_SIDE = 1024
"""Pixels of a side of a new image for which nobody said one."""


@dataclass(frozen=True)
class Canvas:
    """Where a new picture goes: into ``box`` of ``image``, or into an image of its own.

    ``masked`` says that it is seen where something is selected.
    """

    image: Gimp.Image | None
    box: Box
    masked: bool = False


def canvas_of(
    image: Gimp.Image | None, width: int, height: int, *, in_selection: bool = False
) -> Canvas:
    """A place for a picture of that size; a side of 0 is that of the selection, or of the image."""
    if image is None:
        return Canvas(None, Box(0, 0, width or _USUAL_SIDE, height or _USUAL_SIDE))
    if in_selection and is_selected(image):
        _, _, left, top, right, bottom = Gimp.Selection.bounds(image)
        box = Box(left, top, width or right - left, height or bottom - top)
        return Canvas(image, box, masked=True)
    return Canvas(image, Box(0, 0, width or image.get_width(), height or image.get_height()))


def form_of_image(image: Gimp.Image | None) -> Form:
    """The form of a new layer of ``image``, or of a new image."""
    if image is None:
        return RGBA8
    return form_of(
        image.get_precision().value_nick,
        grey=image.get_base_type() == Gimp.ImageBaseType.GRAY,
        alpha=True,
        managed=False,
    )


def new_image(like: Gimp.Image | None, width: int, height: int) -> Gimp.Image:
    """An empty RGB image of that size, as exact as ``like``."""
    precision = like.get_precision() if like is not None else Gimp.Precision.U8_NON_LINEAR
    return Gimp.Image.new_with_precision(width, height, Gimp.ImageBaseType.RGB, precision)


def mask_by_selection(layer: Gimp.Layer, selection: Gimp.Drawable) -> None:
    """Give ``layer``, not inserted yet, a mask that is ``selection`` where it lies."""
    mask = layer.create_mask(Gimp.AddMaskType.WHITE)
    layer.add_mask(mask)
    x, y = offsets(layer)
    there = Gegl.Rectangle.new(x, y, layer.get_width(), layer.get_height())
    whole = Gegl.Rectangle.new(0, 0, layer.get_width(), layer.get_height())
    selection.get_buffer().copy(there, Gegl.AbyssPolicy.NONE, mask.get_buffer(), whole)
    mask.get_buffer().flush()

"""Where the pixels come from that a spec names: the layer, its mask, its image's selection and other layers."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from gi.repository import Gimp

from velatura_link.errors import LinkError
from velatura_link.request import EncodedFile, Pixels

from .arguments import LAYER_MASK, SELECTION
from .layers import RGBA8, Advance, extent, is_selected, offsets, read, with_effects
from .pixels import Box, Form, fitting_scale
from .texts import tr

_SMALL_STYLE = 512
_GREY8 = Form(1, "u8", "srgb")


@dataclass(frozen=True)
class LayerSource:
    """A :class:`~velatura_gimp.request_builder.Source` around ``layer``. Whatever was read once is the same object again, which
    the daemon is sent once.

    With a ``scale`` below 1 all is so much smaller that has the layer's size, and other layers are of a handy size.
    ``window`` is the part of the layer that is painted, all of it without one. ``effects`` says whether GIMP's effects
    on a layer are seen; whoever paints in place has them on top afterwards. ``selection`` stands for the image's, which
    may be another by now.
    """

    layer: Gimp.Layer
    form: Form
    advance: Advance
    scale: float = 1.0
    window: Box | None = None
    effects: bool = True
    selection: Pixels | None = None
    _read: dict[object, Pixels] = field(default_factory=dict)
    _files: dict[str, EncodedFile] = field(default_factory=dict)

    def content(self) -> Pixels:
        return self._once("content", self._content)

    def layer_named(self, name: int | str) -> Pixels:
        return self._once(("layer", name), lambda: self._other(self.found(name)))

    def mask(self, name: object) -> Pixels:
        return self._once(("mask", repr(name)), lambda: self._mask(name))

    def limits(self) -> Pixels:
        """The image's selection over the layer, of 8 bits."""
        box = self._box.moved(*offsets(self.layer))
        selection = self.layer.get_image().get_selection()
        return self._once("limits", lambda: read(selection, box, RGBA8.mask, self.advance))

    def file(self, path: str) -> EncodedFile:
        if path not in self._files:
            self._files[path] = EncodedFile.read(Path(path).expanduser())
        return self._files[path]

    def found(self, name: int | str) -> Gimp.Layer:
        """The layer of that id or name. Raises :class:`LinkError`."""
        image = self.layer.get_image()
        by_name = isinstance(name, str)
        found = image.get_layer_by_name(name) if by_name else Gimp.Item.get_by_id(name)
        if not isinstance(found, Gimp.Layer):
            raise LinkError(
                tr("There is no layer “{name}”.", name=name),
                hint=tr("Name one of the image, or its id."),
            )
        return found

    def _once(self, key: object, look: Callable[[], Pixels]) -> Pixels:
        if key not in self._read:
            self._read[key] = look()
        return self._read[key]

    @property
    def _box(self) -> Box:
        return self.window or extent(self.layer)

    def _content(self) -> Pixels:
        with with_effects(self.layer) if self.effects else nullcontext(self.layer) as seen:
            # Effects may make a layer larger.
            (x, y), (dx, dy) = offsets(self.layer), offsets(seen)
            box = self._box.moved(x - dx, y - dy).scaled(self.scale)
            return read(seen, box, self.form, self.advance, self.scale)

    def _other(self, layer: Gimp.Layer) -> Pixels:
        whole = extent(layer)
        scale = fitting_scale(whole, _SMALL_STYLE) if self.scale < 1 else 1.0
        with with_effects(layer) as seen:
            return read(seen, whole.scaled(scale), RGBA8, self.advance, scale)

    def _mask(self, name: object) -> Pixels:
        box, form = self._box, self.form.mask
        if name == LAYER_MASK:
            drawable = self.layer.get_mask()
            if drawable is None:
                raise LinkError(
                    tr("The layer has no mask."), hint=tr("Add one, or leave its style empty.")
                )
        elif name == SELECTION and self.selection is not None:
            return self.selection
        elif name == SELECTION:
            image = self.layer.get_image()
            drawable, box = image.get_selection(), box.moved(*offsets(self.layer))
            if not is_selected(image):
                raise LinkError(tr("Nothing is selected."))
        elif isinstance(name, dict) and "layer" in name:
            drawable, form = self.found(name["layer"]), _GREY8
            (x, y), (dx, dy) = offsets(self.layer), offsets(drawable)
            box = box.moved(x - dx, y - dy)
        else:
            raise LinkError(
                tr("A region's mask cannot be {mask}.", mask=json.dumps(name)),
                hint=tr("It is “selection”, “layer-mask” or a layer."),
            )
        return read(drawable, box.scaled(self.scale), form, self.advance, self.scale)

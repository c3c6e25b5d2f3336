"""Where the pixels come from that a spec names: the layer, its mask, its image's selection and other layers."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path

from gi.repository import Gimp

from velatura_link.errors import LinkError
from velatura_link.request import EncodedFile, Pixels

from .canvas import Canvas
from .layers import (
    RGBA8,
    Advance,
    extent,
    form_of_layer,
    is_selected,
    offsets,
    read,
    with_effects,
)
from .pixels import Box, Form, fitting_scale
from .request_spec import LAYER_MASK, SELECTION
from .texts import tr

_SMALL_STYLE = 512
_GREY8 = Form(1, "u8", "srgb")


@dataclass(frozen=True)
class PixelSource(ABC):
    """A :class:`~velatura_gimp.request_builder.Source`. Whatever was read once is the same object again, which the
    daemon is sent once.

    ``form`` is the one of what is painted. With a ``scale`` below 1 all is so much smaller that has the size of what is
    painted, and other layers are of a handy size.
    """

    form: Form
    advance: Advance
    scale: float = 1.0
    _read: dict[object, Pixels] = field(default_factory=dict, kw_only=True)
    _files: dict[str, EncodedFile] = field(default_factory=dict, kw_only=True)

    @property
    @abstractmethod
    def image(self) -> Gimp.Image | None:
        """Whose layers can be named."""

    @property
    @abstractmethod
    def box(self) -> Box:
        """What is painted, in the image."""

    @abstractmethod
    def content(self) -> Pixels:
        """What is painted over."""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of what is painted."""
        box = self.box.scaled(self.scale)
        return box.width, box.height

    def mask(self, name: object) -> Pixels:
        """The mask of a region."""
        return self._once(("mask", repr(name)), lambda: self._mask(name))

    def layer_named(self, name: int | str) -> Pixels:
        """Another layer, as it is seen."""
        return self._once(("layer", name), lambda: self._other(self.found(name)))

    def flow(self, name: int | str) -> Pixels:
        """Another layer as three channels of floats, whose values are left as they are."""
        return self._once(("flow", name), lambda: self._flow(self.found(name)))

    def file(self, path: str) -> EncodedFile:
        """The file at ``path``."""
        if path not in self._files:
            self._files[path] = EncodedFile.read(Path(path).expanduser())
        return self._files[path]

    def found(self, name: int | str) -> Gimp.Layer:
        """The layer of that id or name. Raises :class:`LinkError`."""
        if isinstance(name, int):
            found = Gimp.Item.get_by_id(name)
        else:
            found = self.image.get_layer_by_name(name) if self.image is not None else None
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

    def _other(self, layer: Gimp.Layer) -> Pixels:
        whole = extent(layer)
        scale = fitting_scale(whole, _SMALL_STYLE) if self.scale < 1 else 1.0
        with with_effects(layer) as seen:
            return read(seen, whole.scaled(scale), RGBA8, self.advance, scale)

    def _flow(self, layer: Gimp.Layer) -> Pixels:
        form = Form(3, "f32", form_of_layer(layer).transfer)
        return replace(read(layer, extent(layer), form, self.advance), transfer="linear")

    def _mask(self, name: object) -> Pixels:
        if name == SELECTION:
            if self.image is None or not is_selected(self.image):
                raise LinkError(tr("Nothing is selected."))
            return self._read_mask(self.image.get_selection(), self.box, self.form.mask)
        if isinstance(name, dict) and "layer" in name:
            layer = self.found(name["layer"])
            x, y = offsets(layer)
            return self._read_mask(layer, self.box.moved(-x, -y), _GREY8)
        raise LinkError(
            tr("A region's mask cannot be {mask}.", mask=json.dumps(name)),
            hint=tr("It can be “selection”, “layer-mask” or a layer."),
        )

    def _read_mask(self, drawable: Gimp.Drawable, box: Box, form: Form) -> Pixels:
        return read(drawable, box.scaled(self.scale), form, self.advance, self.scale)


@dataclass(frozen=True)
class LayerSource(PixelSource):
    """All around ``layer``.

    ``window`` is the part of the layer that is painted, all of it without one. ``effects`` says whether GIMP's effects
    on a layer are seen; whoever paints in place has them on top afterwards. ``selection`` stands for the image's, which
    may be another by now.
    """

    layer: Gimp.Layer = field(kw_only=True)
    window: Box | None = field(default=None, kw_only=True)
    effects: bool = field(default=True, kw_only=True)
    selection: Pixels | None = field(default=None, kw_only=True)

    @property
    def image(self) -> Gimp.Image:
        return self.layer.get_image()

    @property
    def box(self) -> Box:
        return self._part.moved(*offsets(self.layer))

    def content(self) -> Pixels:
        return self._once("content", self._content)

    def limits(self) -> Pixels:
        """The image's selection over the layer, of 8 bits."""
        selection = self.image.get_selection()
        return self._once("limits", lambda: read(selection, self.box, RGBA8.mask, self.advance))

    @property
    def _part(self) -> Box:
        """What is painted, in the layer's own pixels."""
        return self.window or extent(self.layer)

    def _content(self) -> Pixels:
        with with_effects(self.layer) if self.effects else nullcontext(self.layer) as seen:
            # Effects may make a layer larger.
            (x, y), (dx, dy) = offsets(self.layer), offsets(seen)
            box = self._part.moved(x - dx, y - dy).scaled(self.scale)
            return read(seen, box, self.form, self.advance, self.scale)

    def _mask(self, name: object) -> Pixels:
        if name == SELECTION and self.selection is not None:
            return self.selection
        if name != LAYER_MASK:
            return super()._mask(name)
        mask = self.layer.get_mask()
        if mask is None:
            raise LinkError(
                tr("The layer has no mask."), hint=tr("Add one, or leave its style empty.")
            )
        return self._read_mask(mask, self._part, self.form.mask)


@dataclass(frozen=True)
class CanvasSource(PixelSource):
    """All around ``canvas``, on which nothing is yet."""

    canvas: Canvas = field(kw_only=True)

    @property
    def image(self) -> Gimp.Image | None:
        return self.canvas.image

    @property
    def box(self) -> Box:
        return self.canvas.box

    def content(self) -> Pixels:
        """Nothing, as large as the canvas."""
        return self._once("content", self._empty)

    def _empty(self) -> Pixels:
        form, (width, height) = self.form, self.size
        empty = bytes(form.size(width, height))
        return Pixels(empty, width, height, form.channels, form.depth, form.transfer)

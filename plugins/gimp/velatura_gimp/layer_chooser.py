"""A layer of the images that are open, or none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from gi.repository import GdkPixbuf, Gimp, Gtk, Pango

from .texts import tr
from .window import without_wheel

_SIDE = 24
_ID, _LABEL, _PICTURE = range(3)


class LayerChooser(Gtk.ComboBox):
    """``on_chosen`` is told the layer's id, None for none. Layers of ``image`` come first."""

    def __init__(
        self, image: Gimp.Image | None, on_chosen: Callable[[int | None], None], none: str = ""
    ) -> None:
        model = Gtk.ListStore(str, str, GdkPixbuf.Pixbuf)
        super().__init__(model=model, id_column=_ID)
        picture = Gtk.CellRendererPixbuf()
        text = Gtk.CellRendererText(xpad=6, ellipsize=Pango.EllipsizeMode.MIDDLE, width_chars=14)
        self.pack_start(picture, False)
        self.add_attribute(picture, "pixbuf", _PICTURE)
        self.pack_start(text, True)
        self.add_attribute(text, "text", _LABEL)
        model.append(["", none or tr("No layer"), None])
        if image is not None:
            for layer in _layers(image):
                model.append(_row(layer, layer.get_name()))
        for other in Gimp.get_images():
            if other != image:
                for layer in _layers(other):
                    model.append(_row(layer, f"{other.get_name()}: {layer.get_name()}"))
        self.set_active_id("")
        self._handler = self.connect("changed", lambda box: on_chosen(_id_in(box)))
        without_wheel(self)

    def show_layer(self, identifier: int | None) -> None:
        """Show which layer is chosen, without telling anybody."""
        with self.handler_block(self._handler):
            self.set_active_id("" if identifier is None else str(identifier))


def _id_in(box: Gtk.ComboBox) -> int | None:
    chosen = box.get_active_id()
    return int(chosen) if chosen else None


def _layers(image: Gimp.Image) -> Iterator[Gimp.Layer]:
    def within(layers: Iterable[Gimp.Layer]) -> Iterator[Gimp.Layer]:
        for layer in layers:
            yield layer
            if layer.is_group():
                yield from within(layer.get_children())

    yield from within(image.get_layers())


def _row(layer: Gimp.Layer, label: str) -> list[object]:
    small = layer.get_thumbnail(_SIDE, _SIDE, Gimp.PixbufTransparency.SMALL_CHECKS)
    return [str(layer.get_id()), label, small]

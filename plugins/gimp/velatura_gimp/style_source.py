"""Where a style comes from that is none of the library's: files, layers and trained models."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from gi.repository import Gimp, Gtk

from .arguments import (
    BEFORE_FILE,
    BEFORE_LAYER,
    CHECKPOINT_FILE,
    MODEL,
    STYLE_FILE,
    STYLE_INDEX,
    STYLE_LAYER,
    Argument,
)
from .choices import Values
from .file_chooser import FileButton, models, pictures
from .layer_chooser import LayerChooser
from .texts import tr
from .window import without_wheel

SOURCES = (
    STYLE_FILE,
    STYLE_LAYER,
    BEFORE_FILE,
    BEFORE_LAYER,
    CHECKPOINT_FILE,
    MODEL,
    STYLE_INDEX,
)
_INSTEAD = {
    STYLE_FILE.name: (STYLE_LAYER.name,),
    BEFORE_FILE.name: (BEFORE_LAYER.name,),
    MODEL.name: (CHECKPOINT_FILE.name,),
}
"""Arguments that would go before the one that was chosen, and are taken back."""


class StyleSource(Gtk.Grid):
    """A row for each of the arguments that ask for a style from elsewhere, as far as the engine has it."""

    def __init__(self, image: Gimp.Image | None) -> None:
        super().__init__(column_spacing=6, row_spacing=4)
        self._image = image
        self._models = Gtk.ComboBoxText(has_entry=True)
        self._values = Values((), {})
        self._rows: dict[str, tuple[Gtk.Widget, Gtk.Widget, Callable[[], None]]] = {}
        for row, argument in enumerate(SOURCES):
            self._add(row, argument)

    def follow(self, values: Values) -> None:
        """Show and change ``values`` from now on."""
        self._values = values
        for name, (title, control, _) in self._rows.items():
            for widget in (title, control):
                widget.set_visible(name in values.current)
        self.mark()

    def offer_models(self, names: Iterable[str]) -> None:
        """Have these to choose from beside writing a name."""
        self._models.remove_all()
        for name in names:
            self._models.append_text(name)

    def mark(self) -> None:
        """Show what is chosen."""
        for name, (_, _, show) in self._rows.items():
            if name in self._values.current:
                show()

    def _add(self, row: int, argument: Argument) -> None:
        control, show = self._control(argument)
        title = Gtk.Label(label=tr(argument.title), xalign=0.0)
        control.set_hexpand(True)
        for column, widget in enumerate((title, control)):
            widget.set_tooltip_text(tr(argument.blurb))
            widget.show_all()
            widget.set_no_show_all(True)
            self.attach(widget, column, row, 1, 1)
        self._rows[argument.name] = title, control, show

    def _control(self, argument: Argument) -> tuple[Gtk.Widget, Callable[[], None]]:
        name = argument.name

        def value() -> object:
            return self._values[name]

        if argument.kind == "file":
            kind = models() if argument == CHECKPOINT_FILE else pictures()
            button = FileButton(kind, lambda path: self._choose(name, path or None))
            return button, lambda: button.show_path(str(value() or ""))
        if argument.kind == "layer":
            chooser = LayerChooser(self._image, lambda layer: self._choose(name, layer))
            return chooser, lambda: chooser.show_layer(self._values[name])
        if argument.kind == "int":
            spin = without_wheel(Gtk.SpinButton.new_with_range(0, 9999, 1))
            spin.connect("value-changed", lambda box: self._choose(name, box.get_value_as_int()))
            return spin, lambda: spin.set_value(self._values[name])
        entry = self._models.get_child()
        assert isinstance(entry, Gtk.Entry)
        entry.set_width_chars(8)
        entry.connect("changed", lambda box: self._choose(name, box.get_text()))

        def write() -> None:
            if entry.get_text() != (value() or ""):
                entry.set_text(str(value() or ""))

        return without_wheel(self._models), write

    def _choose(self, name: str, value: object) -> None:
        if value:
            for other in _INSTEAD.get(name, ()):
                self._values.set(other, None)
        self._values.set(name, value)

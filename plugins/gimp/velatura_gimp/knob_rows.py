"""An engine's knobs, one a row: a title, what changes the value, and what brings its default back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import isinf
from typing import Any

from gi.repository import Gdk, Gimp, Gtk

from .arguments import Argument
from .choices import Values
from .file_chooser import FileButton, any_file, saved_file
from .layer_chooser import LayerChooser
from .texts import tr
from .window import without_wheel

_SLIDEABLE = 1024
"""The longest range that a slider is of use for."""
_LARGEST = 1e9
_TITLE_CHARS = 18

Make = Callable[[Argument, Values], Gtk.Widget | None]
"""Another widget for an argument than the usual one, or None."""


class KnobRows(Gtk.Grid):
    """``arguments`` of ``values``. ``make`` may have widgets of its own for some."""

    def __init__(
        self, arguments: Iterable[Argument], values: Values, image: Gimp.Image | None, make: Make
    ) -> None:
        super().__init__(column_spacing=6, row_spacing=4, border_width=8)
        self._values = values
        self._image = image
        for row, argument in enumerate(arguments):
            self._add(row, argument, make(argument, values) or self._made(argument))

    def _add(self, row: int, argument: Argument, control: Gtk.Widget) -> None:
        title = Gtk.Label(label=argument.label, xalign=0.0, wrap=True, width_chars=_TITLE_CHARS)
        title.set_max_width_chars(_TITLE_CHARS)
        touchable = Gtk.EventBox()
        touchable.add(title)
        about = tr(argument.blurb)
        touchable.set_tooltip_text(f"{about}\n{tr('Double-click to restore the default.')}")
        touchable.connect("button-press-event", self._pressed, argument.name)
        control.set_tooltip_text(about)
        control.set_hexpand(True)
        reset = Gtk.Button.new_from_icon_name("edit-undo-symbolic", Gtk.IconSize.MENU)
        reset.set_relief(Gtk.ReliefStyle.NONE)
        reset.set_tooltip_text(tr("Back to the default"))
        reset.get_style_context().add_class("velatura-small")
        reset.connect("clicked", lambda button: self._values.reset([argument.name]))

        def mark(name: str) -> None:
            if name == argument.name:
                differs = self._values.differs([name])
                # It keeps its room, so that nothing jumps.
                reset.set_opacity(1.0 if differs else 0.0)
                reset.set_sensitive(differs)
                context = title.get_style_context()
                (context.add_class if differs else context.remove_class)("velatura-changed")

        self._values.watchers.append(mark)
        mark(argument.name)
        for column, widget in enumerate((touchable, control, reset)):
            self.attach(widget, column, row, 1, 1)

    def _pressed(self, widget: Gtk.Widget, event: Gdk.Event, name: str) -> bool:
        if event.type == Gdk.EventType.DOUBLE_BUTTON_PRESS:
            self._values.reset([name])
        return True

    def _made(self, argument: Argument) -> Gtk.Widget:
        match argument.kind:
            case "double" | "int":
                return self._number(argument)
            case "boolean":
                return self._bound(argument, Gtk.CheckButton(), "toggled", "active")
            case "choice":
                box = Gtk.ComboBoxText()
                for value, title in argument.choices:
                    box.append(value, tr(title))
                return self._bound(argument, without_wheel(box), "changed", "active-id")
            case "layer":
                return self._layer(argument)
            case "file" | "save":
                return self._file(argument)
            case _:
                return self._bound(argument, Gtk.Entry(width_chars=8), "changed", "text")

    def _bound(
        self, argument: Argument, widget: Gtk.Widget, signal: str, property_name: str
    ) -> Gtk.Widget:
        widget.set_property(property_name, self._values[argument.name])
        widget.connect(
            signal,
            lambda changed: self._values.set(argument.name, changed.get_property(property_name)),
        )
        self._follow(argument, lambda value: widget.set_property(property_name, value))
        return widget

    def _number(self, argument: Argument) -> Gtk.Widget:
        whole = argument.kind == "int"
        low, high = max(argument.low, -_LARGEST), min(argument.high, _LARGEST)
        step = 1.0 if whole or high - low > 16 else 0.05 if high - low <= 2 else 0.1
        digits = 0 if whole else 1 if step == 1.0 else 2
        now = self._values[argument.name]
        adjustment = Gtk.Adjustment(
            value=now, lower=low, upper=high, step_increment=step, page_increment=10 * step
        )
        spin = Gtk.SpinButton(adjustment=adjustment, digits=digits, width_chars=_width(argument))
        if argument.zero:
            word = tr(argument.zero)
            spin.connect("output", _write_zero, word)
            spin.set_width_chars(max(len(word), _width(argument)))
            # What it shows was written before it knew the word.
            spin.set_value(low + step)
            spin.set_value(now)
        adjustment.connect("value-changed", lambda moved: self._moved(argument, moved.get_value()))
        self._follow(argument, adjustment.set_value)
        box = Gtk.Box(spacing=6)
        if high - low <= _SLIDEABLE and not isinf(argument.high):
            slider = Gtk.Scale(adjustment=adjustment, draw_value=False, digits=digits)
            box.pack_start(without_wheel(slider), True, True, 0)
        box.pack_start(without_wheel(spin), False, False, 0)
        return box

    def _moved(self, argument: Argument, value: float) -> None:
        self._values.set(argument.name, round(value) if argument.kind == "int" else value)

    def _layer(self, argument: Argument) -> Gtk.Widget:
        chooser = LayerChooser(
            self._image, lambda identifier: self._values.set(argument.name, identifier)
        )
        chooser.show_layer(self._values[argument.name])
        self._follow(argument, chooser.show_layer)
        return chooser

    def _file(self, argument: Argument) -> Gtk.Widget:
        kind = saved_file() if argument.kind == "save" else any_file()
        button = FileButton(kind, lambda path: self._values.set(argument.name, path or None))
        button.show_path(self._values[argument.name] or "")
        self._follow(argument, lambda path: button.show_path(path or ""))
        return button

    def _follow(self, argument: Argument, show: Callable[[Any], object]) -> None:
        def told(name: str) -> None:
            if name == argument.name:
                show(self._values[name])

        self._values.watchers.append(told)


def _width(argument: Argument) -> int:
    return 8 if argument.high > 9_999_999 else 5


def _write_zero(spin: Gtk.SpinButton, word: str) -> bool:
    if spin.get_value() != 0:
        return False
    spin.set_text(word)
    return True

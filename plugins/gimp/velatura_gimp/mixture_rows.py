"""How much of each style there is in a mixture."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from gi.repository import Gtk, Pango

from .texts import tr
from .window import without_wheel

_LEAST, _MOST, _STEP = 0.1, 4.0, 0.1


class MixtureRows(Gtk.Grid):
    """A slider for each style of a mixture; nothing for one alone. ``on_weighed`` is told names and weights."""

    def __init__(self, on_weighed: Callable[[dict[str, float]], None]) -> None:
        super().__init__(column_spacing=6, row_spacing=0, no_show_all=True)
        self._on_weighed = on_weighed
        self._sliders: dict[str, Gtk.Scale] = {}
        self._shares: dict[str, Gtk.Label] = {}
        self._telling = False

    def show_mixture(self, mixture: Mapping[str, tuple[str, float]]) -> None:
        """Show titles and weights by names."""
        if self._telling:
            self._write_shares()
            return
        for child in self.get_children():
            child.destroy()
        self._sliders, self._shares = {}, {}
        if len(mixture) > 1:
            for row, (name, (title, weight)) in enumerate(mixture.items()):
                self._add(row, name, title, weight)
            self._write_shares()
        self.set_visible(len(mixture) > 1)

    def _add(self, row: int, name: str, title: str, weight: float) -> None:
        label = Gtk.Label(label=title, xalign=0.0, ellipsize=Pango.EllipsizeMode.END)
        label.set_max_width_chars(20)
        slider = Gtk.Scale.new_with_range(Gtk.Orientation.HORIZONTAL, _LEAST, _MOST, _STEP)
        slider.set_draw_value(False)
        slider.set_hexpand(True)
        slider.set_value(weight)
        slider.set_tooltip_text(tr("How much of this style there is in the mixture"))
        slider.connect("value-changed", self._moved)
        share = Gtk.Label(xalign=1.0, width_chars=5)
        self._sliders[name], self._shares[name] = without_wheel(slider), share
        for column, widget in enumerate((label, slider, share)):
            self.attach(widget, column, row, 1, 1)
            widget.show()

    def _moved(self, slider: Gtk.Scale) -> None:
        self._telling = True
        self._on_weighed({name: round(each.get_value(), 2) for name, each in self._sliders.items()})
        self._telling = False

    def _write_shares(self) -> None:
        total = sum(each.get_value() for each in self._sliders.values())
        for name, slider in self._sliders.items():
            self._shares[name].set_text(f"{slider.get_value() / total:.0%}")

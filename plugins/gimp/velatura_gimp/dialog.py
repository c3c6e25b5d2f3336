"""The dialog: styles to choose from, knobs, and a preview that follows them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from gi.repository import Gimp, GimpUi, GLib, GObject, Gtk

from velatura_link.errors import LinkError
from velatura_link.request import Pixels

from .arguments import (
    MASK_STYLE,
    OUTPUT,
    REST_STYLE,
    SEED,
    STRENGTH,
    STYLE,
    STYLE_FILE,
    STYLE_LAYER,
    USE_SELECTION,
    Argument,
    Wish,
    can_preview,
    preview_of,
    spoken,
    styles_named,
)
from .layers import RGBA8, extent, is_selected
from .live import Live
from .pixels import fitting_scale
from .places import Places
from .presets import Preset, presets_for, values_of_preset
from .preview import SIDE, Preview
from .shelf import Picker, Shelf
from .sources import LayerSource
from .wishes import request_of
from .wording import sentence_of

_PAUSE_MS = 40
"""How long knobs must rest before a preview is asked for."""
_PAGE_HEIGHT = 240
_SLIDEABLE = 1024
"""The longest range that a slider is of use for."""


def ask(
    places: Places,
    procedure: Gimp.Procedure,
    layer: Gimp.Layer,
    config: Gimp.ProcedureConfig,
    arguments: list[Argument],
    wish: Callable[[], Wish],
) -> bool:
    """Whether the person said yes; what they chose is in ``config`` then. ``wish`` says what that amounts to."""
    GimpUi.init("velatura")
    dialog = _Dialog(places, procedure, layer, config, arguments, wish)
    try:
        return dialog.run()
    finally:
        dialog.close()


class _Dialog:
    """GIMP's own dialog of a procedure, with pictures in it."""

    def __init__(
        self,
        places: Places,
        procedure: Gimp.Procedure,
        layer: Gimp.Layer,
        config: Gimp.ProcedureConfig,
        arguments: list[Argument],
        wish: Callable[[], Wish],
    ) -> None:
        self._layer = layer
        self._config = config
        self._arguments = arguments
        self._wish = wish
        self._manifest = places.manifest()
        self._pending = 0
        self._pickers: dict[str, Picker] = {}
        scale = fitting_scale(extent(layer), SIDE)
        self._source = LayerSource(layer, RGBA8, lambda done, total: None, scale)
        self._preview = Preview(self._source.content())
        self._shelf = Shelf(self._style_chosen)
        self._presets = Gtk.ComboBoxText(no_show_all=True)
        self._presets.append_text("Presets")
        self._presets.set_active(0)
        title = procedure.get_menu_label().replace("_", "").rstrip("…")
        self._dialog = GimpUi.ProcedureDialog.new(procedure, config, title)
        self._dialog.get_content_area().pack_start(self._whole(), True, True, 0)
        config.connect("notify", self._knob_moved)
        self._preview.show_text("Looking for the daemon …")
        self._live = Live(places, self._library_came, self._painted, self._preview.show_text)
        self._ask_for_preview()

    def run(self) -> bool:
        self._dialog.show_all()
        return bool(self._dialog.run())

    def close(self) -> None:
        self._live.close()
        self._dialog.destroy()

    def _whole(self) -> Gtk.Widget:
        whole = Gtk.Box(spacing=12, border_width=12)
        left = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=12)
        left.pack_start(self._preview, False, False, 0)
        left.pack_start(self._pages(), True, True, 0)
        right = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=6)
        right.pack_start(self._presets, False, False, 0)
        right.pack_start(self._shelf, True, True, 0)
        for argument in self._given((STYLE_FILE, STYLE_LAYER)):
            right.pack_start(self._widget(argument), False, False, 0)
        whole.pack_start(left, False, False, 0)
        whole.pack_start(right, True, True, 0)
        return whole

    def _pages(self) -> Gtk.Widget:
        pages = Gtk.Notebook()
        manner = [each for each in self._arguments if each.place == "treatment"]
        engine = [each for each in self._arguments if each.place in ("params", "inputs")]
        for title, shown in (
            ("Manner", [STRENGTH, *manner, SEED]),
            ("Where", self._given((USE_SELECTION, REST_STYLE, MASK_STYLE, OUTPUT))),
            ("Engine", engine),
        ):
            if shown:
                pages.append_page(self._page(shown), Gtk.Label(label=title))
        return pages

    def _page(self, arguments: Iterable[Argument]) -> Gtk.Widget:
        column = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=4, border_width=8)
        for argument in arguments:
            column.pack_start(self._widget(argument), False, False, 0)
        window = Gtk.ScrolledWindow(hscrollbar_policy=Gtk.PolicyType.NEVER)
        window.set_size_request(-1, _PAGE_HEIGHT)
        window.add(column)
        return window

    def _given(self, wanted: Iterable[Argument]) -> list[Argument]:
        return [each for each in wanted if each in self._arguments]

    def _widget(self, argument: Argument) -> Gtk.Widget:
        widget = self._made(argument)
        if argument in (USE_SELECTION, REST_STYLE):
            widget.set_sensitive(is_selected(self._layer.get_image()))
        if argument == MASK_STYLE:
            widget.set_sensitive(self._layer.get_mask() is not None)
        return widget

    def _made(self, argument: Argument) -> Gtk.Widget:
        if argument in (REST_STYLE, MASK_STYLE):
            return self._picker(argument)
        if argument.kind in ("double", "int") and argument.high - argument.low <= _SLIDEABLE:
            narrow = argument.high - argument.low < 1  # less than the step of the other one
            make = self._dialog.get_spin_scale if narrow else self._dialog.get_scale_entry
            return make(argument.name, 1.0)
        return self._dialog.get_widget(argument.name, GObject.TYPE_NONE)

    def _picker(self, argument: Argument) -> Gtk.Widget:
        picker = Picker(argument.title, "As it is")
        picker.set_tooltip_text(argument.blurb)
        self._pickers[argument.name] = picker
        return picker

    def _offer(self, presets: list[Preset]) -> None:
        for preset in presets:
            self._presets.append_text(spoken(preset["name"]))
        self._presets.connect("changed", self._preset_chosen, presets)
        self._presets.set_visible(bool(presets))

    def _preset_chosen(self, chooser: Gtk.ComboBoxText, presets: list[Preset]) -> None:
        # The first entry is the chooser's own name.
        if chooser.get_active() > 0:
            chosen = values_of_preset(presets[chooser.get_active() - 1], self._arguments)
            for name, value in chosen.items():
                self._config.set_property(name, value)

    def _style_chosen(self, names: list[str]) -> None:
        self._config.set_property(STYLE_FILE.name, None)
        self._config.set_property(STYLE_LAYER.name, None)
        self._config.set_property(STYLE.name, ", ".join(names))

    def _library_came(self, styles: list[dict[str, Any]], presets: list[dict[str, Any]]) -> None:
        self._shelf.fill(styles)
        self._offer(presets_for(self._wish()["engine"], presets))
        both_ways = GObject.BindingFlags.BIDIRECTIONAL | GObject.BindingFlags.SYNC_CREATE
        for name, picker in self._pickers.items():
            picker.fill(styles)
            # Not before: what cannot be shown would be forgotten.
            self._config.bind_property(name, picker.choice, "active-id", both_ways)
        self._mark_chosen()

    def _mark_chosen(self) -> None:
        others = (self._config.get_property(each.name) for each in (STYLE_FILE, STYLE_LAYER))
        chosen = [] if any(others) else styles_named(self._config.get_property(STYLE.name))
        self._shelf.choose(each["name"] for each in chosen)

    def _knob_moved(self, config: Gimp.ProcedureConfig, spec: GObject.ParamSpec) -> None:
        if spec.name in (STYLE.name, STYLE_FILE.name, STYLE_LAYER.name):
            self._mark_chosen()
        if not self._pending:
            self._pending = GLib.timeout_add(_PAUSE_MS, self._rested)

    def _rested(self) -> None:
        self._pending = 0
        self._ask_for_preview()

    def _ask_for_preview(self) -> None:
        try:
            wish = self._wish()
            if not can_preview(wish["engine"], self._manifest):
                self._preview.show_text("There is no preview of this engine.")
                return
            small = preview_of(wish, self._source.scale)
            self._live.paint(request_of(small, self._manifest, self._source))
        except (LinkError, OSError) as error:
            self._preview.show_text(sentence_of(error))

    def _painted(self, after: Pixels) -> None:
        self._preview.show_after(after)
        self._preview.show_text("A quick preview; the layer is painted with more care.")

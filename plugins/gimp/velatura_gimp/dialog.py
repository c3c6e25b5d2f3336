"""The dialog: styles to choose from, knobs, and a preview that follows them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from gi.repository import Gimp, GimpUi, GLib, GObject, Gtk

from velatura_link.errors import LinkError
from velatura_link.request import Pixels
from velatura_link.styles import needs_pictures
from velatura_link.titles import title_of

from .arguments import (
    DEFAULT_ENGINE,
    MASK_STYLE,
    OUTPUT,
    PREVIEW_ENGINE,
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
)
from .layers import RGBA8, extent, is_selected
from .library import Descriptor, Style, fitting, require_fitting
from .live import Live
from .pixels import fitting_scale
from .places import Places
from .presets import Preset, presets_for, values_of_preset
from .preview import SIDE, Preview
from .shelf import Picker
from .sources import LayerSource
from .style_panel import Make, StylePanel
from .texts import tr
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
        self._library: list[Style] | None = None
        engine = wish()["engine"]
        self._descriptor: Descriptor = self._manifest[engine]["descriptor"]
        scale = fitting_scale(extent(layer), SIDE)
        self._source = LayerSource(layer, RGBA8, lambda done, total: None, scale)
        self._preview = Preview(self._source.content())
        self._presets = Gtk.ComboBoxText(no_show_all=True)
        self._presets.append_text(tr("Presets"))
        self._presets.set_active(0)
        title = procedure.get_menu_label().replace("_", "").rstrip("…")
        self._dialog = GimpUi.ProcedureDialog.new(procedure, config, title)
        choosers = [self._widget(each) for each in self._given((STYLE_FILE, STYLE_LAYER))]
        self._panel = StylePanel(config, self._source, choosers, self._note(), self._keep)
        self._dialog.get_content_area().pack_start(self._whole(), True, True, 0)
        config.connect("notify", self._knob_moved)
        self._wait(tr("Looking for the daemon"))
        self._live = Live(
            places, self._library_came, self._painted, self._preview.show_text, self._wait
        )
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
        right.pack_start(self._panel, True, True, 0)
        whole.pack_start(left, False, False, 0)
        whole.pack_start(right, True, True, 0)
        return whole

    def _note(self) -> str:
        """Where the built-in styles are, for an engine that cannot use them."""
        if not needs_pictures(self._descriptor):
            return ""
        return tr(
            "{engine} imitates a picture: one from a file, another layer, or one of your own in the library. "
            "The styles that are built in are codes without a picture; they are for other engines.",
            engine=tr(self._descriptor["title"]),
        )

    def _pages(self) -> Gtk.Widget:
        pages = Gtk.Notebook()
        manner = [each for each in self._arguments if each.place == "treatment"]
        engine = [each for each in self._arguments if each.place in ("params", "inputs")]
        for title, shown in (
            (tr("Manner"), [STRENGTH, *manner, SEED]),
            (tr("Where"), self._given((USE_SELECTION, REST_STYLE, MASK_STYLE, OUTPUT))),
            (tr("Engine"), engine),
        ):
            if shown:
                pages.append_page(self._page(shown), Gtk.Label(label=title))
        return pages

    def _page(self, arguments: Iterable[Argument]) -> Gtk.Widget:
        column = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=4, border_width=8)
        for argument in arguments:
            widget = self._widget(argument)
            column.pack_start(widget, False, False, 0)
            if argument == USE_SELECTION and not widget.get_sensitive():
                said = tr("Nothing is selected, so all of the layer is painted.")
                column.pack_start(Gtk.Label(label=said, xalign=0.0, wrap=True), False, False, 0)
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
        picker = Picker(argument.label, tr("As it is"))
        picker.set_tooltip_text(tr(argument.blurb))
        self._pickers[argument.name] = picker
        return picker

    def _offer(self, presets: list[Preset]) -> None:
        for preset in presets:
            self._presets.append_text(title_of(preset["name"]))
        self._presets.connect("changed", self._preset_chosen, presets)
        self._presets.set_visible(bool(presets))

    def _preset_chosen(self, chooser: Gtk.ComboBoxText, presets: list[Preset]) -> None:
        # The first entry is the chooser's own name.
        if chooser.get_active() > 0:
            chosen = values_of_preset(presets[chooser.get_active() - 1], self._arguments)
            for name, value in chosen.items():
                self._config.set_property(name, value)

    def _library_came(self, styles: list[Style], presets: list[Preset]) -> None:
        self._take(styles)
        self._offer(presets_for(self._wish()["engine"], presets))
        both_ways = GObject.BindingFlags.BIDIRECTIONAL | GObject.BindingFlags.SYNC_CREATE
        for name, picker in self._pickers.items():
            # Not before: what cannot be shown would be forgotten.
            self._config.bind_property(name, picker.choice, "active-id", both_ways)
        self._ask_for_preview()

    def _take(self, styles: list[Style]) -> None:
        self._library = styles
        offered = fitting(styles, self._descriptor)
        self._panel.fill(offered, keeps=self._live.keeps_styles)
        for picker in self._pickers.values():
            picker.fill(offered)

    def _known(self) -> list[Style]:
        """The library. Raises :class:`LinkError` before it has come."""
        if self._library is None:
            raise LinkError(f"{tr('Looking for the daemon')} …")
        return self._library

    def _keep(self, title: str, make: Make) -> None:
        self._wait(tr("The picture is put into the library"))
        self._live.keep(title, make, self._kept)

    def _kept(self, name: str, styles: list[Style]) -> None:
        self._take(styles)
        self._panel.choose([name])

    def _knob_moved(self, config: Gimp.ProcedureConfig, spec: GObject.ParamSpec) -> None:
        if spec.name in (STYLE.name, STYLE_FILE.name, STYLE_LAYER.name):
            self._panel.mark()
        if not self._pending:
            self._pending = GLib.timeout_add(_PAUSE_MS, self._rested)

    def _rested(self) -> None:
        self._pending = 0
        self._ask_for_preview()

    def _ask_for_preview(self) -> None:
        try:
            wish = self._wish()
            require_fitting(wish, self._descriptor, self._known)
            seen = can_preview(wish["engine"], self._manifest)
            small = preview_of(wish, self._source.scale, self._manifest) if seen else wish
            request = request_of(small, self._manifest, self._source)
        except (LinkError, OSError) as error:
            self._live.forget()
            self._dialog.set_response_sensitive(Gtk.ResponseType.OK, False)
            self._preview.show_text(sentence_of(error))
            return
        self._dialog.set_response_sensitive(Gtk.ResponseType.OK, True)
        if seen:
            self._live.paint(request)
        else:
            self._preview.show_text(tr("There is no preview of this engine."))

    def _wait(self, text: str) -> None:
        self._preview.show_text(f"{text} …")

    def _painted(self, after: Pixels) -> None:
        self._preview.show_after(after)
        self._preview.show_text(self._about_preview())

    def _about_preview(self) -> str:
        """What the layer will have that the preview does not."""
        engine = self._wish()["engine"]
        if engine == PREVIEW_ENGINE:
            return tr("The layer is painted like this, at its own size.")
        if engine == DEFAULT_ENGINE:
            return tr("A quick preview; the layer is painted with more care.")
        return tr(
            "A quick preview by another engine; {engine} paints in its own way and takes longer.",
            engine=tr(self._descriptor["title"]),
        )

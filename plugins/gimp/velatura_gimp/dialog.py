"""The dialog: an engine, styles to choose from, knobs, and a preview that follows them."""

from __future__ import annotations

from collections.abc import Sequence

from gi.repository import Gimp, GLib, Gtk

from velatura_link.builtin import builtin_styles
from velatura_link.engines import is_instant
from velatura_link.errors import LinkError
from velatura_link.request import Pixels
from velatura_link.titles import engine_title

from .about import show_about, show_help
from .arguments import HEIGHT, SOURCE, USE_SELECTION, WIDTH
from .choices import Choices
from .dialog_client import DialogClient
from .dialog_state import DialogState
from .job_builder import changed_since
from .knob_pages import KnobPages
from .library import Style, fitting, title_of_style
from .plugin_folder import PluginFolder
from .preset_bar import PresetBar
from .presets import Preset, preset_of, presets_for, values_of_preset
from .preview import Preview
from .preview_source import PreviewSource
from .result_record import ResultRecord
from .style_menu import StyleMenu
from .style_panel import Make, StylePanel
from .style_pictures import StylePictures
from .texts import tr
from .window import take_away, transient_dialog, without_wheel
from .wording import sentence_of

_PAUSE_MS = 40
"""How long knobs must rest before a preview is asked for."""
_HELP, _ABOUT, _RESET = 1, 2, 3
_PLACES = frozenset(each.name for each in (SOURCE, WIDTH, HEIGHT, USE_SELECTION))
"""Arguments that say where a picture is painted."""


def ask(
    folder: PluginFolder,
    image: Gimp.Image | None,
    layers: Sequence[Gimp.Layer],
    start: Choices,
    *,
    replaces: Gimp.Layer | None = None,
    record: ResultRecord | None = None,
) -> Choices | None:
    """What the person chose for ``layers`` of ``image``, ``start`` at first; None when they gave up.

    Without layers it is about a new picture, of ``image`` or without any. With ``replaces`` it is about painting that
    layer again, which was made as ``record`` says.
    """
    dialog = _Dialog(folder, image, layers, start, replaces, record)
    try:
        return dialog.run()
    finally:
        dialog.close()


class _Dialog:
    def __init__(
        self,
        folder: PluginFolder,
        image: Gimp.Image | None,
        layers: Sequence[Gimp.Layer],
        start: Choices,
        replaces: Gimp.Layer | None,
        record: ResultRecord | None,
    ) -> None:
        self._state = DialogState(folder.manifest(), image, layers, start, replaces)
        self._pending = 0
        self._library: Sequence[Style] = builtin_styles()
        self._offered: Sequence[Preset] = []
        self._dialog = transient_dialog("")
        self._preview = Preview(self._looked_closer)
        self._seen = self._preview_source()
        self._daemon = DialogClient(
            folder, self._library_came, self._painted, self._preview.show_text, self._wait
        )
        self._pictures = StylePictures(self._daemon)
        self._menu = StyleMenu(self._daemon, self._dialog)
        self._panel = StylePanel(
            self._seen.small, self._keep, self._unfit, self._menu.show, self._pictures.of
        )
        self._presets = PresetBar(self._daemon, self._take_preset, self._as_preset)
        self._pages = KnobPages(image, layers, editing=replaces is not None)
        self._engines = self._engine_choice()
        self._note = Gtk.Label(label=changed_since(record, image), xalign=0.0, wrap=True)
        self._dialog.get_content_area().pack_start(self._whole(), True, True, 0)
        self._add_buttons()
        self._show_painted()
        self._wait(tr("Starting Velatura"))
        self._follow()
        self._ask_for_preview()

    def run(self) -> Choices | None:
        """What was chosen, once the person is done."""
        self._dialog.show_all()
        self._note.set_visible(bool(self._note.get_text()))
        # Return paints, wherever the keys would have gone first.
        paint = self._dialog.get_widget_for_response(Gtk.ResponseType.OK)
        assert paint is not None
        if paint.get_sensitive():
            paint.grab_focus()
        elif self._panel.search.get_mapped():
            self._panel.search.grab_focus()
        while True:
            answer = self._dialog.run()
            if answer == _HELP:
                show_help(self._dialog)
            elif answer == _ABOUT:
                show_about(self._dialog)
            elif answer == _RESET:
                self._state.reset_knobs()
            else:
                break
        if answer != Gtk.ResponseType.OK:
            return None
        return self._state.choices

    def close(self) -> None:
        """The window is gone, and nobody is told anything more."""
        if self._pending:
            GLib.source_remove(self._pending)
        self._daemon.close()
        take_away(self._dialog)

    def _whole(self) -> Gtk.Widget:
        whole = Gtk.Grid(column_spacing=12, row_spacing=6, border_width=12)
        self._left = left = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=6)
        for widget in (self._preview, self._note):
            left.pack_start(widget, False, False, 0)
        left.pack_start(self._pages, True, True, 0)
        engine = Gtk.Box(spacing=6)
        engine.pack_start(Gtk.Label(label=tr("Engine")), False, False, 0)
        engine.pack_start(self._engines, True, True, 0)
        self._panel.set_hexpand(True)
        self._panel.set_vexpand(True)
        whole.attach(engine, 0, 0, 1, 1)
        whole.attach(self._presets, 1, 0, 1, 1)
        whole.attach(left, 0, 1, 1, 1)
        whole.attach(self._panel, 1, 1, 1, 1)
        return whole

    def _add_buttons(self) -> None:
        area = self._dialog.get_action_area()
        for text, answer in ((tr("_Help"), _HELP), (tr("_About"), _ABOUT)):
            button = self._dialog.add_button(text, answer)
            area.set_child_secondary(button, True)
        reset = self._dialog.add_button(tr("_Reset"), _RESET)
        reset.set_tooltip_text(tr("Reset all painting settings to their defaults"))
        self._dialog.add_button(tr("_Cancel"), Gtk.ResponseType.CANCEL)
        paint = tr("_Paint Again") if self._state.replaces is not None else tr("_Paint")
        self._dialog.add_button(paint, Gtk.ResponseType.OK)
        self._dialog.set_default_response(Gtk.ResponseType.OK)

    def _engine_choice(self) -> Gtk.ComboBoxText:
        choice = without_wheel(Gtk.ComboBoxText())
        for name in self._state.engines():
            choice.append(name, engine_title(self._state.manifest[name]["descriptor"], tr))
        choice.set_active_id(self._state.engine)
        choice.connect("changed", lambda box: self._switch(box.get_active_id()))
        return choice

    def _switch(self, engine: str) -> None:
        """Go on with another engine, and whatever it has in common with the one before."""
        self._state.switch(engine)
        self._show_painted()
        self._follow()
        self._ask_for_preview()

    def _follow(self) -> None:
        """Show the engine and its values."""
        engine = tr(self._state.descriptor["title"])
        again = self._state.replaces is not None
        self._dialog.set_title(
            tr("Velatura: Edit This Result")
            if again
            else tr("Velatura with {engine}", engine=engine)
        )
        self._engines.set_tooltip_text(tr(self._state.descriptor["summary"]))
        self._state.values.watchers.append(self._changed)
        self._pages.show_engine(
            engine,
            self._state.arguments,
            self._state.values,
            fitting(self._library, self._state.descriptor),
        )
        self._panel.follow(self._state.values)
        self._panel.set_visible(self._panel.has_rows)
        self._left.set_hexpand(not self._panel.has_rows)
        self._offer()

    def _offer(self) -> None:
        self._panel.fill(self._library, self._state.descriptor, keeps=self._daemon.can.styles)
        self._presets.offer(presets_for(self._state.engine, self._offered))
        self._pages.offer(fitting(self._library, self._state.descriptor))

    def _library_came(self, styles: Sequence[Style], presets: Sequence[Preset]) -> None:
        self._library, self._offered = styles, presets
        self._menu.know(styles)
        # An older daemon does not list models; their names can be written, too.
        self._daemon.ask(
            lambda client: client.models(), self._panel.offer_models, lambda error: True
        )
        self._offer()
        self._ask_for_preview()

    def _take_preset(self, preset: Preset) -> None:
        for name, value in values_of_preset(preset, self._state.arguments).items():
            self._state.values.set(name, value)

    def _as_preset(self) -> dict[str, object]:
        return preset_of(self._state.engine, self._state.arguments, self._state.values.current)

    def _keep(self, title: str, make: Make) -> None:
        self._wait(tr("Adding the picture to the library"))
        self._daemon.ask(lambda client: client.add_style(title, make()), self._kept)

    def _kept(self, style: Style) -> None:
        self._library = [*self._library, style]
        self._offer()
        self._panel.choose([style["name"]])
        self._daemon.look_again()

    def _unfit(self, style: Style) -> None:
        self._preview.show_text(
            tr(
                "“{style}” is a code without a picture, and {engine} needs a picture to imitate. "
                "Another engine can paint with it.",
                style=title_of_style(style),
                engine=tr(self._state.descriptor["title"]),
            )
        )

    def _changed(self, name: str) -> None:
        if name in _PLACES and (self._state.is_new or name == SOURCE.name):
            self._show_painted()
        if not self._pending:
            self._pending = GLib.timeout_add(_PAUSE_MS, self._rested)

    def _rested(self) -> bool:
        self._pending = 0
        self._ask_for_preview()
        return False

    def _preview_source(self) -> PreviewSource:
        canvas = self._state.canvas()
        self._shown = canvas, self._state.shows_visible
        return PreviewSource(canvas or self._state.painted_layer())

    def _show_painted(self) -> None:
        """Show what is painted from now on. What was shown already is not read, and sent, again."""
        if self._shown != (self._state.canvas(), self._state.shows_visible):
            self._seen = self._preview_source()
        self._preview.show_whole(parts=self._seen.has_parts)
        self._seen.look(False, 0.0, 0.0)
        self._preview.show_before(self._seen.current.content())

    def _looked_closer(self, part: bool, dx: float, dy: float) -> None:
        self._seen.look(part, dx, dy)
        self._preview.show_before(self._seen.current.content())
        self._ask_for_preview()

    def _ask_for_preview(self) -> None:
        try:
            self._state.require_layer()
            request = self._seen.request(
                self._state.engine,
                self._state.arguments,
                self._state.values.current,
                self._state.manifest,
                lambda: self._library,
            )
        except (LinkError, OSError) as error:
            self._dialog.set_response_sensitive(Gtk.ResponseType.OK, False)
            self._show_none(sentence_of(error))
            return
        self._dialog.set_response_sensitive(Gtk.ResponseType.OK, True)
        if request is not None:
            self._daemon.paint(request)
        else:
            self._show_none(tr("There is no preview of this engine."))

    def _show_none(self, why: str) -> None:
        """What was painted with other choices is not to be seen any more."""
        self._daemon.forget()
        self._preview.show_before(self._seen.current.content())
        self._preview.show_text(why)

    def _wait(self, text: str) -> None:
        self._preview.show_text(f"{text} …")

    def _painted(self, after: Pixels) -> None:
        self._preview.show_after(after)
        self._preview.show_text(self._about_preview())

    def _about_preview(self) -> str:
        """What the layer will have that the preview does not."""
        if self._seen.exact(self._state.engine, self._state.manifest):
            return tr("This is how the layer is painted at its actual size.")
        if is_instant(self._state.manifest, self._state.engine):
            return tr("A quick preview; the layer is painted with more care.")
        return tr(
            "A quick preview by another engine; {engine} paints in its own way and takes longer.",
            engine=tr(self._state.descriptor["title"]),
        )

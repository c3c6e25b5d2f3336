"""The library's styles as pictures to choose from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from gi.repository import Gdk, GdkPixbuf, GLib, Gtk, Pango

from .library import Style, title_of_style
from .pixbufs import barred, thumbnail
from .texts import tr

THUMB, SMALL = 90, 24
ROW = THUMB + 34
"""Pixels of a row of styles, its words and the room around it."""
_COLUMNS = 4
_SETTLED_MS = 60
"""After so long a view that was shown has its size."""
_PICTURE, _LABEL, _NAME, _FITS, _SHOWN = range(5)

Look = Callable[[str], GdkPixbuf.Pixbuf | None]
"""A style's larger picture, if it is there; it may come later."""


class StyleGrid(Gtk.ScrolledWindow):
    """``on_chosen`` is told the names that a person chose, several at once to be mixed; ``on_unfit`` the name of a
    style that the engine cannot use. ``on_menu`` shows what can be done with a style. ``look`` is asked for what is
    shown under the pointer."""

    def __init__(
        self,
        on_chosen: Callable[[list[str]], None],
        on_unfit: Callable[[str], None],
        on_menu: Callable[[str, Gdk.Event], None],
        look: Look,
    ) -> None:
        super().__init__(shadow_type=Gtk.ShadowType.IN, hscrollbar_policy=Gtk.PolicyType.NEVER)
        self._on_chosen = on_chosen
        self._on_unfit = on_unfit
        self._on_menu = on_menu
        self._look = look
        self._marked: set[str] = set()
        self._model = Gtk.ListStore(GdkPixbuf.Pixbuf, str, str, bool, bool)
        self._seen = self._model.filter_new()
        self._seen.set_visible_column(_SHOWN)
        self._view = Gtk.IconView(
            model=self._seen,
            pixbuf_column=_PICTURE,
            selection_mode=Gtk.SelectionMode.MULTIPLE,
            has_tooltip=True,
            item_width=THUMB,
            item_padding=2,
            spacing=2,
            row_spacing=2,
            column_spacing=2,
            margin=2,
        )
        label = Gtk.CellRendererText(
            ellipsize=Pango.EllipsizeMode.END, scale=0.85, xalign=0.5, width=THUMB
        )
        self._view.pack_end(label, False)
        self._view.set_cell_data_func(label, _write_label)
        self._view.get_style_context().add_class("velatura-styles")
        self.set_size_request(_COLUMNS * (THUMB + 12) + 22, 2 * ROW)
        self._handler = self._view.connect("selection-changed", self._changed)
        self._view.connect("query-tooltip", self._asked)
        self._view.connect("button-press-event", self._pressed)
        self._view.connect("map", lambda view: GLib.timeout_add(_SETTLED_MS, self._show_marked))
        self.add(self._view)

    def fill(self, styles: Iterable[Style], fits: Callable[[Style], bool]) -> None:
        """Show ``styles`` as the daemon lists them; those that do not fit the engine are barred."""
        with self._view.handler_block(self._handler):
            self._model.clear()
            for style in styles:
                picture, fit = thumbnail(style.get("thumbnail"), THUMB), fits(style)
                row = [picture if fit else barred(picture), title_of_style(style), style["name"]]
                self._model.append([*row, fit, True])
            self._mark()

    def show_only(self, names: Sequence[str]) -> None:
        """Show the styles of these names."""
        wanted = set(names)
        with self._view.handler_block(self._handler):
            for row in self._model:
                row[_SHOWN] = row[_NAME] in wanted
            self._mark()

    def mark(self, names: Iterable[str]) -> None:
        """Mark the styles of these names, without telling anybody."""
        marked = set(names)
        new, self._marked = marked - self._marked, marked
        with self._view.handler_block(self._handler):
            self._mark()
        if new:
            GLib.idle_add(self._show_marked)

    def _mark(self) -> None:
        self._view.unselect_all()
        for row in self._seen:
            if row[_NAME] in self._marked:
                self._view.select_path(row.path)

    def _show_marked(self) -> bool:
        """Scroll to the first of the marked styles, unless one of them is seen as a whole."""
        paths = [row.path for row in self._seen if row[_NAME] in self._marked]
        if paths and not any(self._is_seen(path) for path in paths):
            self._view.scroll_to_path(paths[0], True, 0.5, 0.0)
        return False

    def _is_seen(self, path: Gtk.TreePath) -> bool:
        _, cell = self._view.get_cell_rect(path, None)
        return bool(0 <= cell.y <= self._view.get_allocated_height() - cell.height)

    def _changed(self, view: Gtk.IconView) -> None:
        if view.get_model() is None:
            return  # it is being destroyed
        rows = [self._seen[path] for path in reversed(view.get_selected_items())]
        for row in rows:
            if not row[_FITS]:
                self.mark(self._marked)
                self._on_unfit(row[_NAME])
                return
        chosen = [row[_NAME] for row in rows]
        state, known = Gtk.get_current_event_state()
        if known and state & Gdk.ModifierType.CONTROL_MASK:
            shown = {row[_NAME] for row in self._seen}
            # Those that the search hides stay in the mixture.
            chosen = [*(self._marked - shown), *chosen]
        if not chosen:
            # A click beside the styles takes none of them away.
            self.mark(self._marked)
            return
        self._marked = set(chosen)
        self._on_chosen(chosen)

    def _asked(
        self, view: Gtk.IconView, x: int, y: int, keyboard: bool, tooltip: Gtk.Tooltip
    ) -> bool:
        found, _, _, _, path, _ = view.get_tooltip_context(x, y, keyboard)
        if not found:
            return False
        row = self._seen[path]
        unfit = "" if row[_FITS] else "\n" + tr("This engine cannot use it.")
        tooltip.set_text(f"{row[_LABEL]}{unfit}")
        picture = self._look(row[_NAME])
        if picture is not None:
            tooltip.set_icon(picture)
        view.set_tooltip_item(tooltip, path)
        return True

    def _pressed(self, view: Gtk.IconView, event: Gdk.Event) -> bool:
        if event.button != Gdk.BUTTON_SECONDARY:
            return False
        path = view.get_path_at_pos(round(event.x), round(event.y))
        if path is not None:
            self._on_menu(self._seen[path][_NAME], event)
        return True


class StylePicker(Gtk.ComboBox):
    """One style of the library, or none."""

    def __init__(self, none: str) -> None:
        self._model = Gtk.ListStore(str, str, GdkPixbuf.Pixbuf)
        super().__init__(model=self._model, id_column=0)
        picture, text = Gtk.CellRendererPixbuf(), Gtk.CellRendererText(xpad=6)
        self.pack_start(picture, False)
        self.add_attribute(picture, "pixbuf", 2)
        self.pack_start(text, True)
        self.add_attribute(text, "text", 1)
        self._model.append(["", none, None])

    def fill(self, styles: Iterable[Style]) -> None:
        """Offer ``styles`` as the daemon lists them, and still what was offered before."""
        known = {row[0] for row in self._model}
        for style in styles:
            if style["name"] not in known:
                small = thumbnail(style.get("thumbnail"), SMALL)
                self._model.append([style["name"], title_of_style(style), small])


def _write_label(
    view: Gtk.CellLayout,
    cell: Gtk.CellRendererText,
    model: Gtk.TreeModel,
    at: Gtk.TreeIter,
    data: object = None,
) -> None:
    fits = model[at][_FITS]
    cell.set_property("text", model[at][_LABEL])
    cell.set_property("style", Pango.Style.NORMAL if fits else Pango.Style.ITALIC)
    cell.set_property("strikethrough", not fits)

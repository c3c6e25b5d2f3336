"""The library's styles as pictures to choose from."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from gi.repository import GdkPixbuf, Gtk, Pango

from velatura_link.titles import title_of

from .library import Style
from .pixbufs import thumbnail

THUMB, SMALL = 84, 24
_MARKED = b"iconview:selected { background-color: #3584e4; color: white; }"
_PICTURE, _LABEL, _NAME, _TITLE = range(4)


class Shelf(Gtk.ScrolledWindow):
    """``on_chosen`` is told the names that a person chose; several at once are mixed."""

    def __init__(self, on_chosen: Callable[[list[str]], None]) -> None:
        super().__init__(shadow_type=Gtk.ShadowType.IN, hscrollbar_policy=Gtk.PolicyType.NEVER)
        self._on_chosen = on_chosen
        self._model = Gtk.ListStore(GdkPixbuf.Pixbuf, str, str, str)
        self._view = Gtk.IconView(
            model=self._model,
            pixbuf_column=_PICTURE,
            tooltip_column=_TITLE,
            selection_mode=Gtk.SelectionMode.MULTIPLE,
            item_width=THUMB,
            item_padding=4,
            spacing=2,
            row_spacing=2,
            column_spacing=2,
            margin=2,
        )
        label = Gtk.CellRendererText(
            ellipsize=Pango.EllipsizeMode.END, scale=0.85, xalign=0.5, width=THUMB
        )
        self._view.pack_end(label, False)
        self._view.add_attribute(label, "text", _LABEL)
        self.set_size_request(4 * (THUMB + 10) + 22, -1)
        self._handler = self._view.connect("selection-changed", self._changed)
        self.add(self._view)
        marked = Gtk.CssProvider()
        marked.load_from_data(_MARKED)
        priority = Gtk.STYLE_PROVIDER_PRIORITY_APPLICATION
        self._view.get_style_context().add_provider(marked, priority)

    def fill(self, styles: Iterable[Style]) -> None:
        """Show ``styles`` as the daemon lists them, none of them marked."""
        with self._view.handler_block(self._handler):
            self._model.clear()
            for style in styles:
                name, picture = style["name"], thumbnail(style.get("thumbnail"), THUMB)
                self._model.append([picture, title_of(name), name, style["title"]])

    def mark(self, names: Iterable[str]) -> None:
        """Mark the styles of these names, without telling anybody."""
        wanted = set(names)
        with self._view.handler_block(self._handler):
            self._view.unselect_all()
            for row in self._model:
                if row[_NAME] in wanted:
                    self._view.select_path(row.path)
                    self._view.scroll_to_path(row.path, False, 0, 0)

    def _changed(self, view: Gtk.IconView) -> None:
        chosen = [self._model[path][_NAME] for path in reversed(view.get_selected_items())]
        if chosen:
            self._on_chosen(chosen)


class Picker(Gtk.Box):
    """One style of the library, or none: ``choice`` has the style's name as its active id, or nothing for none."""

    def __init__(self, title: str, none: str) -> None:
        super().__init__(spacing=6)
        self.choice = Gtk.ComboBox(model=Gtk.ListStore(str, str, GdkPixbuf.Pixbuf), id_column=0)
        picture, text = Gtk.CellRendererPixbuf(), Gtk.CellRendererText(xpad=6)
        self.choice.pack_start(picture, False)
        self.choice.add_attribute(picture, "pixbuf", 2)
        self.choice.pack_start(text, True)
        self.choice.add_attribute(text, "text", 1)
        self.choice.get_model().append(["", none, None])
        self.pack_start(Gtk.Label(label=title, xalign=0.0), True, True, 0)
        self.pack_start(self.choice, False, False, 0)

    def fill(self, styles: Iterable[Style]) -> None:
        """Offer ``styles`` as the daemon lists them, and still what was offered before."""
        model = self.choice.get_model()
        known = {row[0] for row in model}
        for style in styles:
            if style["name"] not in known:
                small = thumbnail(style.get("thumbnail"), SMALL)
                model.append([style["name"], title_of(style["name"]), small])

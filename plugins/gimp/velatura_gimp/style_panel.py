"""Where a style comes from: the library, with its collections and mixtures, a file or another layer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from gi.repository import Gdk, GdkPixbuf, Gtk

from velatura_link.request import EncodedFile, Pixels
from velatura_link.styles import is_small

from .arguments import STYLE, STYLE_FILE, STYLE_LAYER
from .choices import Values, mixture_of, text_of_mixture, with_names
from .layers import RGBA8, extent, read
from .library import (
    FAVOURITES,
    OWN,
    Descriptor,
    Style,
    collections_of,
    fits,
    found_styles,
    picture_title,
    title_of_style,
)
from .mixture_rows import MixtureRows
from .pixbufs import fitted, png_of
from .sources import PixelSource
from .style_grid import StyleGrid
from .style_source import SOURCES, StyleSource
from .texts import tr
from .window import without_wheel

Make = Callable[[], EncodedFile]
OnKeep = Callable[[str, Make], None]
_SMALL = 64
_WORDS = 40


class StylePanel(Gtk.Box):
    """The style in ``values``, to be seen and changed.

    ``on_keep`` is told the title of a picture that is wanted in the library, and what makes its file; ``on_unfit`` of
    a style that the engine cannot use; ``on_menu`` shows what can be done with a style; ``look`` as for the shelf.
    """

    def __init__(
        self,
        source: PixelSource,
        on_keep: OnKeep,
        on_unfit: Callable[[Style], None],
        on_menu: Callable[[Style, Gdk.Event], None],
        look: Callable[[str], GdkPixbuf.Pixbuf | None],
    ) -> None:
        super().__init__(orientation=Gtk.Orientation.VERTICAL, spacing=6)
        self._values = Values((), {})
        self._source = source
        self._on_keep = on_keep
        self._styles: dict[str, Style] = {}
        self._keeps = False
        self._grid = StyleGrid(
            self.choose,
            lambda name: on_unfit(self._styles[name]),
            lambda name, event: on_menu(self._styles[name], event),
            look,
        )
        self.search = Gtk.SearchEntry(placeholder_text=tr("Search styles"))
        self.search.connect("search-changed", self._searched)
        self._collection = Gtk.ComboBoxText()
        without_wheel(self._collection)
        self._collection_changed = self._collection.connect("changed", self._searched)
        self._nothing = Gtk.Label(label=tr("No style matches."), no_show_all=True)
        self._small = Gtk.Label(
            label=tr(
                "The built-in paintings are small. With this engine, a larger picture gives finer strokes."
            ),
            no_show_all=True,
            wrap=True,
            max_width_chars=_WORDS,
            xalign=0.0,
        )
        self._descriptor: Descriptor = {}
        self._mixture = MixtureRows(self._weighed)
        self._elsewhere = StyleSource(source.image)
        self._picture = Gtk.Image(halign=Gtk.Align.START)
        self._keep = Gtk.Button(
            label=tr("Keep in the library"), halign=Gtk.Align.START, valign=Gtk.Align.CENTER
        )
        self._keep.connect("clicked", self._keep_wanted)
        self._imitated = Gtk.Box(spacing=12, no_show_all=True)
        for shown in (self._picture, self._keep):
            shown.show()
            self._imitated.pack_start(shown, False, False, 0)
        finder = Gtk.Box(spacing=6)
        finder.pack_start(self.search, True, True, 0)
        finder.pack_start(self._collection, False, False, 0)
        self.pack_start(finder, False, False, 0)
        self.pack_start(self._grid, True, True, 0)
        rows: tuple[Gtk.Widget, ...] = (
            self._nothing,
            self._small,
            self._mixture,
            self._elsewhere,
            self._imitated,
        )
        for widget in rows:
            self.pack_start(widget, False, False, 0)
        self._library: tuple[Gtk.Widget, ...] = (finder, self._grid)
        for widget in self._library:
            widget.show_all()
            widget.set_no_show_all(True)

    def follow(self, values: Values) -> None:
        """Show and change the style in ``values`` from now on."""
        self._values = values
        values.watchers.append(self._changed)
        self._elsewhere.follow(values)
        for widget in self._library:
            widget.set_visible(STYLE.name in values.current)
        self.mark()

    @property
    def has_rows(self) -> bool:
        """Whether the engine takes any style."""
        return any(each.name in self._values.current for each in (STYLE, *SOURCES))

    def fill(self, styles: Sequence[Style], descriptor: Descriptor, *, keeps: bool) -> None:
        """Offer ``styles`` to an engine; ``keeps`` says whether the library takes more of them."""
        self._styles = {each["name"]: each for each in styles}
        self._keeps, self._descriptor = keeps, descriptor
        self._grid.fill(styles, lambda style: fits(style, descriptor))
        self._offer_collections()
        self._searched()
        self.mark()

    def offer_models(self, models: Iterable[Mapping[str, Any]]) -> None:
        """Offer ``models`` as the daemon lists them."""
        self._elsewhere.offer_models(str(each["name"]) for each in models)

    def choose(self, names: list[str]) -> None:
        """Take styles of the library."""
        self._values.set(STYLE_FILE.name, None)
        self._values.set(STYLE_LAYER.name, None)
        mixture = with_names(mixture_of(self._values[STYLE.name] or ""), names)
        # Those that were chosen last, as many as the engine takes.
        most = int(self._descriptor.get("most_styles", 0))
        self._values.set(STYLE.name, text_of_mixture(dict(list(mixture.items())[-most:])))
        self.mark()

    def mark(self) -> None:
        """Show what is chosen."""
        imitated = self._shown()
        if imitated is not None:
            self._picture.set_from_pixbuf(fitted(imitated, 2 * _SMALL, _SMALL))
        self._imitated.set_visible(imitated is not None)
        self._keep.set_visible(self._keeps)
        self._elsewhere.mark()
        mixture = mixture_of(self._values[STYLE.name] or "") if imitated is None else {}
        self._grid.mark(mixture)
        chosen = [self._styles[name] for name in mixture if name in self._styles]
        self._small.set_visible(any(is_small(each, self._descriptor) for each in chosen))
        self._mixture.show_mixture(
            {name: (self._title_of(name), weight) for name, weight in mixture.items()}
        )

    def _title_of(self, name: str) -> str:
        return title_of_style(self._styles.get(name, {"name": name}))

    def _offer_collections(self) -> None:
        chosen = self._collection.get_active_id() or ""
        styles = self._styles.values()
        offered = [("", tr("All styles"))]
        if any(each.get("favourite") for each in styles):
            offered.append((FAVOURITES, tr("Favourites")))
        if not all(each.get("builtin") for each in styles):
            offered.append((OWN, tr("My own")))
        offered += [(each, each) for each in collections_of(styles)]
        with self._collection.handler_block(self._collection_changed):
            self._collection.remove_all()
            for identifier, title in offered:
                self._collection.append(identifier, title)
            if not self._collection.set_active_id(chosen):
                self._collection.set_active_id("")
        self._collection.set_visible(len(offered) > 1)

    def _searched(self, widget: Gtk.Widget | None = None) -> None:
        chosen = self._collection.get_active_id() or ""
        found = found_styles(self._styles.values(), self.search.get_text(), chosen)
        self._grid.show_only(found)
        library = STYLE.name in self._values.current
        self._nothing.set_visible(library and bool(self._styles) and not found)

    def _changed(self, name: str) -> None:
        if name == STYLE.name or any(name == each.name for each in SOURCES):
            self.mark()

    def _weighed(self, mixture: dict[str, float]) -> None:
        self._values.set(STYLE.name, text_of_mixture(mixture))

    def _shown(self) -> Pixels | EncodedFile | None:
        """The layer or the file that is chosen."""
        layer, path = self._values[STYLE_LAYER.name], self._values[STYLE_FILE.name]
        if layer is not None:
            return self._source.layer_named(layer)
        try:
            return self._source.file(path) if path else None
        except OSError:
            return EncodedFile(b"")

    def _keep_wanted(self, button: Gtk.Button) -> None:
        layer, path = self._values[STYLE_LAYER.name], self._values[STYLE_FILE.name]
        if layer is not None:
            found = self._source.found(layer)
            pixels = read(found, extent(found), RGBA8, lambda done, total: None)
            self._on_keep(picture_title(found.get_name()), partial(png_of, pixels))
        elif path:
            self._on_keep(picture_title(path), partial(self._source.file, path))

"""Where a style comes from: the library, a file or another layer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from gi.repository import Gimp, Gio, Gtk

from velatura_link.request import EncodedFile, Pixels

from .arguments import STYLE, STYLE_FILE, STYLE_LAYER, styles_named
from .layers import RGBA8, extent, read
from .library import Style, picture_title
from .pixbufs import fitted, png_of
from .shelf import Shelf
from .sources import LayerSource
from .texts import tr

Make = Callable[[], EncodedFile]
OnKeep = Callable[[str, Make], None]
_NOTE_WIDTH = 46
_WIDTH, _HEIGHT = 400, 220
_SMALL = 64


class StylePanel(Gtk.Box):
    """What ``config`` has for a style, to be seen and changed; ``choosers`` are for its file and its layer.

    For an engine that cannot read what is built in, ``note`` says so: the choosers come first then, and the library is
    shown when there is anything in it to choose. ``on_keep`` is told the title of a picture that is wanted in the
    library, and what makes its file.
    """

    def __init__(
        self,
        config: Gimp.ProcedureConfig,
        source: LayerSource,
        choosers: Iterable[Gtk.Widget],
        note: str,
        on_keep: OnKeep,
    ) -> None:
        super().__init__(orientation=Gtk.Orientation.VERTICAL, spacing=6)
        self._config = config
        self._source = source
        self._on_keep = on_keep
        self._largest = (_WIDTH, _HEIGHT) if note else (2 * _SMALL, _SMALL)
        self._shelf = Shelf(self.choose)
        self._picture = Gtk.Image(halign=Gtk.Align.START)
        self._keep = Gtk.Button(
            label=tr("Keep in the library"), halign=Gtk.Align.START, valign=Gtk.Align.CENTER
        )
        self._keep.connect("clicked", self._keep_wanted)
        self._imitated = Gtk.Box(spacing=12, no_show_all=True)
        self._imitated.set_orientation(
            Gtk.Orientation.VERTICAL if note else Gtk.Orientation.HORIZONTAL
        )
        for widget in (self._picture, self._keep):
            widget.show()
            self._imitated.pack_start(widget, False, False, 0)
        column = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=6)
        self._choosers = tuple(choosers)
        for widget in (*self._choosers, self._imitated):
            column.pack_start(widget, False, False, 0)
        if not note:
            self.pack_start(self._shelf, True, True, 0)
            self.pack_start(column, False, False, 0)
            return
        self.set_size_request(_WIDTH, -1)
        self._shelf.set_no_show_all(True)
        said = Gtk.Label(label=note, xalign=0.0, wrap=True, max_width_chars=_NOTE_WIDTH)
        self.pack_start(column, False, False, 0)
        self.pack_start(said, False, False, 6)
        self.pack_start(self._shelf, True, True, 0)

    def fill(self, styles: Sequence[Style], *, keeps: bool) -> None:
        """Offer ``styles``; ``keeps`` says whether the library takes more of them."""
        self._shelf.fill(styles)
        self._keep.set_visible(keeps)
        if styles:
            self._shelf.set_no_show_all(False)
            self._shelf.show_all()
        self.mark()

    def choose(self, names: list[str]) -> None:
        """Take styles of the library."""
        self._config.set_property(STYLE_FILE.name, None)
        self._config.set_property(STYLE_LAYER.name, None)
        self._config.set_property(STYLE.name, ", ".join(names))

    def mark(self) -> None:
        """Show what is chosen."""
        imitated = self._shown()
        if imitated is not None:
            self._picture.set_from_pixbuf(fitted(imitated, *self._largest))
        self._imitated.set_visible(imitated is not None)
        if not self._path():
            for chooser in self._choosers:
                _show_no_file(chooser)
        named = styles_named(self._config.get_property(STYLE.name)) if imitated is None else []
        self._shelf.mark(each["name"] for each in named)

    def _shown(self) -> Pixels | EncodedFile | None:
        """The layer or the file that is chosen."""
        layer, path = self._layer(), self._path()
        if layer is not None:
            return self._source.layer_named(layer.get_id())
        try:
            return self._source.file(path) if path else None
        except OSError:
            return EncodedFile(b"")

    def _keep_wanted(self, button: Gtk.Button) -> None:
        layer, path = self._layer(), self._path()
        if layer is not None:
            pixels = read(layer, extent(layer), RGBA8, lambda done, total: None)
            self._on_keep(picture_title(layer.get_name()), partial(png_of, pixels))
        elif path:
            self._on_keep(picture_title(path), partial(self._source.file, path))

    def _layer(self) -> Gimp.Layer | None:
        return self._config.get_property(STYLE_LAYER.name)

    def _path(self) -> str:
        file: Gio.File | None = self._config.get_property(STYLE_FILE.name)
        return "" if file is None else file.get_path() or ""


def _show_no_file(widget: Gtk.Widget) -> None:
    """GIMP's chooser goes on showing the name of a file that is not chosen any more."""
    if isinstance(widget, Gtk.FileChooserButton):
        widget.unselect_all()
    elif isinstance(widget, Gtk.Container):
        widget.forall(_show_no_file)

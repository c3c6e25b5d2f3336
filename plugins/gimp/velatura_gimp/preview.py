"""The picture in the dialog: before on the left of a line that the pointer moves, after on the right."""

from __future__ import annotations

from gi.repository import Gdk, GdkPixbuf, Gtk

from velatura_link.request import Pixels

from .pixbufs import pixbuf_of
from .texts import tr

SIDE = 420
_LINE = 0xFFFFFFC0


class Preview(Gtk.Box):
    """``before`` until there is something to compare it with."""

    def __init__(self, before: Pixels) -> None:
        super().__init__(orientation=Gtk.Orientation.VERTICAL, spacing=6)
        self._before = pixbuf_of(before)
        self._after: GdkPixbuf.Pixbuf | None = None
        self._split = 0.0
        self._image = Gtk.Image.new_from_pixbuf(self._before)
        self._text = Gtk.Label(xalign=0.0, wrap=True, max_width_chars=1)
        touchable = Gtk.EventBox()
        touchable.add(self._image)
        touchable.set_halign(Gtk.Align.CENTER)
        touchable.set_tooltip_text(tr("Press and move to compare with the layer as it is"))
        touchable.add_events(Gdk.EventMask.BUTTON_PRESS_MASK | Gdk.EventMask.BUTTON1_MOTION_MASK)
        touchable.connect("button-press-event", self._moved)
        touchable.connect("motion-notify-event", self._moved)
        self.set_size_request(SIDE, -1)
        self.pack_start(touchable, False, False, 0)
        self.pack_start(self._text, False, False, 0)

    def show_text(self, text: str) -> None:
        """Write ``text`` below the picture."""
        self._text.set_text(text)

    def show_after(self, after: Pixels) -> None:
        """Show ``after``, as large as the picture before."""
        self._after = pixbuf_of(after)
        self._draw()

    def _moved(self, widget: Gtk.Widget, event: Gdk.Event) -> bool:
        self._split = min(max(event.x / self._before.get_width(), 0.0), 1.0)
        self._draw()
        return True

    def _draw(self) -> None:
        if self._after is None:
            return
        shown, height = self._after.copy(), self._after.get_height()
        left = round(self._split * shown.get_width())
        if left:
            self._before.copy_area(0, 0, left, height, shown, 0, 0)
            shown.new_subpixbuf(left - 1, 0, 1, height).fill(_LINE)
        self._image.set_from_pixbuf(shown)

"""The picture in the dialog: before on the left of a line that the pointer moves, after on the right."""

from __future__ import annotations

from collections.abc import Callable

from gi.repository import Gdk, GdkPixbuf, Gtk

from velatura_link.request import Pixels

from .pixbufs import pixbuf_of
from .texts import tr

WIDTH, HEIGHT = 420, 280
"""The most room that a picture has."""
_LINE = 0xFFFFFFC0
_NEAR = 12
"""Pixels beside the line where it is taken instead of the picture."""

OnView = Callable[[bool, float, float], None]


class Preview(Gtk.Box):
    """The whole picture, or a part of it in its own size.

    ``on_view`` is told which is wanted (True: the part), and how far the part is to move, in pixels of the picture.
    """

    def __init__(self, on_view: OnView) -> None:
        super().__init__(orientation=Gtk.Orientation.VERTICAL, spacing=6)
        self._on_view = on_view
        self._before: GdkPixbuf.Pixbuf | None = None
        self._after: GdkPixbuf.Pixbuf | None = None
        self._split = 0.0
        self._part = False
        self._held: tuple[float, float] | None = None
        self._compares = False
        self._image = Gtk.Image()
        self._text = Gtk.Label(xalign=0.0, yalign=0.0, wrap=True, max_width_chars=1)
        self._text.set_lines(3)
        self._text.set_size_request(-1, 36)
        self._touchable = Gtk.EventBox(halign=Gtk.Align.CENTER, valign=Gtk.Align.CENTER)
        self._touchable.add(self._image)
        self._touchable.add_events(
            Gdk.EventMask.BUTTON_PRESS_MASK
            | Gdk.EventMask.BUTTON_RELEASE_MASK
            | Gdk.EventMask.BUTTON1_MOTION_MASK
        )
        self._touchable.connect("button-press-event", self._pressed)
        self._touchable.connect("motion-notify-event", self._moved)
        self._touchable.connect("button-release-event", self._released)
        frame = Gtk.Box()
        frame.set_size_request(WIDTH, HEIGHT)
        frame.set_center_widget(self._touchable)
        self.pack_start(frame, False, False, 0)
        self.pack_start(self._switch(), False, False, 0)
        self.pack_start(self._text, False, False, 0)
        self._explain()

    def show_text(self, text: str) -> None:
        """Write ``text`` below the picture."""
        self._text.set_text(text)
        self._text.set_tooltip_text(text)

    def show_before(self, before: Pixels) -> None:
        """Show the layer as it is, until :meth:`show_after`."""
        self._before, self._after = pixbuf_of(before), None
        self._draw()

    def show_after(self, after: Pixels) -> None:
        """Show ``after``, as large as the picture before."""
        self._after = pixbuf_of(after)
        self._draw()

    def _switch(self) -> Gtk.Widget:
        row = Gtk.Box(spacing=0, halign=Gtk.Align.CENTER)
        row.get_style_context().add_class("linked")
        whole = Gtk.RadioButton.new_with_label_from_widget(None, tr("Whole picture"))
        self._whole = whole
        part = Gtk.RadioButton.new_with_label_from_widget(whole, tr("1:1"))
        part.set_tooltip_text(tr("A part of the layer at its actual size"))
        self._closer = part
        for button in (whole, part):
            button.set_mode(False)
            row.pack_start(button, False, False, 0)
        self._handler = part.connect("toggled", self._switched)
        return row

    def show_whole(self, *, parts: bool) -> None:
        """Show the whole picture, and offer to look at ``parts`` of it."""
        self._closer.set_sensitive(parts)
        with self._closer.handler_block(self._handler):
            self._whole.set_active(True)
        self._part = False
        self._explain()

    def _switched(self, button: Gtk.RadioButton) -> None:
        self._part = button.get_active()
        self._explain()
        self._on_view(self._part, 0.0, 0.0)

    def _explain(self) -> None:
        self._touchable.set_tooltip_text(
            tr("Drag to see another part; drag the line to compare with the layer as it is")
            if self._part
            else tr("Press and drag to compare with the layer as it is")
        )

    def _pressed(self, widget: Gtk.Widget, event: Gdk.Event) -> bool:
        width = self._before.get_width() if self._before is not None else 1
        if self._part and abs(event.x - self._split * width) > _NEAR:
            self._held = (event.x, event.y)
        else:
            self._compares = True
            self._moved(widget, event)
        return True

    def _moved(self, widget: Gtk.Widget, event: Gdk.Event) -> bool:
        if self._compares and self._before is not None:
            self._split = min(max(event.x / self._before.get_width(), 0.0), 1.0)
            self._draw()
        return True

    def _released(self, widget: Gtk.Widget, event: Gdk.Event) -> bool:
        self._compares = False
        if self._held is not None:
            x, y = self._held
            self._held = None
            self._on_view(True, x - event.x, y - event.y)
        return True

    def _draw(self) -> None:
        if self._before is None or self._after is None:
            self._image.set_from_pixbuf(self._before)
            return
        shown, height = self._after.copy(), self._after.get_height()
        left = round(self._split * shown.get_width())
        if left:
            self._before.copy_area(0, 0, left, height, shown, 0, 0)
            shown.new_subpixbuf(left - 1, 0, 1, height).fill(_LINE)
        self._image.set_from_pixbuf(shown)

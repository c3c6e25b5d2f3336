"""Help, and what Velatura is."""

from __future__ import annotations

from gi.repository import Gtk

from velatura_link import __version__
from velatura_link.builtin import builtin_picture
from velatura_link.request import EncodedFile

from .arguments import DEFAULT_STYLE
from .pixbufs import fitted
from .texts import tr

_WIDTH, _HEIGHT = 560, 480
_WORDS = 66
_LOGO = 160


def show_about(parent: Gtk.Window) -> None:
    """Name, version and licence."""
    picture = builtin_picture(DEFAULT_STYLE)
    dialog = Gtk.AboutDialog(
        transient_for=parent,
        modal=True,
        program_name="Velatura",
        version=__version__,
        comments=tr("Paint the layer in a style."),
        license_type=Gtk.License.MIT_X11,
        # Without one it would have GIMP's.
        logo=fitted(EncodedFile(picture), _LOGO, _LOGO) if picture is not None else None,
    )
    dialog.run()
    dialog.destroy()


def show_help(parent: Gtk.Window) -> None:
    """What there is in the dialog and in the menu, in a window to scroll through."""
    dialog = Gtk.Dialog(title=tr("Help for Velatura"), transient_for=parent, modal=True)
    column = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=6, border_width=12)
    for title, text in _sections():
        head = Gtk.Label(label=title, xalign=0.0)
        head.get_style_context().add_class("velatura-changed")
        body = Gtk.Label(label=text, xalign=0.0, wrap=True, max_width_chars=_WORDS, margin_bottom=8)
        column.pack_start(head, False, False, 0)
        column.pack_start(body, False, False, 0)
    window = Gtk.ScrolledWindow(hscrollbar_policy=Gtk.PolicyType.NEVER)
    window.set_size_request(_WIDTH, _HEIGHT)
    window.add(column)
    dialog.get_content_area().pack_start(window, True, True, 0)
    dialog.add_button(tr("_Close"), Gtk.ResponseType.CLOSE)
    dialog.show_all()
    dialog.run()
    dialog.destroy()


def _sections() -> list[tuple[str, str]]:
    return [
        (
            tr("Style"),
            tr(
                "Click a style. Hold Ctrl to choose several, which are mixed; the sliders below set "
                "how much of each. Right-click a style for favourites and collections. A picture "
                "from a file or another layer can be a style, too."
            ),
        ),
        (
            tr("Engine"),
            tr(
                "The engine is the method that paints. Fast ones are done in seconds; slow ones come closer to the "
                "strokes of the style, show the picture while they paint, and can be stopped at any time."
            ),
        ),
        (
            tr("Preview"),
            tr(
                "The preview follows every change. Press on it and drag to compare with the layer as "
                "it is. “1:1” shows a part of the layer pixel for pixel; drag it to see another part."
            ),
        ),
        (
            tr("Settings"),
            tr(
                "Settings that differ from their defaults are shown in bold, and their tab has a "
                "dot. Double-click a title to restore its default; “Reset” restores all of them. "
                "Presets keep settings under a name."
            ),
        ),
        (
            tr("Where"),
            tr(
                "If something is selected, Velatura paints only there. Several layers can be painted "
                "at once, each by itself, or what is visible as one new layer. A single Undo takes "
                "all of it back."
            ),
        ),
        (
            tr("Afterwards"),
            tr(
                "A painted layer remembers how it was made, even after the image has been saved as "
                "XCF. Select it, then choose “Velatura: Edit This Result…” in the same menu to paint "
                "it again with other settings, or “Velatura: Refine This Result” to have the slow "
                "engine continue from it."
            ),
        ),
    ]

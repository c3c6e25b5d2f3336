"""What all of the plug-in's windows have in common."""

from __future__ import annotations

from typing import TypeVar

from gi.repository import Gdk, GimpUi, Gtk

_CSS = b"""
.velatura-styles:selected { background: none; border: 3px solid #3584e4; border-radius: 3px; color: inherit; }
.velatura-styles { border: 3px solid transparent; }
.velatura-changed { font-weight: bold; }
.velatura-small { padding: 0 2px; min-height: 0; min-width: 0; }
"""


WidgetT = TypeVar("WidgetT", bound=Gtk.Widget)


def transient_dialog(title: str) -> Gtk.Dialog:
    """An empty dialog above GIMP's window."""
    GimpUi.init("velatura")
    _dress()
    dialog = Gtk.Dialog(title=title, role="velatura")
    GimpUi.window_set_transient(dialog)
    return dialog


def take_away(dialog: Gtk.Dialog) -> None:
    """End ``dialog``, and have it gone from the screen now: while a layer is painted GTK has no turn to do so."""
    dialog.destroy()
    while Gtk.events_pending():
        Gtk.main_iteration()
    Gdk.Display.get_default().sync()


def is_wheel(widget: Gtk.Widget, event: Gdk.Event) -> bool:
    """Let the wheel scroll the page instead of changing a value by the way; for ``scroll-event``."""
    widget.stop_emission_by_name("scroll-event")
    return False


def without_wheel(widget: WidgetT) -> WidgetT:
    """``widget``, and all in it, which the wheel leaves as it is."""
    widget.connect("scroll-event", is_wheel)
    if isinstance(widget, Gtk.Container):
        widget.forall(without_wheel)
    return widget


def _dress() -> None:
    provider = Gtk.CssProvider()
    provider.load_from_data(_CSS)
    Gtk.StyleContext.add_provider_for_screen(
        Gdk.Screen.get_default(), provider, Gtk.STYLE_PROVIDER_PRIORITY_APPLICATION
    )

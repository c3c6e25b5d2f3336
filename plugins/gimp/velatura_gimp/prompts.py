"""Short questions in a window of their own."""

from __future__ import annotations

from gi.repository import Gtk

from .texts import tr


def ask_for_text(parent: Gtk.Window, title: str, label: str, text: str = "") -> str:
    """What the person wrote, without room around it; ``""`` when they gave up."""
    dialog = Gtk.Dialog(title=title, transient_for=parent, modal=True, resizable=False)
    entry = Gtk.Entry(text=text, activates_default=True, width_chars=30)
    inside = dialog.get_content_area()
    inside.set_property("border-width", 12)
    inside.set_spacing(6)
    inside.pack_start(Gtk.Label(label=label, xalign=0.0), False, False, 0)
    inside.pack_start(entry, False, False, 0)
    dialog.add_button(tr("_Cancel"), Gtk.ResponseType.CANCEL)
    dialog.add_button(tr("_Save"), Gtk.ResponseType.OK)
    dialog.set_default_response(Gtk.ResponseType.OK)
    dialog.show_all()
    answer = dialog.run()
    written = entry.get_text().strip()
    dialog.destroy()
    return written if answer == Gtk.ResponseType.OK else ""


def ask_whether(parent: Gtk.Window, question: str, yes: str) -> bool:
    """Whether the person wants what the button ``yes`` says; without one the question is a statement."""
    dialog = Gtk.MessageDialog(
        transient_for=parent, modal=True, message_type=Gtk.MessageType.QUESTION, text=question
    )
    dialog.add_button(tr("_Cancel") if yes else tr("_Close"), Gtk.ResponseType.CANCEL)
    if yes:
        dialog.add_button(yes, Gtk.ResponseType.OK)
    answer = dialog.run()
    dialog.destroy()
    return bool(answer == Gtk.ResponseType.OK)

"""Choosing a picture's file: with thumbnails, in the folder where the last one was."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from gi.repository import GdkPixbuf, Gimp, GLib, Gtk, Pango

from .texts import tr

_SIDE = 220
_FOLDER = "style-folder"
_PICTURES, _CODES = "image/*", "*.code"
_END = Pango.EllipsizeMode.END


class FileButton(Gtk.Box):
    """A file, or none. ``on_chosen`` is told its path, ``""`` for none."""

    def __init__(self, on_chosen: Callable[[str], None]) -> None:
        super().__init__(spacing=2)
        self._on_chosen = on_chosen
        self._path = ""
        self._button = Gtk.Button(hexpand=True)
        self._label = Gtk.Label(ellipsize=_END, xalign=0.0, max_width_chars=18)
        self._button.add(self._label)
        self._button.connect("clicked", self._pressed)
        self._none = Gtk.Button.new_from_icon_name("edit-clear-symbolic", Gtk.IconSize.BUTTON)
        self._none.set_tooltip_text(tr("No file"))
        self._none.connect("clicked", lambda button: self._on_chosen(""))
        self._none.set_no_show_all(True)
        self.pack_start(self._button, True, True, 0)
        self.pack_start(self._none, False, False, 0)
        self.show_path("")

    def show_path(self, path: str) -> None:
        """Show which file is chosen."""
        self._path = path
        self._label.set_text(Path(path).name if path else tr("Choose a file…"))
        self._button.set_tooltip_text(path or tr("A picture to imitate"))
        self._none.set_visible(bool(path))

    def _pressed(self, button: Gtk.Button) -> None:
        path = ask_for_picture(button.get_toplevel(), self._path)
        if path:
            self._on_chosen(path)


def ask_for_picture(parent: Gtk.Window, path: str = "") -> str:
    """The path of the picture that the person chose, ``""`` for none; ``path`` was chosen before."""
    dialog = Gtk.FileChooserDialog(
        title=tr("A Picture to Imitate"), transient_for=parent, action=Gtk.FileChooserAction.OPEN
    )
    dialog.add_button(tr("_Cancel"), Gtk.ResponseType.CANCEL)
    dialog.add_button(tr("_Choose"), Gtk.ResponseType.ACCEPT)
    dialog.set_default_response(Gtk.ResponseType.ACCEPT)
    pictures = Gtk.FileFilter()
    pictures.set_name(tr("Pictures and style codes"))
    pictures.add_mime_type(_PICTURES)
    pictures.add_pattern(_CODES)
    dialog.add_filter(pictures)
    picture = Gtk.Image(margin=6)
    dialog.set_preview_widget(picture)
    dialog.connect("update-preview", _show, picture)
    if path:
        dialog.set_filename(path)
    elif folder := _remembered().get(_FOLDER):
        dialog.set_current_folder(folder)
    chosen = dialog.get_filename() if dialog.run() == Gtk.ResponseType.ACCEPT else ""
    dialog.destroy()
    if chosen:
        _remember(str(Path(chosen).parent))
    return chosen or ""


def _show(dialog: Gtk.FileChooserDialog, picture: Gtk.Image) -> None:
    path = dialog.get_preview_filename()
    try:
        small = GdkPixbuf.Pixbuf.new_from_file_at_size(path or "", _SIDE, _SIDE)
    except GLib.Error:
        dialog.set_preview_widget_active(False)
        return
    picture.set_from_pixbuf(small.apply_embedded_orientation())
    dialog.set_preview_widget_active(True)


def _remembered() -> dict[str, str]:
    try:
        found = json.loads(_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _remember(folder: str) -> None:
    try:
        _file().write_text(json.dumps({**_remembered(), _FOLDER: folder}), encoding="utf-8")
    except OSError:
        return  # a folder that is not with_settings is no loss


def _file() -> Path:
    return Path(Gimp.directory()) / "velatura.json"

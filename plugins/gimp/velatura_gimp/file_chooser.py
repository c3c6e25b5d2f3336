"""Choosing a file: pictures with thumbnails, trained models, or where something is saved."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gi.repository import GdkPixbuf, Gimp, GLib, Gtk, Pango

from .texts import tr

_SIDE = 220
_END = Pango.EllipsizeMode.END


@dataclass(frozen=True)
class FileKind:
    """What is to be chosen: the chooser's ``title``, what it lists by ``filter_name``, ``mime`` type and ``patterns``
    (all files without one), and under which name the last folder is kept. ``save`` is for a file to be written."""

    title: str
    folder: str
    about: str = ""
    filter_name: str = ""
    mime: str = ""
    patterns: tuple[str, ...] = ()
    save: bool = False


def pictures() -> FileKind:
    """Pictures and style codes to imitate."""
    return FileKind(
        tr("A Picture to Imitate"),
        "style-folder",
        tr("A picture to imitate"),
        tr("Pictures and style codes"),
        "image/*",
        ("*.code",),
    )


def models() -> FileKind:
    """Files of trained models."""
    patterns = ("*.safetensors", "*.pth", "*.pt", "*.ckpt")
    title = tr("A Trained Model")
    return FileKind(title, "model-folder", title, tr("Trained models"), patterns=patterns)


def any_file() -> FileKind:
    """Any file to be read."""
    return FileKind(tr("A File"), "file-folder")


def saved_file() -> FileKind:
    """A file to be written."""
    return FileKind(tr("Save As"), "save-folder", save=True)


class FileButton(Gtk.Box):
    """A file of that ``kind``, or none. ``on_chosen`` is told its path, ``""`` for none."""

    def __init__(self, kind: FileKind, on_chosen: Callable[[str], None]) -> None:
        super().__init__(spacing=2)
        self._kind = kind
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
        self._button.set_tooltip_text(path or self._kind.about)
        self._none.set_visible(bool(path))

    def _pressed(self, button: Gtk.Button) -> None:
        path = ask_for_file(button.get_toplevel(), self._kind, self._path)
        if path:
            self._on_chosen(path)


def ask_for_file(parent: Gtk.Window, kind: FileKind, path: str = "") -> str:
    """The path of the file that the person chose, ``""`` for none; ``path`` was chosen before."""
    action = Gtk.FileChooserAction.SAVE if kind.save else Gtk.FileChooserAction.OPEN
    dialog = Gtk.FileChooserDialog(title=kind.title, transient_for=parent, action=action)
    dialog.add_button(tr("_Cancel"), Gtk.ResponseType.CANCEL)
    dialog.add_button(tr("_Save") if kind.save else tr("_Choose"), Gtk.ResponseType.ACCEPT)
    dialog.set_default_response(Gtk.ResponseType.ACCEPT)
    dialog.set_do_overwrite_confirmation(True)
    if kind.filter_name:
        dialog.add_filter(_filter(kind))
    if kind.mime:
        picture = Gtk.Image(margin=6)
        dialog.set_preview_widget(picture)
        dialog.connect("update-preview", _show, picture)
    if path:
        dialog.set_filename(path)
    elif folder := _folders().get(kind.folder):
        dialog.set_current_folder(folder)
    chosen = dialog.get_filename() if dialog.run() == Gtk.ResponseType.ACCEPT else ""
    dialog.destroy()
    if chosen:
        _keep_folder(kind, str(Path(chosen).parent))
    return chosen or ""


def _filter(kind: FileKind) -> Gtk.FileFilter:
    files = Gtk.FileFilter()
    files.set_name(kind.filter_name)
    if kind.mime:
        files.add_mime_type(kind.mime)
    for pattern in kind.patterns:
        files.add_pattern(pattern)
    return files


def _show(dialog: Gtk.FileChooserDialog, picture: Gtk.Image) -> None:
    path = dialog.get_preview_filename()
    try:
        small = GdkPixbuf.Pixbuf.new_from_file_at_size(path or "", _SIDE, _SIDE)
    except GLib.Error:
        dialog.set_preview_widget_active(False)
        return
    picture.set_from_pixbuf(small.apply_embedded_orientation())
    dialog.set_preview_widget_active(True)


def _folders() -> dict[str, str]:
    """The last folder of each kind."""
    try:
        found = json.loads(_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _keep_folder(kind: FileKind, folder: str) -> None:
    try:
        _file().write_text(json.dumps({**_folders(), kind.folder: folder}), encoding="utf-8")
    except OSError:
        return  # a folder that is not kept is no loss


def _file() -> Path:
    return Path(Gimp.directory()) / "velatura.json"

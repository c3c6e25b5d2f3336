"""Presets of an engine: to take, save, rename and remove."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from gi.repository import Gtk

from velatura_link.client import Client
from velatura_link.errors import LinkError, Refused

from .dialog_client import DialogClient
from .presets import Preset, title_of_preset
from .prompts import ask_for_text, ask_whether
from .texts import tr
from .window import without_wheel

_EXISTS = "exists"


class PresetBar(Gtk.Box):
    """``on_taken`` is told a preset that the person wants; ``made`` says what is chosen now, as a preset."""

    def __init__(
        self,
        daemon: DialogClient,
        on_taken: Callable[[Preset], None],
        made: Callable[[], Mapping[str, Any]],
    ) -> None:
        super().__init__(spacing=4)
        self._daemon = daemon
        self._on_taken = on_taken
        self._made = made
        self._presets: list[Preset] = []
        self._choice = without_wheel(Gtk.ComboBoxText(hexpand=True))
        self._choice.set_tooltip_text(tr("Settings that were saved under a name"))
        self._handler = self._choice.connect("changed", self._chosen)
        menu = Gtk.Menu()
        self._items = {
            text: Gtk.MenuItem(label=text)
            for text in (tr("Save as a preset…"), tr("Rename preset…"), tr("Remove preset"))
        }
        for item, act in zip(
            self._items.values(), (self._save, self._rename, self._remove), strict=True
        ):
            item.connect("activate", act)
            menu.append(item)
        menu.show_all()
        menu.connect("show", self._opened)
        button = Gtk.MenuButton(popup=menu, tooltip_text=tr("Save, rename or remove presets"))
        button.set_image(Gtk.Image.new_from_icon_name("open-menu-symbolic", Gtk.IconSize.BUTTON))
        self.pack_start(self._choice, True, True, 0)
        self.pack_start(button, False, False, 0)
        self.offer([])

    def offer(self, presets: Sequence[Preset], name: str = "") -> None:
        """The engine's presets; the one of that name, or the one that was taken before, is shown as taken."""
        name = name or self._choice.get_active_id() or ""
        self._presets = list(presets)
        with self._choice.handler_block(self._handler):
            self._choice.remove_all()
            self._choice.append("", tr("Presets") if presets else tr("No presets yet"))
            for preset in presets:
                self._choice.append(preset["name"], title_of_preset(preset))
            if not (name and self._choice.set_active_id(name)):
                self._choice.set_active_id("")

    def _current(self) -> Preset | None:
        name = self._choice.get_active_id()
        return next((each for each in self._presets if each["name"] == name), None)

    def _chosen(self, choice: Gtk.ComboBoxText) -> None:
        preset = self._current()
        if preset is not None:
            self._on_taken(preset)

    def _opened(self, menu: Gtk.Menu) -> None:
        can, chosen = self._daemon.can.presets, self._current()
        save, rename, remove = self._items.values()
        save.set_sensitive(can)
        for item in (rename, remove):
            item.set_sensitive(can and chosen is not None)

    def _save(self, item: Gtk.MenuItem) -> None:
        title = ask_for_text(self.get_toplevel(), tr("Save as a Preset"), tr("Name of the preset"))
        if not title:
            return
        made = self._made()

        def save(client: Client, replace: bool = False) -> Preset:
            return client.save_preset(title, made, replace=replace)

        def otherwise(error: LinkError) -> bool:
            if not _is_taken(error):
                return False
            if ask_whether(
                self.get_toplevel(),
                tr("There is already a preset “{title}”. Replace it?", title=title),
                tr("_Replace"),
            ):
                self._daemon.ask(lambda client: save(client, replace=True), self._kept)
            return True

        self._daemon.ask(save, self._kept, otherwise)

    def _rename(self, item: Gtk.MenuItem) -> None:
        preset = self._current()
        if preset is None:
            return
        title = ask_for_text(
            self.get_toplevel(), tr("Rename Preset"), tr("New name"), title_of_preset(preset)
        )
        if title and title != title_of_preset(preset):
            self._daemon.ask(
                lambda client: client.rename_preset(preset["name"], title),
                self._kept,
                lambda error: self._refuse_taken(error, title),
            )

    def _remove(self, item: Gtk.MenuItem) -> None:
        preset = self._current()
        if preset is not None and ask_whether(
            self.get_toplevel(),
            tr("Remove the preset “{title}”?", title=title_of_preset(preset)),
            tr("_Remove"),
        ):
            self._daemon.ask(
                lambda client: client.remove_preset(preset["name"]),
                lambda nothing: self._daemon.look_again(),
            )

    def _refuse_taken(self, error: LinkError, title: str) -> bool:
        if not _is_taken(error):
            return False
        ask_whether(
            self.get_toplevel(), tr("There is already a preset “{title}”.", title=title), ""
        )
        return True

    def _kept(self, preset: Preset) -> None:
        others = [each for each in self._presets if each["name"] != preset["name"]]
        self.offer([*others, preset], preset["name"])
        self._daemon.look_again()


def _is_taken(error: LinkError) -> bool:
    return isinstance(error, Refused) and error.code == _EXISTS

"""What can be done with a style of the library: favourites, collections, another title, removal."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gi.repository import Gdk, Gtk

from .dialog_client import DialogClient
from .library import Style, collections_of, title_of_style
from .prompts import ask_for_text, ask_whether
from .texts import tr


class StyleMenu:
    """The menu of a right click on a style."""

    def __init__(self, daemon: DialogClient, parent: Gtk.Window) -> None:
        self._daemon = daemon
        self._parent = parent
        self._styles: Sequence[Style] = ()

    def know(self, styles: Sequence[Style]) -> None:
        """All styles that there are; collections to choose from are theirs."""
        self._styles = styles

    def show(self, style: Style, event: Gdk.Event) -> None:
        """The menu for ``style`` at the pointer; nothing as long as nothing can be changed."""
        menu = self._made(style)
        if menu.get_children():
            menu.attach_to_widget(self._parent, None)
            menu.show_all()
            menu.popup_at_pointer(event)

    def _made(self, style: Style) -> Gtk.Menu:
        menu, can = Gtk.Menu(), self._daemon.can
        if can.marks:
            favourite = Gtk.CheckMenuItem(label=tr("Favourite"))
            favourite.set_active(bool(style.get("favourite")))
            favourite.connect("toggled", self._favoured, style)
            menu.append(favourite)
            collections = Gtk.MenuItem(label=tr("Collections"))
            collections.set_submenu(self._collections(style))
            menu.append(collections)
        if can.styles and not style.get("builtin"):
            if can.marks:
                self._add(menu, tr("Rename style…"), lambda: self._rename(style))
            self._add(menu, tr("Remove style…"), lambda: self._remove(style))
        return menu

    def _collections(self, style: Style) -> Gtk.Menu:
        menu = Gtk.Menu()
        has = list(style.get("collections") or ())
        for name in collections_of(self._styles):
            item = Gtk.CheckMenuItem(label=name)
            item.set_active(name in has)
            others = [each for each in has if each != name]
            item.connect(
                "toggled",
                lambda item, name, others: self._collect(
                    style, [*others, name] if item.get_active() else others
                ),
                name,
                others,
            )
            menu.append(item)
        self._add(menu, tr("New collection…"), lambda: self._collect_anew(style, has))
        return menu

    def _add(self, menu: Gtk.Menu, text: str, act: Callable[[], None]) -> None:
        item = Gtk.MenuItem(label=text)
        item.connect("activate", lambda item: act())
        menu.append(item)

    def _favoured(self, item: Gtk.CheckMenuItem, style: Style) -> None:
        on = item.get_active()
        self._daemon.ask(
            lambda client: client.change_style(style["name"], favourite=on), self._changed
        )

    def _collect(self, style: Style, collections: list[str]) -> None:
        self._daemon.ask(
            lambda client: client.change_style(style["name"], collections=collections),
            self._changed,
        )

    def _collect_anew(self, style: Style, has: list[str]) -> None:
        name = ask_for_text(self._parent, tr("New Collection"), tr("Name of the collection"))
        if name and name not in has:
            self._collect(style, [*has, name])

    def _rename(self, style: Style) -> None:
        title = ask_for_text(
            self._parent, tr("Rename Style"), tr("New name"), title_of_style(style)
        )
        if title:
            self._daemon.ask(
                lambda client: client.change_style(style["name"], title=title), self._changed
            )

    def _remove(self, style: Style) -> None:
        question = tr("Remove the style “{title}” from the library?", title=title_of_style(style))
        if ask_whether(self._parent, question, tr("_Remove")):
            self._daemon.ask(lambda client: client.remove_style(style["name"]), self._changed)

    def _changed(self, answer: object) -> None:
        self._daemon.look_again()

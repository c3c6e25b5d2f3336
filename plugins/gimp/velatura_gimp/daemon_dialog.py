"""The dialog that installs, repairs and removes the painter that came with the plug-in."""

from __future__ import annotations

import threading
from collections.abc import Callable

from gi.repository import GimpUi, GLib, Gtk

from velatura_link.daemon_env import Cancel, DaemonEnv, OnStep, Step
from velatura_link.errors import LinkError
from velatura_link.run_process import Cancelled
from velatura_link.torch_build import size_of_bytes

from .texts import tr
from .wording import bar_of_step, reason_of, sentence_of

_INSTALL, _REPAIR, _REMOVE, _DONE = 1, 2, 3, 4
_PULSE_MS = 100
_WIDTH = 60


def provide(home: DaemonEnv, *, and_go_on: bool) -> bool:
    """Let the person install, repair or remove the daemon; whether there is one then.

    With ``and_go_on`` the dialog is gone as soon as there is.
    """
    home.join()
    if and_go_on and not home.wanted:
        return True
    GimpUi.init("velatura")
    dialog = _Dialog(home, and_go_on)
    dialog.run()
    return home.whole


class _Dialog:
    """The work is done on a thread; what it says comes back to GTK's."""

    def __init__(self, home: DaemonEnv, and_go_on: bool) -> None:
        self._home = home
        self._and_go_on = and_go_on
        self._cancelled = threading.Event()
        self._busy = False
        self._pulse = True
        self._dialog = Gtk.Dialog(title=tr("Velatura's painter"))
        self._text = Gtk.Label(wrap=True, xalign=0.0, max_width_chars=_WIDTH, selectable=True)
        self._bar = Gtk.ProgressBar(show_text=True)
        inside = self._dialog.get_content_area()
        inside.set_property("border-width", 12)
        inside.set_spacing(12)
        inside.pack_start(self._text, True, True, 0)
        inside.pack_start(self._bar, False, False, 0)
        self._buttons = {
            number: self._dialog.add_button(title, number)
            for number, title in (
                (_REMOVE, tr("Re_move")),
                (_REPAIR, tr("_Repair")),
                (Gtk.ResponseType.CANCEL, tr("_Cancel")),
                (_INSTALL, tr("_Install")),
            )
        }
        self._dialog.set_default_response(_INSTALL)
        self._works: dict[int, Callable[[OnStep, Cancel], None]] = {
            _INSTALL: home.install,
            _REPAIR: home.repair,
            _REMOVE: home.remove,
        }

    def run(self) -> None:
        """Until the person is done with it."""
        self._dialog.show_all()
        self._settle()
        while True:
            answer = self._dialog.run()
            if self._busy:
                self._cancelled.set()
            elif answer in self._works:
                self._begin(self._works[answer])
            else:
                break
        self._dialog.destroy()

    def _settle(self, trouble: str = "") -> None:
        """Show what there is, and what can be done now."""
        whole, any_of_it = self._home.whole, self._home.where.exists()
        old = self._home.environment.version if self._home.outdated else ""
        said = self._outdated(old) if old else self._installed() if whole else self._needed()
        self._text.set_text(trouble or said)
        install = self._buttons[_INSTALL]
        install.set_label(tr("_Upgrade") if old else tr("_Install"))
        self._bar.set_visible(self._busy)
        shown = {_INSTALL: not whole, _REPAIR: any_of_it, _REMOVE: any_of_it}
        for number, button in self._buttons.items():
            button.set_visible(number not in shown or (shown[number] and not self._busy))
        closing = self._buttons[Gtk.ResponseType.CANCEL]
        closing.set_label(tr("_Cancel") if self._busy or not whole else tr("_Close"))
        closing.set_sensitive(True)

    def _installed(self) -> str:
        installed = tr("Velatura's painter is installed in {where}.", where=self._home.where)
        size = size_of_bytes(self._home.repair_build.fetched)
        return f"{installed} {tr('Repairing it downloads about {size} again.', size=size)}"

    def _outdated(self, old: str) -> str:
        newer = tr(
            "A newer painter came with this plug-in: {new}. The installed one is {old}.",
            new=self._home.version,
            old=old,
        )
        cost = tr(
            "The old one continues to paint until the new one takes over. What has not changed is "
            "not downloaded again."
        )
        return f"{newer}\n\n{cost}"

    def _needed(self) -> str:
        needed = tr("Velatura needs its painter, a program that runs beside GIMP.")
        build = self._home.build
        cost = tr(
            "It is installed into a folder of its own, {where}. What it needs is downloaded from the "
            "internet: about {size}, which takes up {disk} of disk space. This takes a few minutes.",
            where=self._home.where,
            size=size_of_bytes(build.fetched),
            disk=size_of_bytes(build.disk),
        )
        return f"{needed}\n\n{cost} {reason_of(build)}"

    def _begin(self, work: Callable[[OnStep, Cancel], None]) -> None:
        self._busy = True
        self._cancelled.clear()
        self._settle()
        self._show(Step("preparing"))
        GLib.timeout_add(_PULSE_MS, self._beat)
        threading.Thread(target=self._work, args=(work,), name="velatura-home", daemon=True).start()

    def _work(self, work: Callable[[OnStep, Cancel], None]) -> None:
        trouble = ""
        try:
            work(lambda step: GLib.idle_add(self._show, step), self._cancelled.is_set)
        except Cancelled:
            pass
        except (LinkError, OSError) as error:
            trouble = sentence_of(error)
        GLib.idle_add(self._ended, trouble)

    def _show(self, step: Step) -> None:
        bar = bar_of_step(step)
        self._bar.set_text(bar.text)
        self._pulse = bar.fraction is None
        if bar.fraction is not None:
            self._bar.set_fraction(bar.fraction)

    def _beat(self) -> bool:
        if self._busy and self._pulse:
            self._bar.pulse()
        return self._busy

    def _ended(self, trouble: str) -> None:
        self._busy = False
        self._settle(trouble)
        if self._and_go_on and self._home.whole:
            self._dialog.response(_DONE)

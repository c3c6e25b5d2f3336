"""The docker's menu: help, settings, and what is done with the program that paints."""

from __future__ import annotations

from typing import Any

from velatura_link import __version__

from ..controller import Controller
from ..qt import QtCore, QtWidgets
from ..texts import tr
from .help_window import HelpWindow, about_page, manual_page
from .menus import add_action


class HelpMenu(QtWidgets.QMenu):
    """Pages open in one window, beside the docker."""

    def __init__(self, controller: Controller, parent: Any) -> None:
        super().__init__(parent)
        self._controller = controller
        self._beside = parent
        self._window: HelpWindow | None = None
        add_action(self, tr("Help"), lambda: self.show_page("help"))
        add_action(self, tr("About Velatura"), lambda: self.show_page("about"))
        self.addSeparator()
        self.autostart = add_action(self, tr("Start Velatura's painter with this docker"))
        self.autostart.setCheckable(True)
        self.autostart.toggled.connect(controller.set_autostart)
        self._start = add_action(
            self, tr("Start Velatura's painter now"), lambda: controller.start_daemon()
        )
        installer = controller.installer
        if installer.home is not None:
            add_action(self, tr("Repair Velatura's painter"), lambda: installer.offer_repair())
            add_action(self, tr("Remove Velatura's painter"), lambda: installer.remove())
        controller.state.autostart.watch(self._show_autostart)
        self.aboutToShow.connect(
            lambda: self._start.setEnabled(controller.state.link.value.kind != "ready")
        )

    def show_page(self, name: str) -> None:
        """Open ``help`` or ``about``."""
        if self._window is None:
            self._window = HelpWindow(self._beside.window())
        painter = self._controller.link.daemon_version
        page = manual_page() if name == "help" else about_page(__version__, painter)
        self._window.show_page(page)

    @property
    def window_shown(self) -> Any:
        """The window of pages; None until one was opened."""
        return self._window

    def _show_autostart(self, on: bool) -> None:
        blocker = QtCore.QSignalBlocker(self.autostart)
        self.autostart.setChecked(on)
        blocker.unblock()

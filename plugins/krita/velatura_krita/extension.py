"""What Krita loads: the docker, and actions with shortcuts."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from krita import DockWidget, DockWidgetFactory, DockWidgetFactoryBase, Extension, Krita

from . import texts
from .controller import Controller
from .daemon.places import Places
from .docker import Panel
from .qt import QtCore, QtWidgets

DOCKER = "velatura_docker"
_MENU = "tools/scripts"


class VelaturaDocker(DockWidget):
    """One for each window."""

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle("Velatura")
        krita = Krita.instance()
        self.controller = Controller(krita, Places.beside(Path(__file__).parent), self)
        self.panel = Panel(self.controller)
        self.setWidget(self.panel)
        application = QtCore.QCoreApplication.instance()
        assert application is not None
        application.aboutToQuit.connect(self.controller.close)

    def canvasChanged(self, canvas: Any) -> None:
        self.controller.document_changed()


class VelaturaExtension(Extension):
    """The actions, which act on the docker of the window in front."""

    def setup(self) -> None: ...

    def createActions(self, window: Any) -> None:
        for name, act in (
            ("velatura_again", lambda controller: controller.apply()),
            ("velatura_selection", lambda controller: controller.apply(on_selection=True)),
            ("velatura_refine", lambda controller: controller.applying.refine()),
            ("velatura_stop", lambda controller: controller.stop()),
        ):
            action = window.createAction(name, "", _MENU)
            action.triggered.connect(lambda _=False, act=act: self._do(act))

    def _do(self, act: Any) -> None:
        window = Krita.instance().activeWindow()
        # A window of Krita 5.1 does not know its dockers.
        docker = window and window.qwindow().findChild(QtWidgets.QDockWidget, DOCKER)
        if docker is not None:
            act(docker.controller)


def register() -> None:
    """Tell Krita of both."""
    environment = os.environ.get("LANGUAGE", "").split(":")
    texts.choose([each for each in environment if each] or QtCore.QLocale().uiLanguages())
    krita = Krita.instance()
    krita.addExtension(VelaturaExtension(krita))
    right = DockWidgetFactoryBase.DockPosition.DockRight
    krita.addDockWidgetFactory(DockWidgetFactory(DOCKER, right, VelaturaDocker))

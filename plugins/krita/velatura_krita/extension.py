"""What Krita loads: the docker, and actions with shortcuts."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from krita import DockWidget, DockWidgetFactory, DockWidgetFactoryBase, Extension, Krita

from . import texts
from .controller import Studio
from .daemon.places import Places
from .docker import Panel
from .qt import QtCore, QtWidgets

DOCKER = "velatura_docker"
_MENU = "tools/scripts"


class VelaturaDocker(DockWidget):  # type: ignore[misc]
    """One for each window."""

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle("Velatura")
        krita = Krita.instance()
        self.studio = Studio(krita, Places.beside(Path(__file__).parent), self)
        self.panel = Panel(self.studio)
        self.setWidget(self.panel)
        QtCore.QCoreApplication.instance().aboutToQuit.connect(self.studio.close)

    def canvasChanged(self, canvas: Any) -> None:
        self.studio.document_changed()


class VelaturaExtension(Extension):  # type: ignore[misc]
    """The actions, which act on the docker of the window in front."""

    def setup(self) -> None: ...

    def createActions(self, window: Any) -> None:
        for name, act in (
            ("velatura_again", lambda studio: studio.apply()),
            ("velatura_selection", lambda studio: studio.apply(on_selection=True)),
            ("velatura_refine", lambda studio: studio.applying.refine()),
            ("velatura_stop", lambda studio: studio.stop()),
        ):
            action = window.createAction(name, "", _MENU)
            action.triggered.connect(lambda _=False, act=act: self._do(act))

    def _do(self, act: Any) -> None:
        window = Krita.instance().activeWindow()
        # A window of Krita 5.1 does not know its dockers.
        docker = window and window.qwindow().findChild(QtWidgets.QDockWidget, DOCKER)
        if docker is not None:
            act(docker.studio)


def register() -> None:
    """Tell Krita of both."""
    environment = os.environ.get("LANGUAGE", "").split(":")
    texts.choose([each for each in environment if each] or QtCore.QLocale().uiLanguages())
    krita = Krita.instance()
    krita.addExtension(VelaturaExtension(krita))
    right = DockWidgetFactoryBase.DockPosition.DockRight
    krita.addDockWidgetFactory(DockWidgetFactory(DOCKER, right, VelaturaDocker))

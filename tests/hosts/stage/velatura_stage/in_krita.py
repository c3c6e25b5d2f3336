"""The stage in Krita: a script's ``main(stage)`` runs on the GUI thread once the window is there, then Krita quits.

Krita holds back what it does to layers and views while one event is handled inside another, so a script must not run an
event loop of its own. It waits by ``yield`` instead, and is a generator then: ``yield 0.5`` is half a second, ``value =
yield condition`` waits until that function returns something, ``yield from stage.open(path)`` waits by itself.
"""

from __future__ import annotations

import os
import sys
import threading
import time
import traceback
from collections.abc import Callable, Generator
from types import GeneratorType
from typing import Any

from PyQt5.QtCore import QThread, QTimer
from PyQt5.QtWidgets import QDockWidget

from krita import Extension, Krita

from .play import Play, catch_with, read_play

SETTLE_MS = 300
LOOK_MS = 20
PATIENCE = 60.0
"""Seconds after which a condition that does not come true fails the script."""
QUIT_MS = 20_000
"""A Krita that does not quit by itself, say because a dialog asks something, is ended after that."""
STUCK = 70
Script = Generator[Any, Any, Any]


class Stage:
    """What a script gets: ``krita``, ``window``, ``arguments``, ``errors`` and short ways to what is often needed."""

    def __init__(self, play: Play) -> None:
        self.krita: Any = Krita.instance()
        self.arguments = play.arguments
        self.errors = play.errors
        """Tracebacks of exceptions in slots so far; any that is left at the end fails the test."""

    @property
    def window(self) -> Any:
        return self.krita.activeWindow()

    def open(self, path: str) -> Script:
        """The document of a file, shown in the window and ready to be used."""
        document = self.krita.openDocument(path)
        yield from self.show(document)
        return document

    def show(self, document: Any) -> Script:
        """Give ``document`` a view and wait until it is the active one."""
        self.window.addView(document)
        self.krita.setActiveDocument(document)
        yield lambda: document.activeNode() is not None

    def docker(self, name: str) -> Script:
        """The docker with that object name, made visible."""
        docker = self.window.qwindow().findChild(QDockWidget, name)
        docker.setVisible(True)
        docker.raise_()
        yield SETTLE_MS / 1000
        return docker


class Director(Extension):  # type: ignore[misc]
    """Calls the script when the first window is there, and again after everything that it waits for."""

    def __init__(self, parent: Any, play: Play) -> None:
        super().__init__(parent)
        self.play = play
        self.begun = False
        self.script: Script | None = None

    def setup(self) -> None: ...

    def createActions(self, window: Any) -> None:
        if not self.begun:
            self.begun = True
            QTimer.singleShot(LOOK_MS, self.begin)

    def begin(self) -> None:
        # While it starts, Krita handles events without a loop, and has a window that does not work yet.
        if QThread.currentThread().loopLevel() and Krita.instance().activeWindow() is not None:
            QTimer.singleShot(SETTLE_MS, self.perform)
        else:
            QTimer.singleShot(LOOK_MS, self.begin)

    def perform(self) -> None:
        value = self.play.begin(Stage(self.play))
        if isinstance(value, GeneratorType):
            self.script = value
            self.go_on(None)
        else:
            self.finish(value)

    def go_on(self, value: Any) -> None:
        self.resume(lambda script: script.send(value))

    def resume(self, act: Callable[[Script], Any]) -> None:
        """Let the script run until it waits for something, or ends."""
        assert self.script is not None
        try:
            awaited = act(self.script)
        except StopIteration as end:
            self.finish(end.value)
        except BaseException:
            self.play.errors.append(traceback.format_exc())
            self.finish(None)
        else:
            if callable(awaited):
                self.look(awaited, time.monotonic() + PATIENCE)
            else:
                QTimer.singleShot(int(awaited * 1000), lambda: self.go_on(None))

    def look(self, condition: Callable[[], Any], deadline: float) -> None:
        """Go on when ``condition`` is true; otherwise look again later."""
        value = self.play.guard(condition)
        if value:
            self.go_on(value)
        elif self.play.errors or time.monotonic() > deadline:
            trouble = AssertionError(f"What this waited for did not come.\n{whereabouts()}")
            self.resume(lambda script: script.throw(trouble))
        else:
            QTimer.singleShot(LOOK_MS, lambda: self.look(condition, deadline))

    def finish(self, value: Any) -> None:
        """Write the answer and quit as a person would, so that Krita writes its settings."""
        self.play.write(value)
        for document in Krita.instance().documents():
            document.setModified(False)
        QTimer.singleShot(QUIT_MS, lambda: os._exit(STUCK))
        Krita.instance().action("file_quit").trigger()


def whereabouts() -> str:
    """What Velatura's dockers show, and where every thread is."""
    lines = []
    for docker in Krita.instance().activeWindow().qwindow().findChildren(QDockWidget):
        if (controller := getattr(docker, "controller", None)) is not None:
            state = controller.state
            lines += [f"busy: {controller.busy}", f"link: {state.link.value}"]
            lines += [f"shown: {state.shown.value}", f"message: {state.message.value}"]
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    for ident, frame in sys._current_frames().items():
        lines += [f"Thread {names.get(ident, ident)}:", *traceback.format_stack(frame, limit=6)]
    return "\n".join(lines)


play = read_play()
if play is not None:
    sys.excepthook = catch_with(play.errors)
    Krita.instance().addExtension(Director(Krita.instance(), play))

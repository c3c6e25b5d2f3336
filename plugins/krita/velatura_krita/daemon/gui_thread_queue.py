"""Calls from other threads, done on the interface's."""

from __future__ import annotations

import threading
from collections.abc import Callable

from ..qt import QtCore, Signal


class GuiThreadQueue(QtCore.QObject):
    """Has calls done on the thread that made it, soon and in their order."""

    _posted = Signal(object)

    def __init__(self, parent: QtCore.QObject | None = None) -> None:
        super().__init__(parent)
        self._lock = threading.Lock()
        self._closed = False
        self._posted.connect(_do)

    def post(self, call: Callable[[], object]) -> None:
        """Have ``call`` done; from any thread. Nothing is done once the box is closed."""
        with self._lock:
            if not self._closed:
                self._posted.emit(call)

    def close(self) -> None:
        """Take no more calls. No thread is in :meth:`post` any more when this returns.

        A thread that still works would otherwise emit a signal of an object that Qt has destroyed, and crash the host.
        """
        with self._lock:
            self._closed = True


def _do(call: Callable[[], object]) -> None:
    call()

"""`--preview FILE`: the newest picture while an engine paints, in a file that can be looked at."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from velatura.errors import VelaturaError
from velatura.imaging.files import write_picture
from velatura.imaging.raster import Raster

SECONDS = 2.0
"""The shortest time between two previews."""


class PreviewFile:
    """A file that holds the newest preview, always a whole one, from entering to leaving it.

    Written on a thread of its own, since neither the client's thread nor an engine should wait for
    a picture to be compressed; a preview that is late gives way to a newer one. What cannot be
    written stops nobody who paints.
    """

    def __init__(self, path: Path) -> None:
        self.seconds = SECONDS
        self._path = path
        self._shown = time.monotonic()
        self._written = False
        self._trouble = ""
        self._waiting: Raster | None = None
        self._closing = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._write, name="preview", daemon=True)

    def __enter__(self) -> PreviewFile:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Wait until the last preview is written."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join()

    def due(self) -> bool:
        """Whether the last preview is old enough for another."""
        return time.monotonic() - self._shown >= self.seconds

    def show(self, raster: Raster) -> None:
        """Have ``raster`` written; returns at once."""
        with self._changed:
            self._shown = time.monotonic()
            self._waiting = raster
            self._changed.notify()

    @property
    def notes(self) -> list[str]:
        """Sentences for the person who waits for previews, once all is done."""
        if self._trouble:
            return [self._trouble]
        if not self._written:
            return ["No preview was written: the engine makes none, or finished too soon."]
        return []

    def _write(self) -> None:
        while (raster := self._next()) is not None:
            try:
                write_picture(self._path, raster)
            except VelaturaError as error:
                self._trouble = error.message
            else:
                self._written, self._trouble = True, ""

    def _next(self) -> Raster | None:
        """The preview to write, when there is one; None once there will be no more."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting is not None or self._closing)
            raster, self._waiting = self._waiting, None
            return raster


@contextmanager
def preview_file(path: Path | None) -> Iterator[PreviewFile | None]:
    """The file ``path`` for previews, if one is wanted."""
    if path is None:
        yield None
        return
    with PreviewFile(path) as preview:
        yield preview

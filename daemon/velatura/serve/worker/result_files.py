"""What a worker makes: spool files that are checked while they are painted."""

from __future__ import annotations

import mmap
import os
import shutil
import threading
import zlib
from collections.abc import Mapping
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import numpy as np

from velatura.errors import QuotaExceeded
from velatura.imaging.raster import Pixels, Raster, RasterShape
from velatura.serve.blobs.spool import DISK_RESERVE
from velatura_link.messages import FILE, Header, new_id


class ResultFile:
    """One output as a mapped file; a thread checks rows as soon as they are final."""

    def __init__(self, folder: Path, shape: RasterShape, room: Path | None = None) -> None:
        self.blob = new_id()
        self.shape = shape
        self.path = folder / f"{os.getpid()}-{self.blob.hex()}.result"
        if room is None and shutil.disk_usage(folder).free < shape.nbytes + DISK_RESERVE:
            # A mapped file that finds the disk full ends the process instead of raising an error.
            raise QuotaExceeded(
                "The disk that holds {folder} has no room for the result.",
                hint="Free some space or set VELATURA_CACHE to a folder on another disk.",
                folder=str(folder),
            )
        if room is not None:
            room.rename(self.path)
        with self.path.open("xb+" if room is None else "rb+") as file:
            file.truncate(shape.nbytes)
            self._map = mmap.mmap(file.fileno(), shape.nbytes)
        self._row_bytes = shape.nbytes // shape.height
        self._rows: SimpleQueue[int] = SimpleQueue()
        self._check = 0
        self._thread = threading.Thread(target=self._run, name="check-result", daemon=True)
        self._thread.start()

    def pixels(self) -> Pixels:
        """The writable array, (height, width, channels)."""
        shape = self.shape
        return np.frombuffer(self._map, shape.dtype).reshape(
            shape.height, shape.width, shape.channels
        )

    def rows_done(self, rows: int) -> None:
        """The first ``rows`` rows are final."""
        self._rows.put(rows)

    def finish(self) -> Header:
        """All rows are final: the output as the broker wants to hear of it."""
        self._rows.put(self.shape.height)
        self._thread.join()
        return {"path": str(self.path), "size": self.shape.nbytes, **self._reference()}

    def discard(self) -> None:
        """Nobody wants it any more."""
        self._rows.put(-1)
        self._thread.join()
        self.path.unlink(missing_ok=True)

    def _reference(self) -> Header:
        shape = self.shape
        return {
            "blob": self.blob,
            "check": self._check,
            "width": shape.width,
            "height": shape.height,
            "channels": shape.channels,
            "depth": shape.depth,
            "transfer": shape.transfer,
        }

    def _run(self) -> None:
        checked, end = 0, self.shape.height
        with memoryview(self._map) as view:
            while checked < end:
                rows = self._rows.get()
                if rows < 0:
                    return
                for start in range(checked, rows, step := max(1, (1 << 20) // self._row_bytes)):
                    stop = min(start + step, rows)
                    part = view[start * self._row_bytes : stop * self._row_bytes]
                    self._check = zlib.crc32(part, self._check)
                checked = max(checked, rows)


def write_raster(folder: Path, raster: Raster) -> Header:
    """A finished raster as a spool file."""
    result = ResultFile(folder, raster.shape)
    result.pixels()[...] = raster.pixels
    return result.finish()


def write_file(folder: Path, data: bytes) -> Header:
    """A file's bytes as a spool file."""
    blob = new_id()
    path = folder / f"{os.getpid()}-{blob.hex()}.result"
    path.write_bytes(data)
    return {
        "path": str(path),
        "size": len(data),
        "blob": blob,
        "encoding": FILE,
        "check": zlib.crc32(data),
    }


class ResultFolder:
    """The outputs of one job: allocated one by one, told as a whole, or discarded as a whole.

    ``room`` is a file that the first of them may be painted over.
    """

    def __init__(self, folder: Path, room: Path | None) -> None:
        self._folder = folder
        self._room = room
        self._files: list[tuple[Pixels, ResultFile]] = []

    def allocate(self, shape: RasterShape) -> Pixels:
        """Room for the next output; the first is the picture."""
        room, self._room = self._room, None
        file = ResultFile(self._folder, shape, room)
        pixels = file.pixels()
        self._files.append((pixels, file))
        return pixels

    def rows_done(self, rows: int) -> None:
        """The first ``rows`` rows of the picture are final."""
        self._files[0][1].rows_done(rows)

    def finish(self, outputs: Mapping[str, Raster | bytes]) -> dict[str, Any]:
        """References by name; an output that was not painted in place is written now."""
        return {name: self._reference(output) for name, output in outputs.items()}

    def discard(self) -> None:
        if self._room is not None:
            self._room.unlink(missing_ok=True)
        for _, file in self._files:
            file.discard()

    def _reference(self, output: Raster | bytes) -> Header:
        if isinstance(output, bytes):
            return write_file(self._folder, output)
        for pixels, file in self._files:
            if pixels is output.pixels:
                return file.finish()
        return write_raster(self._folder, output)

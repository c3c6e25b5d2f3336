"""A request's blobs as a worker finds them: files of the spool."""

from __future__ import annotations

import mmap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from velatura.imaging.raster import Raster
from velatura.library.checksums import sha256_of
from velatura.pipeline.recipe import Checks


@dataclass(frozen=True)
class SpoolFile:
    """A blob as a worker sees it."""

    path: Path
    size: int
    digest: bytes | None
    check: int | None


class SpoolBlobs:
    """See :class:`~velatura.pipeline.scene_builder.Blobs`. ``checks`` hears of the checks that blobs have."""

    def __init__(self, files: Iterable[tuple[bytes, str, int, bytes | None, int | None]]) -> None:
        self.checks = Checks()
        self._files = {
            blob: SpoolFile(Path(path), size, digest, check)
            for blob, path, size, digest, check in files
        }

    def raster(self, reference: Mapping[str, Any]) -> Raster:
        spooled = self._files[reference["blob"]]
        with spooled.path.open("rb") as file:
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        raster = Raster.from_buffer(
            mapped,
            width=reference["width"],
            height=reference["height"],
            channels=reference["channels"],
            depth=reference["depth"],
            transfer=reference["transfer"],
        )
        if spooled.check is not None:
            self.checks.know(raster, spooled.check)
        return raster

    def picture(self, reference: Mapping[str, Any]) -> Raster:
        from velatura.imaging.files import read_picture

        # As bytes: the name of a spool file would tell a person nothing.
        return read_picture(self.file(reference).read_bytes()).raster

    def file(self, reference: Mapping[str, Any]) -> Path:
        return self._files[reference["blob"]].path

    def digest(self, reference: Mapping[str, Any]) -> str:
        spooled = self._files[reference["blob"]]
        return spooled.digest.hex() if spooled.digest is not None else sha256_of(spooled.path)

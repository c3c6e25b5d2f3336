"""The artist's own styles: a folder of picture files beside the host's settings. The folder is the truth."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp", ".gif")


@dataclass(frozen=True)
class Shelf:
    """``folder`` is made when the first style comes."""

    folder: Path

    def files(self) -> tuple[str, ...]:
        """Names of the files, in order."""
        if not self.folder.is_dir():
            return ()
        found = (path.name for path in self.folder.iterdir() if path.suffix.lower() in SUFFIXES)
        return tuple(sorted(found, key=str.lower))

    def path(self, file: str) -> Path:
        """Where ``file`` lies."""
        return self.folder / Path(file).name

    def add(self, title: str, suffix: str, data: bytes) -> str:
        """Keep a picture file's bytes; its name. The same bytes under the same title are kept once."""
        self.folder.mkdir(parents=True, exist_ok=True)
        wanted = self._name(title) + suffix.lower()
        if self.path(wanted).exists() and self.path(wanted).read_bytes() != data:
            wanted = f"{self._name(title)} {hashlib.sha256(data).hexdigest()[:6]}{suffix.lower()}"
        self.path(wanted).write_bytes(data)
        return wanted

    def remove(self, file: str) -> None:
        """Forget a style."""
        self.path(file).unlink(missing_ok=True)

    @staticmethod
    def _name(title: str) -> str:
        kept = "".join(each if each.isalnum() or each in " -_" else " " for each in title)
        return " ".join(kept.split())[:60] or "style"

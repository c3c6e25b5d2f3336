"""Pictures that were given to engines, kept beside the host's settings: a document names them. No Qt here."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from velatura_link.request import EncodedFile

KEPT = 64
"""Files; those that were given longest ago go first."""


@dataclass(frozen=True)
class InputFiles:
    """``folder`` is made when the first file comes."""

    folder: Path

    def keep(self, data: bytes, suffix: str) -> str:
        """Keep a file's bytes; what it is called from now on. Raises ``OSError``."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{hashlib.sha256(data).hexdigest()[:40]}{suffix.lower()}"
        draft = path.with_name(f".{path.name}")
        draft.write_bytes(data)
        draft.replace(path)
        files = sorted(self.folder.glob("[!.]*"), key=lambda each: each.stat().st_mtime)
        for old in files[:-KEPT]:
            old.unlink(missing_ok=True)
        return path.name

    def path(self, file: str) -> Path:
        """Where ``file`` lies."""
        return self.folder / Path(file).name

    def read(self, file: str) -> EncodedFile:
        """``file``, with its digest, so that the daemon may have it already. Raises ``OSError`` when it is gone."""
        data = self.path(file).read_bytes()
        return EncodedFile(data, hashlib.sha256(data).digest())

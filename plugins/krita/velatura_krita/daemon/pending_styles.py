"""Styles that wait beside the host's settings for a daemon to keep them: a folder of picture files, which is the truth.

Documents and settings may name a file that is not here any more because the daemon's library has it. A record in the
folder says what it is called there.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp", ".gif")
RECORD = "moved.json"


@dataclass(frozen=True)
class PendingStyles:
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
        """Keep a picture file's bytes; its name. The same bytes under the same title are kept once.

        No name is given to two pictures, also when one of them is no longer pending.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        digest, ending = hashlib.sha256(data).hexdigest(), suffix.lower()
        wanted = self._name(title) + ending
        moved = self._record().get(wanted)
        another = moved is not None and moved["sha256"] != digest
        if another or (self.path(wanted).exists() and self.path(wanted).read_bytes() != data):
            wanted = f"{self._name(title)} {digest[:6]}{ending}"
        self.path(wanted).write_bytes(data)
        return wanted

    def read(self, file: str) -> tuple[str, bytes]:
        """The title under which ``file`` was added, and its bytes; raises ``OSError`` when it is gone."""
        data = self.path(file).read_bytes()
        return Path(file).stem.removesuffix(f" {hashlib.sha256(data).hexdigest()[:6]}"), data

    def remove(self, file: str) -> None:
        """Forget a style."""
        self.path(file).unlink(missing_ok=True)

    def hand_over(self, file: str, name: str, digest: str) -> None:
        """The daemon's library has the ``file`` whose bytes have this SHA-256, and calls it ``name``."""
        path = self.path(file)
        if hashlib.sha256(path.read_bytes()).hexdigest() == digest:
            self._write({**self._record(), path.name: {"name": name, "sha256": digest}})
            path.unlink()

    def moved(self) -> dict[str, str]:
        """What the library calls the files that it was given and that are not here again."""
        found = {file: each["name"] for file, each in self._record().items()}
        return {file: name for file, name in found.items() if not self.path(file).exists()}

    def forget(self, name: str) -> None:
        """The library has no ``name`` any more."""
        record = self._record()
        left = {file: each for file, each in record.items() if each["name"] != name}
        if left != record:
            self._write(left)

    def _record(self) -> dict[str, dict[str, str]]:
        try:
            found = json.loads((self.folder / RECORD).read_text(encoding="utf-8"))
            return {
                str(file): {"name": str(each["name"]), "sha256": str(each["sha256"])}
                for file, each in found.items()
            }
        except (OSError, ValueError, AttributeError, TypeError, KeyError):
            return {}

    def _write(self, record: dict[str, dict[str, str]]) -> None:
        draft = self.folder / f".{RECORD}"
        draft.write_text(json.dumps(record, indent=1, sort_keys=True), encoding="utf-8")
        draft.replace(self.folder / RECORD)

    @staticmethod
    def _name(title: str) -> str:
        kept = "".join(each if each.isalnum() or each in " -_" else " " for each in title)
        return " ".join(kept.split())[:60] or "style"

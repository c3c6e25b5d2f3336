"""Models' files that the person gave: they stay where they are, and are read when they are painted with."""

from __future__ import annotations

from pathlib import Path

from velatura_link.request import EncodedFile

from ..model.settings import Settings

SUFFIXES = (".safetensors", ".pth", ".pt", ".ckpt", ".model")
KEPT = 40
"""Files that are remembered; those that were given longest ago are forgotten first."""


class CheckpointFiles:
    """Their paths are in Krita's settings."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._read: tuple[str, float, EncodedFile] | None = None

    def paths(self) -> tuple[str, ...]:
        """Those that are there, the newest first."""
        return tuple(path for path in self._settings.checkpoints() if Path(path).is_file())

    def add(self, path: str) -> None:
        """Remember a file."""
        others = [each for each in self._settings.checkpoints() if each != path]
        self._settings.keep_checkpoints((path, *others)[:KEPT])

    def remove(self, path: str) -> None:
        """Forget it; the file stays."""
        others = [each for each in self._settings.checkpoints() if each != path]
        self._settings.keep_checkpoints(tuple(others))

    def read(self, path: str) -> EncodedFile:
        """Its bytes; the last one's are kept, so that they are sent once. Raises ``OSError`` when it is gone."""
        changed = Path(path).stat().st_mtime
        if self._read is None or self._read[:2] != (path, changed):
            self._read = path, changed, EncodedFile.read(Path(path))
        return self._read[2]

"""What outlives Krita: settings in its configuration, choices in the document."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..qt import QtCore
from . import choices as chosen
from . import history
from .choices import Choices
from .history import Entry
from .input_files import InputFiles

GROUP = "velatura"
ANNOTATION = "velatura/choices"


class Settings:
    """Krita's ``readSetting`` and ``writeSetting``."""

    def __init__(self, krita: Any) -> None:
        self._krita = krita

    def choices(self) -> Choices:
        """The last ones; regions belong to their document."""
        return replace(chosen.from_json(self._read("choices")), regions=())

    def keep_choices(self, choices: Choices) -> None:
        """Begin with ``choices`` the next time."""
        self._write("choices", chosen.to_json(replace(choices, regions=())))

    def history(self) -> tuple[Entry, ...]:
        """What was painted before."""
        return history.from_text(self._read("history"))

    def keep_history(self, entries: tuple[Entry, ...]) -> None:
        """Remember ``entries``."""
        self._write("history", history.to_text(entries))

    def checkpoints(self) -> tuple[str, ...]:
        """Paths of the models' files that the person gave, the newest first."""
        try:
            found = json.loads(self._read("checkpoints"))
        except ValueError:
            return ()
        paths = found if isinstance(found, list) else []
        return tuple(each for each in paths if isinstance(each, str))

    def keep_checkpoints(self, paths: tuple[str, ...]) -> None:
        """Remember ``paths``."""
        self._write("checkpoints", json.dumps(paths))

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Whether ``name`` is switched on; ``default`` while nobody switched it."""
        return (self._read(name) or str(default).lower()) == "true"

    def keep_flag(self, name: str, on: bool) -> None:
        """Remember a switch."""
        self._write(name, "true" if on else "false")

    def text(self, name: str) -> str:
        """What was kept under ``name``; empty for nothing."""
        return self._read(name)

    def keep_text(self, name: str, text: str) -> None:
        """Keep ``text`` under ``name``."""
        self._write(name, text)

    def _read(self, name: str) -> str:
        return str(self._krita.readSetting(GROUP, name, ""))

    def _write(self, name: str, text: str) -> None:
        self._krita.writeSetting(GROUP, name, text)


def document_choices(document: Any) -> Choices | None:
    """What travels in ``document``, or None when nothing does."""
    if ANNOTATION not in document.annotationTypes():
        return None
    return chosen.from_json(bytes(document.annotation(ANNOTATION)).decode("utf-8", "replace"))


def keep_in_document(document: Any, choices: Choices) -> None:
    """Let ``choices`` travel in ``document``."""
    text = chosen.to_json(choices).encode()
    document.setAnnotation(ANNOTATION, "Velatura", QtCore.QByteArray(text))


def input_files() -> InputFiles:
    """The folder of pictures that engines are given, beside Krita's resources."""
    return InputFiles(resource_folder() / "velatura_inputs")


def resource_folder() -> Path:
    """Where Krita keeps the person's resources."""
    paths = QtCore.QStandardPaths
    return Path(paths.writableLocation(paths.StandardLocation.AppDataLocation))

"""What a folder of results was made from, so that it need not be made again."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from velatura import __version__
from velatura.cli.tasks import Task
from velatura.library import presets, styles
from velatura_link.request import Payload, Request, encode_request

NAME = ".velatura.json"
FORMAT = "velatura results 1"


class ResultCache:
    """The file :data:`NAME` of a folder: by each result's name, what it was made from.

    Written after every result, so that nothing is forgotten however a run ends. A result that somebody retouched is
    still a result; one that was deleted is not. A file that cannot be read is an empty one.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME
        self._lock = threading.Lock()
        self._made = _read(self._path)

    @property
    def names(self) -> frozenset[str]:
        """The names of all results."""
        return frozenset(self._made)

    def has(self, task: Task, mark: str) -> bool:
        """Whether the result of ``task`` is there, made from the same content by a request with the same ``mark``."""
        known = self._made.get(task.output.name)
        return known == _mark(task, mark) and task.output.is_file()

    def write(self, task: Task, mark: str) -> None:
        """Note that the result of ``task`` is there."""
        with self._lock:
            self._made[task.output.name] = _mark(task, mark)
            text = json.dumps({"format": FORMAT, "results": self._made}, indent=0)
            draft = self._path.with_name(f"{NAME}.{os.getpid()}")
            draft.write_text(text, encoding="utf-8")
            draft.replace(self._path)


def mark_of(request: Request, long: int | None) -> str:
    """What decides a result besides its content: the same for the same styles, masks, inputs and knobs.

    ``long`` is the long side of results. Raises :class:`~velatura.errors.BadRequest` for a style or a preset that the
    library does not have.
    """
    said = presets.filled(encode_request(request, _digest))
    library = [styles.show(name).sha256 for name in sorted(_names(said))]
    text = json.dumps([__version__, long, library, said], default=bytes.hex, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _digest(payload: Payload) -> bytes:
    return hashlib.sha256(payload.view).digest()


def _names(said: Mapping[str, Any]) -> set[str]:
    """The styles of the library that a request names."""
    those = [*said.get("styles", ())]
    those += [style for region in said.get("regions", ()) for style in region["styles"]]
    return {style["name"] for style in those if "name" in style}


def marks_in_order(tasks: Sequence[Task], mark: str) -> dict[Task, str]:
    """Marks of frames each of which is painted with what the frame before gave: all that came before has a say."""
    marks: dict[Task, str] = {}
    for task in tasks:
        marks[task] = mark
        mark = _mark(task, mark)
    return marks


def _mark(task: Task, mark: str) -> str:
    assert task.content is not None
    facts = task.content.stat()
    content = f"{task.content.resolve()} {facts.st_size} {facts.st_mtime_ns}"
    return hashlib.sha256(f"{mark}\n{content}".encode()).hexdigest()


def _read(path: Path) -> dict[str, str]:
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    results = found.get("results") if isinstance(found, dict) else None
    return results if isinstance(results, dict) else {}

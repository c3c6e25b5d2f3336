"""What a folder of results was made from, so that it need not be made again."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path

from velatura import __version__
from velatura.cli.contents import Task
from velatura.cli.parts import path_of
from velatura.cli.requests import Wish
from velatura.library.checksums import sha256_of

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

    def has(self, task: Task, wish: str) -> bool:
        """Whether the result of ``task`` is there, made from the same content with the same ``wish``."""
        known = self._made.get(task.output.name)
        return known == _mark(task, wish) and task.output.is_file()

    def write(self, task: Task, wish: str) -> None:
        """Note that the result of ``task`` is there."""
        with self._lock:
            self._made[task.output.name] = _mark(task, wish)
            text = json.dumps({"format": FORMAT, "results": self._made}, indent=0)
            draft = self._path.with_name(f"{NAME}.{os.getpid()}")
            draft.write_text(text, encoding="utf-8")
            draft.replace(self._path)


def mark_of(wish: Wish) -> str:
    """What decides a result besides its content: the same for the same styles, masks, inputs and knobs.

    Raises :class:`~velatura.errors.BadRequest` for a style that the library does not have, and ``OSError``.
    """
    said = repr(
        (
            __version__, wish.engine, sorted(wish.params.items()), sorted(wish.common.items()),
            sorted(wish.inputs.items()), wish.strength, wish.size, wish.seed, wish.segments,
            wish.styles, wish.regions, wish.paints,
        )
    )  # fmt: skip
    return hashlib.sha256("\n".join([said, *_digests(wish)]).encode()).hexdigest()


def _digests(wish: Wish) -> Iterator[str]:
    paths = [path for _, path in wish.files]
    paths += [path_of(style) for style in wish.all_styles if style.path is None]
    # An input may be a number or a text instead of a file.
    return (sha256_of(path) for path in paths if path.is_file())


def _mark(task: Task, wish: str) -> str:
    facts = task.content.stat()
    content = f"{task.content.resolve()} {facts.st_size} {facts.st_mtime_ns}"
    return hashlib.sha256(f"{wish}\n{content}".encode()).hexdigest()


def _read(path: Path) -> dict[str, str]:
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    results = found.get("results") if isinstance(found, dict) else None
    return results if isinstance(results, dict) else {}

"""Changing many files and folders as one: all of them, or after a failure none."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from velatura.errors import VelaturaError
from velatura.hosts.payload import Entry

_NEW, _OLD = ".velatura-new", ".velatura-old"


class CannotChange(VelaturaError):
    """A file that could not be put in its place; what was there before is there again."""

    code = "system"


@dataclass(frozen=True)
class Change:
    """What shall be at ``path``: a file's bytes, a folder of entries whose names start there, or None for nothing."""

    path: Path
    content: bytes | tuple[Entry, ...] | None

    @property
    def words(self) -> str:
        """For a person, before it is done."""
        verb = "remove" if self.content is None else "replace" if self.path.exists() else "write"
        return f"{verb} {self.path}"

    @property
    def done(self) -> bool:
        """Whether it is so already."""
        if self.content is None:
            return not self.path.exists() and not self.path.is_symlink()
        if isinstance(self.content, bytes):
            return self.path.is_file() and self.path.read_bytes() == self.content
        return self.path.is_dir() and _holds(self.path, self.content)


def pending(changes: Iterable[Change]) -> list[Change]:
    """Those that are not so already."""
    return [change for change in changes if not change.done]


def apply(changes: Sequence[Change], floor: Path) -> None:
    """Make all ``changes``. Folders that they leave empty go too, up to ``floor``, which stays.

    Raises :class:`CannotChange` when one fails; then everything is as it was.
    """
    swapped: list[Change] = []
    try:
        for change in changes:
            _stage(change)
        for change in changes:
            swapped.append(change)
            _swap(change)
    except OSError as error:
        for change in reversed(swapped):
            _swap_back(change)
        _tidy(changes, _NEW)
        raise CannotChange(
            f"{error.filename}: {error.strerror}; nothing was changed.",
            hint="Close the host if it is open, and check that you may write there.",
        ) from error
    _tidy(changes, _OLD)
    for change in changes:
        if change.content is None:
            prune(change.path.parent, floor)


def prune(folder: Path, floor: Path) -> None:
    """Remove ``folder`` and those above it as long as they are empty and below ``floor``."""
    while floor in folder.parents:
        try:
            folder.rmdir()
        except FileNotFoundError:
            pass
        except OSError:
            return
        folder = folder.parent


def _stage(change: Change) -> None:
    """Lay what is new beside its place."""
    recover(change.path)
    if change.content is None:
        return
    new = _beside(change.path, _NEW)
    change.path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(change.content, bytes):
        new.write_bytes(change.content)
        if change.path.exists():
            shutil.copymode(change.path, new)
        return
    new.mkdir()
    for entry in change.content:
        path = new / entry.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(entry.content)
        if entry.executable:
            path.chmod(path.stat().st_mode | 0o111)


def recover(path: Path) -> None:
    """Undo what a run that was killed between two steps has left."""
    old = _beside(path, _OLD)
    if old.exists() and not path.exists():
        old.replace(path)
    for left in (old, _beside(path, _NEW)):
        _remove(left)


def _swap(change: Change) -> None:
    if change.path.exists() or change.path.is_symlink():
        change.path.replace(_beside(change.path, _OLD))
    if change.content is not None:
        _beside(change.path, _NEW).replace(change.path)


def _swap_back(change: Change) -> None:
    old, new = (_beside(change.path, suffix) for suffix in (_OLD, _NEW))
    with contextlib.suppress(OSError):
        if old.exists():
            _remove(change.path)
            old.replace(change.path)
        elif change.content is not None and not new.exists():
            _remove(change.path)


def _tidy(changes: Iterable[Change], suffix: str) -> None:
    for change in changes:
        _remove(_beside(change.path, suffix))


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(f".{path.name}{suffix}")


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _holds(folder: Path, entries: tuple[Entry, ...]) -> bool:
    """Whether a folder has just these files; what Python compiled does not count."""
    there = {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    return there == {entry.name for entry in entries} and all(
        (folder / entry.name).read_bytes() == entry.content
        and (not entry.executable or (folder / entry.name).stat().st_mode & 0o100)
        for entry in entries
    )

"""The environment that a plugin from a zip makes for its daemon: whose it is, what is in it, how large it is.

Standard library only. Nothing is ever removed that does not carry :data:`SIGN`, which is written before all else; an
environment counts once :data:`MARKER` is in it, which is written last.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .places import data_dir

NAME = "environment"
SIGN = "velatura-environment.txt"
MARKER = "velatura-whole.json"
_SAYS = "The daemon of Velatura lives here. “velatura uninstall” removes this folder.\n"
_STAGES = {"dev": 0, "a": 1, "b": 2, "rc": 3, "": 4, "post": 5}
"""What may follow a version's numbers, in order."""
_VERSION = re.compile(r"(\d+(?:\.\d+)*)[._-]?([a-z]*)(\d*)")


@dataclass(frozen=True)
class Environment:
    """``where`` is its folder, there or not."""

    where: Path

    @classmethod
    def usual(cls) -> Environment:
        """This user's."""
        return cls(data_dir() / NAME)

    @property
    def python(self) -> Path:
        """The program."""
        if sys.platform == "win32":
            return self.where / "Scripts" / "python.exe"
        return self.where / "bin" / "python"

    @property
    def ours(self) -> bool:
        """Whether Velatura made it, and may remove it."""
        return not self.where.is_symlink() and any(
            (self.where / name).is_file() for name in (SIGN, MARKER)
        )

    @property
    def taken(self) -> bool:
        """Whether something is there that Velatura did not make."""
        if self.where.is_symlink():
            return True
        if not self.where.exists() or self.ours:
            return False
        return not self.where.is_dir() or any(self.where.iterdir())

    @property
    def whole(self) -> bool:
        """Whether it was finished and its Python is still there."""
        return bool(self.version) and self.python.exists()

    @property
    def version(self) -> str:
        """Of the daemon in it; empty when it was never finished."""
        return version_in(str(self.facts.get("wheel", "")))

    @property
    def facts(self) -> dict[str, object]:
        """What it was made from, as :func:`facts_of` says it; empty when it was never finished."""
        try:
            said = json.loads((self.where / MARKER).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return said if isinstance(said, dict) else {}

    def has(self, package: str) -> bool:
        """Whether ``package`` is installed in it."""
        folders = ("lib/python3*/site-packages", "Lib/site-packages")
        return any(any(self.where.glob(f"{each}/{package}-*.dist-info")) for each in folders)

    def begin(self) -> None:
        """Make the folder, as ours and not whole."""
        self.where.mkdir(parents=True, exist_ok=True)
        (self.where / SIGN).write_text(_SAYS, encoding="utf-8")
        (self.where / MARKER).unlink(missing_ok=True)

    def finish(self, wheel: Path) -> None:
        """It is whole now, made from ``wheel``."""
        written(self.where / MARKER, facts_of(wheel))

    def copy_to(self, other: Environment, on_file: Callable[[], object]) -> None:
        """Make ``other`` the same, but not whole; ``on_file`` is called before each file.

        Files are shared where the disk can do that, since installers replace them and never write into them.
        """

        def copied(source: str, target: str) -> None:
            on_file()
            try:
                os.link(source, target)
            except OSError:
                shutil.copy2(source, target)

        def own(folder: str, names: list[str]) -> tuple[str, ...]:
            return (SIGN, MARKER) if Path(folder) == self.where else ()

        other.begin()
        options: dict[str, Any] = {"symlinks": True, "dirs_exist_ok": True}
        try:
            shutil.copytree(self.where, other.where, ignore=own, copy_function=copied, **options)
        except shutil.Error as error:
            _, target, why = error.args[0][0]
            raise OSError(0, why, target) from error

    def replace(self, other: Environment) -> None:
        """Take the place of ``other``, which stays where it is, whole, if that fails."""
        if sys.platform != "win32":
            for program in self.python.parent.iterdir():
                _rewrite_first_line(program, str(self.where), str(other.where))
        before = other.before
        other.where.replace(before.where)
        try:
            self.where.replace(other.where)
        except OSError:
            before.where.replace(other.where)
            raise
        before.clear()

    @property
    def before(self) -> Environment:
        """What was in its place while another takes it."""
        return Environment(self.where.with_name(f"{self.where.name}-before"))

    @property
    def draft(self) -> Environment:
        """What may take its place."""
        return Environment(self.where.with_name(f"{self.where.name}-next"))

    @property
    def fetched(self) -> Environment:
        """No environment: where an installer keeps what it has fetched until this one is whole."""
        return Environment(self.where.with_name(f"{NAME}-fetched"))

    def recover(self) -> None:
        """Undo what a program that was killed while it changed this one has left."""
        if self.before.ours and not self.where.exists():
            self.before.where.replace(self.where)
        self.before.clear()
        self.draft.clear()

    def clear(self) -> None:
        """Remove it if it is ours, the sign last: what is left when that fails is still known."""
        if not self.ours:
            return
        (self.where / SIGN).write_text(_SAYS, encoding="utf-8")
        (self.where / MARKER).unlink(missing_ok=True)
        for path in self.where.iterdir():
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            elif path.name != SIGN:
                path.unlink()
        (self.where / SIGN).unlink()
        self.where.rmdir()

    def size(self) -> int:
        """Bytes of its files; a second for a large one."""
        return sum(_sizes(self.where))


def facts_of(wheel: Path) -> dict[str, object]:
    """What tells ``wheel`` from others."""
    return {"wheel": wheel.name, "size": wheel.stat().st_size}


def version_in(wheel: str) -> str:
    """The version in a wheel's name; empty when that is none."""
    parts = wheel.split("-")
    return parts[1] if len(parts) > 2 and wheel.endswith(".whl") else ""


def order_of(version: str) -> tuple[tuple[int, ...], int, int]:
    """What versions are sorted by: 0.9 < 0.10.dev1 < 0.10rc1 < 0.10 = 0.10.0."""
    found = _VERSION.match(version)
    if found is None:
        return (), 0, 0
    numbers = [int(each) for each in found[1].split(".")]
    while numbers and not numbers[-1]:
        numbers.pop()
    return tuple(numbers), _STAGES.get(found[2], _STAGES[""]), int(found[3] or 0)


def written(path: Path, facts: Mapping[str, object]) -> None:
    """Write ``facts`` as JSON, all or nothing."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.write_text(json.dumps(facts, indent=2), encoding="utf-8")
    draft.replace(path)


def _sizes(folder: Path) -> Iterator[int]:
    for entry in os.scandir(folder):
        if entry.is_dir(follow_symlinks=False):
            yield from _sizes(Path(entry.path))
        else:
            yield entry.stat(follow_symlinks=False).st_size


def _rewrite_first_line(program: Path, old: str, new: str) -> None:
    """Let a script start by the interpreter in its new place."""
    if program.is_symlink() or not program.is_file():
        return
    text = program.read_bytes()
    first, gap, rest = text.partition(b"\n")
    if first.startswith(b"#!") and old.encode() in first:
        mode = program.stat().st_mode
        # Another environment may share the file.
        program.unlink()
        program.write_bytes(first.replace(old.encode(), new.encode()) + gap + rest)
        program.chmod(mode)

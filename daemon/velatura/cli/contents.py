"""Many contents: files, folders and patterns as a person names them, and where each result goes."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from velatura.cli.tasks import Task
from velatura.errors import BadPicture, BadRequest
from velatura.imaging.encoders import SUFFIXES

PICTURES = frozenset(SUFFIXES) | {".bmp", ".gif", ".avif", ".ppm", ".tga", ".jp2"}
"""Endings of what is taken from a folder."""


def are_many(contents: Sequence[str], output: Path) -> bool:
    """Whether ``output`` is a folder for the results of ``contents``, rather than the one result's file.

    Raises :class:`BadRequest` for several contents and one file.
    """
    one_file = output.suffix.lower() in SUFFIXES
    if not contents:
        return False
    several = len(contents) > 1 or _is_pattern(contents[0])
    if one_file and several:
        raise BadRequest(
            f"Several pictures need a folder for their results, and {output} is the name of a file.",
            hint="Name a folder with -o; it is created if it does not exist.",
        )
    return not one_file and (several or Path(contents[0]).is_dir() or output.is_dir())


def tasks_for(
    contents: Sequence[str],
    folder: Path,
    ending: str | None,
    made: frozenset[str],
    long: int | None = None,
) -> list[Task]:
    """What to do for ``contents``, results going into ``folder``, named like their contents.

    Patterns and folders come in natural order: frame 2 before frame 10. ``ending`` is the format of all results, None
    for each content's own; ``long`` is their long side, None for each content's; ``made`` are names of files in
    ``folder`` that are results already and so no contents. Raises :class:`BadPicture` for what is not there, and
    :class:`BadRequest` for two results of one name and for one that would replace a content.
    """
    suffix = _suffix_of(ending)
    found = dict.fromkeys(
        path
        for text in contents
        for path in _expanded(text)
        if not (path.name in made and _same(path.parent, folder))
    )
    if not found:
        raise BadPicture("All of these pictures are already results.", hint="Name other pictures.")
    todo = {path: folder / f"{path.stem}{suffix or _own(path)}" for path in found}
    sources: dict[Path, Path] = {}
    for path, output in todo.items():
        other = sources.setdefault(output, path)
        if other is not path:
            raise BadRequest(
                f"{other} and {path} would both become {output}.",
                hint="Paint them into separate folders.",
            )
        if _same(output, path):
            raise BadRequest(
                f"{path} would be overwritten by its result.", hint="Name another folder."
            )
    return [Task(path, output, long) for path, output in todo.items()]


def natural(path: Path) -> list[tuple[bool, int, str]]:
    """A key that sorts names as people count: 2 before 10."""
    # Every second part is a number.
    parts = re.split(r"([0-9]+)", str(path))
    return [
        (number % 2 == 0, int(part) if number % 2 else 0, part)
        for number, part in enumerate(parts)
        if part
    ]


def _expanded(text: str) -> Iterator[Path]:
    path = Path(text)
    if path.is_dir():
        inside = [each for each in path.iterdir() if each.suffix.lower() in PICTURES]
        shown = [each for each in inside if each.is_file() and not each.name.startswith(".")]
        if not shown:
            raise BadPicture(f"There is no picture in the folder {path}.", hint="Name another.")
        yield from sorted(shown, key=natural)
    elif _is_pattern(text):
        # Path.glob takes no absolute patterns before Python 3.13.
        matches = [Path(each) for each in glob.glob(text, recursive=True)]  # noqa: PTH207
        files = [each for each in matches if each.is_file()]
        if not files:
            raise BadPicture(f"No file matches {text}.", hint="Check the path.")
        yield from sorted(files, key=natural)
    else:
        if not path.exists():
            raise BadPicture(f"There is no file {path}.", hint="Check the path.")
        yield path


def _is_pattern(text: str) -> bool:
    return glob.has_magic(text) and not Path(text).exists()


def _suffix_of(ending: str | None) -> str | None:
    if ending is None:
        return None
    suffix = f".{ending.lower().removeprefix('.')}"
    if suffix not in SUFFIXES:
        formats = ", ".join(each.removeprefix(".") for each in SUFFIXES)
        raise BadRequest(f"“{ending}” cannot be written.", hint=f"--format is one of {formats}.")
    return suffix


def _own(path: Path) -> str:
    return path.suffix if path.suffix.lower() in SUFFIXES else ".png"


def _same(one: Path, other: Path) -> bool:
    return os.path.realpath(one) == os.path.realpath(other)

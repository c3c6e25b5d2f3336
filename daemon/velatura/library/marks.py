"""What a person says of styles: favourites, collections, and titles of their own.

One JSON file beside the library, by the styles' names. A style's name never changes, so that documents and presets
keep finding it; its title does.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from velatura.errors import BadRequest
from velatura.library.places import data_dir

FORMAT = "velatura marks 1"
LARGEST = 1 << 22
LONGEST_TITLE = 200
LONGEST_COLLECTION = 60
MOST_COLLECTIONS = 32
"""Collections that one style may be in."""


@dataclass(frozen=True)
class Mark:
    """What is said of one style; an empty ``title`` is none. ``collections`` are sorted."""

    favourite: bool = False
    collections: tuple[str, ...] = ()
    title: str = ""


def path() -> Path:
    """Where the marks lie."""
    return data_dir() / "marks.json"


def read() -> Mapping[str, Mark]:
    """Marks by the styles' names; none where the file is missing or damaged."""
    try:
        return _found()
    except (OSError, BadRequest):
        return {}


def put(name: str, mark: Mark) -> None:
    """Say ``mark`` of the style ``name``. Only while nobody else changes the library.

    Raises :class:`BadRequest` for a file that is damaged, which is left as it is, and :class:`OSError`.
    """
    try:
        known = dict(_found())
    except FileNotFoundError:
        known = {}
    known.pop(name, None)
    if mark != Mark():
        known[name] = mark
    styles = {each: _said(known[each]) for each in sorted(known)}
    target = path()
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    text = json.dumps({"format": FORMAT, "styles": styles}, indent=1, ensure_ascii=False)
    try:
        draft.write_text(f"{text}\n", encoding="utf-8")
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def checked_title(title: object) -> str:
    """``title`` without blanks around it. Raises :class:`BadRequest` for what is none."""
    if not isinstance(title, str) or len(title) > LONGEST_TITLE or not title.isprintable():
        raise BadRequest(
            "A title is a single line of at most {most} characters.", most=LONGEST_TITLE
        )
    return title.strip()


def checked_collections(found: object) -> tuple[str, ...]:
    """Names of collections, each once whatever its case. Raises :class:`BadRequest` for what is none."""
    if not isinstance(found, Sequence) or isinstance(found, str) or len(found) > MOST_COLLECTIONS:
        raise BadRequest("A style can be in at most {most} collections.", most=MOST_COLLECTIONS)
    names: dict[str, str] = {}
    for each in found:
        name = each.strip() if isinstance(each, str) and each.isprintable() else ""
        if not 0 < len(name) <= LONGEST_COLLECTION:
            raise BadRequest(
                "A collection's name is a single line of 1 to {most} characters.",
                hint="Give another name.",
                most=LONGEST_COLLECTION,
            )
        names.setdefault(name.casefold(), name)
    return tuple(sorted(names.values(), key=str.casefold))


def _found() -> Mapping[str, Mark]:
    stat = path().stat()
    return _parsed(path(), stat.st_mtime_ns, stat.st_ino, stat.st_size)


@lru_cache(maxsize=1)
def _parsed(file: Path, _changed: int, _inode: int, size: int) -> Mapping[str, Mark]:
    try:
        found = json.loads(file.read_bytes()) if size <= LARGEST else None
        if isinstance(found, dict) and found.get("format") == FORMAT:
            return {str(name): _mark(each) for name, each in found["styles"].items()}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, BadRequest):
        pass
    raise BadRequest(
        "{file} is damaged: favourites and collections cannot be changed.",
        hint="Repair the file, or move it elsewhere.",
        file=str(file),
    )


def _mark(found: Mapping[str, Any]) -> Mark:
    return Mark(
        favourite=found.get("favourite") is True,
        collections=checked_collections(found.get("collections", [])),
        title=checked_title(found.get("title", "")),
    )


def _said(mark: Mark) -> dict[str, Any]:
    return {key: value for key, value in asdict(mark).items() if value}

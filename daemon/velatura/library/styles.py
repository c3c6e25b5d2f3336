"""A person's own styles: a folder of pictures, each called by a short name.

The folder is the truth: a picture put into it by hand is a style, named after its file. Beside it
nothing is kept but thumbnails, in the cache.
"""

from __future__ import annotations

import difflib
import os
import re
import shutil
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from velatura.errors import BadPicture, BadRequest
from velatura.imaging.files import read_picture, write_picture
from velatura.imaging.raster import Raster
from velatura.imaging.resample import thumbnail as reduced
from velatura.library.checksums import remembered_sha256
from velatura.library.places import cache_dir, styles_dir

SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp", ".gif", ".avif")
"""Endings of the files in the folder that are styles."""

THUMBNAIL = 160
"""Longest side of a thumbnail in pixels."""


@dataclass(frozen=True)
class StyleEntry:
    """One style of the library. ``sha256`` is that of the file's bytes: equal styles are equal."""

    name: str
    path: Path
    sha256: str


def slug(text: str) -> str:
    """``text`` as a style's name: lower case, a–z and 0–9 with single hyphens; may be empty.

    Letters of other scripts are kept; accents and punctuation are not.
    """
    bare = "".join(
        letter
        for letter in unicodedata.normalize("NFKD", text).casefold()
        if not unicodedata.combining(letter)
    )
    return re.sub(r"[\W_]+", "-", bare).strip("-")


def entries() -> tuple[StyleEntry, ...]:
    """All styles, sorted by name; of two files with one name both are there."""
    return tuple(StyleEntry(slug(path.stem), path, remembered_sha256(path)) for path in _pictures())


def show(name: str) -> StyleEntry:
    """The style ``name``, written as a name or as a title (“Starry Night”).

    Raises :class:`BadRequest` when there is none or more than one.
    """
    wanted = slug(name)
    named = [path for path in _pictures() if slug(path.stem) == wanted]
    if len(named) > 1:
        raise BadRequest(
            f"Two files of the style library are called “{wanted}”: "
            f"{' and '.join(path.name for path in named[:2])}.",
            hint=f"Rename one of them in {styles_dir()}.",
        )
    if not named:
        raise BadRequest(f"The style library has no “{name}”.", hint=_alternatives(wanted))
    return StyleEntry(wanted, named[0], remembered_sha256(named[0]))


def read(name: str) -> Raster:
    """The picture of the style ``name``. Raises :class:`BadRequest` and :class:`BadPicture`."""
    return read_picture(show(name).path).raster


def add(path: Path, name: str | None = None) -> StyleEntry:
    """Copy a picture into the library under ``name``, or its file's.

    Adding the same picture under the same name again changes nothing. Raises :class:`BadPicture`
    for what cannot be read, and :class:`BadRequest` for a name that is taken or has no letters.
    """
    read_picture(path)
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise BadPicture(
            f"{path.name} does not end like a picture.", hint=f"Styles are {', '.join(SUFFIXES)}."
        )
    wanted = slug(name if name is not None else path.stem)
    if not wanted:
        raise BadRequest(
            f"“{name if name is not None else path.stem}” has nothing to make a name of.",
            hint="Give a name with letters or digits.",
        )
    taken = [each for each in entries() if each.name == wanted]
    if taken:
        if taken[0].sha256 == remembered_sha256(path):
            return taken[0]
        raise BadRequest(
            f"The style library has another picture called “{wanted}”.",
            hint=f"Give a name with --name, or first run: velatura styles remove {wanted}",
        )
    target = styles_dir() / f"{wanted}{suffix}"
    _copy(path, target)
    return StyleEntry(wanted, target, remembered_sha256(target))


def remove(name: str) -> StyleEntry:
    """Delete the style ``name`` and return what it was. Raises :class:`BadRequest` for no such."""
    entry = show(name)
    entry.path.unlink()
    _thumbnail_path(entry).unlink(missing_ok=True)
    return entry


def thumbnail(entry: StyleEntry) -> Path:
    """A PNG of the style, at most 160 px long, made at its first use. Raises :class:`BadPicture`."""
    path = _thumbnail_path(entry)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_picture(path, reduced(read_picture(entry.path).raster, THUMBNAIL))
    return path


def _thumbnail_path(entry: StyleEntry) -> Path:
    return cache_dir() / "thumbnails" / f"{entry.sha256}.png"


def _pictures() -> list[Path]:
    folder = styles_dir()
    if not folder.is_dir():
        return []
    pictures = [
        path
        for path in folder.iterdir()
        if path.suffix.lower() in SUFFIXES and path.is_file() and not path.name.startswith(".")
    ]
    return sorted(pictures, key=lambda path: (slug(path.stem), path.name))


def _copy(path: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        shutil.copyfile(path, draft)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def _alternatives(wanted: str) -> str:
    names = [slug(path.stem) for path in _pictures()]
    close = difflib.get_close_matches(wanted, names)
    if close:
        return f"Did you mean {' or '.join(close)}?"
    return "“velatura styles list” shows what there is; “velatura styles add FILE” adds one."

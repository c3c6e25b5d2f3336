"""Styles by short names: a person's own folder of pictures and codes, and those that are built in.

The folder is the truth: a picture put into it by hand is a style, named after its file. Beside it
nothing is kept but thumbnails, in the cache, and what the person says of styles (:mod:`velatura.library.marks`).
An own style goes before a built-in one of its name.
"""

from __future__ import annotations

import difflib
import os
import shutil
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from velatura.errors import BadPicture, BadRequest
from velatura.imaging.colour import converted
from velatura.imaging.files import PIXELS, read_picture, write_picture
from velatura.imaging.raster import Raster
from velatura.imaging.resample import thumbnail as reduced
from velatura.library import assets, codes, marks
from velatura.library.checksums import remembered_sha256, sha256_of
from velatura.library.names import numbered, slug
from velatura.library.places import cache_dir, styles_dir
from velatura_link.file_lock import locked
from velatura_link.text import Text, either

SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".exr", ".bmp", ".gif", ".avif")
"""Endings of pictures that are styles."""

THUMBNAIL = 160
"""Longest side of a thumbnail in pixels."""

LOOK = 640
"""Longest side of a picture that is large enough to choose a part of it."""

LONGEST_STEM = 48
"""Letters of a file that is called after a title: with its ending it must be a file's name everywhere."""

_SUFFIX_OF = {
    "PNG": ".png", "JPEG": ".jpg", "MPO": ".jpg", "WEBP": ".webp", "TIFF": ".tif", "EXR": ".exr",
    "BMP": ".bmp", "GIF": ".gif", "AVIF": ".avif",
}  # fmt: skip
"""What a picture's file is called by its format; a camera's MPO begins like a JPEG and is read as one."""


@dataclass(frozen=True)
class StyleEntry:
    """One style of the library. ``sha256`` is that of the file's bytes: equal styles are equal.

    ``title`` is what the person calls it, else what a code's file says, else a picture's name; ``builtin`` came with
    Velatura. ``favourite`` and ``collections`` are the person's marks. ``picture`` is the file of what the style looks
    like: ``path`` itself for a picture, what is shipped beside a built-in code, None for other codes.
    """

    name: str
    path: Path
    sha256: str
    title: str
    builtin: bool = False
    favourite: bool = False
    collections: tuple[str, ...] = ()

    @property
    def picture(self) -> Path | None:
        return picture_path(self.path)

    @property
    def picture_sha256(self) -> str | None:
        """SHA-256 of the picture's bytes, where there is one."""
        return None if self.picture is None else remembered_sha256(self.picture)


def entries() -> tuple[StyleEntry, ...]:
    """All styles, sorted by name; of two own files with one name both are there."""
    own = _own()
    taken = {entry.name for entry in own}
    builtin = [_entry(path, builtin=True) for path in assets.codes()]
    others = [entry for entry in builtin if entry.name not in taken]
    return tuple(sorted([*own, *others], key=lambda entry: (entry.name, entry.path.name)))


def show(name: str) -> StyleEntry:
    """The style ``name``, written as a name or as a title (“Starry Night”).

    Raises :class:`BadRequest` when there is none or more than one.
    """
    wanted = slug(name)
    named = [path for path in _files() if slug(path.stem) == wanted]
    if len(named) > 1:
        raise BadRequest(
            "Two files of the style library are called “{name}”: {files}.",
            hint="Rename one of them in {folder}.",
            name=wanted,
            files=" and ".join(path.name for path in named[:2]),
            folder=str(styles_dir()),
        )
    if named:
        return _entry(named[0])
    for path in assets.codes():
        if slug(path.stem) == wanted:
            return _entry(path, builtin=True)
    titled = [entry for entry in _own() if wanted and slug(entry.title) == wanted]
    if len(titled) == 1:
        return titled[0]
    raise BadRequest("The style library has no “{name}”.", hint=_alternatives(wanted), name=name)


def picture_path(path: Path) -> Path | None:
    """The file that shows what the style in ``path`` looks like: a picture itself, what is shipped beside a built-in
    code, None for other codes.
    """
    return assets.picture_of(path) if codes.is_code(path) else path


def opened(path: Path) -> tuple[Raster | None, Path | None]:
    """The file of a style as a picture, and as the path of a code: (picture, None) or (None, path), and both for a
    built-in one whose picture is shipped.

    Raises :class:`BadPicture`.
    """
    if not codes.is_code(path):
        return read_picture(path).raster, None
    shipped = assets.picture_of(path)
    return None if shipped is None else _shipped(shipped), path


def check(path: Path) -> None:
    """Raise :class:`BadPicture` for a picture that cannot be read, :class:`BadRequest` for no code."""
    if codes.is_code(path):
        codes.check(path)
    else:
        read_picture(path)


def add(path: Path, name: str | None = None) -> StyleEntry:
    """Copy a picture or a code into the library under ``name``, or its file's.

    Adding the same file under the same name again changes nothing. Raises :class:`BadPicture`
    for what cannot be read, and :class:`BadRequest` for a name that is taken or has no letters and
    for a file that is no code.
    """
    check(path)
    suffix = path.suffix.lower()
    if suffix not in (*SUFFIXES, codes.SUFFIX):
        raise BadPicture(
            "{file} does not have the suffix of a picture.",
            hint="Styles can be {suffixes}.",
            file=path.name,
            suffixes=", ".join(SUFFIXES),
        )
    wanted = slug(name if name is not None else path.stem)
    if not wanted:
        raise BadRequest(
            "No name can be made from “{name}”.",
            hint="Give a name with letters or digits.",
            name=name if name is not None else path.stem,
        )
    with _changing():
        taken = [each for each in entries() if each.name == wanted and not each.builtin]
        if not taken:
            return _entry(_kept(path, f"{wanted}{suffix}"))
    if taken[0].sha256 == remembered_sha256(path):
        return taken[0]
    raise BadRequest(
        "The style library already has a style called “{name}”.",
        hint="Give a name with --name, or first run: velatura styles remove {name}",
        name=wanted,
    )


def take_in(path: Path, title: str, *, pixels: int = PIXELS) -> StyleEntry:
    """Copy a picture or a code, whatever its file is called, into the library under a name that is free.

    The copy is called after ``title``; where another style has the name that this gives, a number follows (``sea-2``).
    The same bytes are kept once under a name, with or without a number. Raises :class:`BadPicture` for what is neither
    picture nor code, :class:`TooLarge` for a picture of more than ``pixels``, and :class:`OSError` when the library
    cannot be changed.
    """
    suffix = _suffix_of(path, pixels)
    digest = sha256_of(path)
    with _changing():
        known = entries()
        for stem in numbered(_stem_of(title), " "):
            taken = [each for each in known if each.name == slug(stem)]
            same = [each for each in taken if each.sha256 == digest]
            if same or not taken:
                break
        return same[0] if same else _entry(_kept(path, f"{stem}{suffix}"))


def remove(name: str) -> StyleEntry:
    """Delete the style ``name`` and return what it was. Raises :class:`BadRequest` for no such, and
    for one that is built in.
    """
    with _changing():
        entry = show(name)
        if entry.builtin:
            raise BadRequest("{title} is built in and cannot be removed.", title=entry.title)
        entry.path.unlink()
        marks.put(entry.name, marks.Mark())
        for small in (_thumbnail_path(entry), _look_path(entry)):
            small.unlink(missing_ok=True)
    return entry


def change(
    name: str,
    *,
    favourite: bool | None = None,
    collections: Sequence[str] | None = None,
    title: str | None = None,
) -> StyleEntry:
    """Say of the style ``name`` whether it is a ``favourite``, which ``collections`` it is in, what it is called.

    None leaves a thing as it is; an empty ``title`` is the file's own again. The style's name stays. Raises
    :class:`BadRequest` for a style that is not there, for the title of one that is built in, and for a title or a
    collection that is none, and :class:`OSError` when the library cannot be changed.
    """
    with _changing():
        entry = show(name)
        if title is not None and entry.builtin:
            raise BadRequest("{title} is built in and cannot be renamed.", title=entry.title)
        mark = marks.read().get(entry.name, marks.Mark())
        mark = marks.Mark(
            favourite=mark.favourite if favourite is None else favourite,
            collections=(
                mark.collections if collections is None else marks.checked_collections(collections)
            ),
            title=mark.title if title is None else marks.checked_title(title),
        )
        marks.put(entry.name, mark)
        return _entry(entry.path, builtin=entry.builtin)


def thumbnail(entry: StyleEntry) -> Path | None:
    """A picture of the style, at most 160 px long: a built-in one's is there, a picture's is made at its
    first use, an own code has none. Raises :class:`BadPicture`.
    """
    if entry.builtin:
        return entry.path.with_suffix(".jpg")
    if codes.is_code(entry.path):
        return None
    return _reduced(entry, THUMBNAIL, _thumbnail_path(entry))


def look(entry: StyleEntry) -> Path | None:
    """A JPEG of a style's picture, at most 640 px long; None for a code without one. Raises :class:`BadPicture`."""
    if codes.is_code(entry.path):
        return entry.picture
    return _reduced(entry, LOOK, _look_path(entry))


@lru_cache(maxsize=8)
def _shipped(path: Path) -> Raster:
    """A picture that is there for good, read once."""
    return read_picture(path).raster


def _reduced(entry: StyleEntry, side: int, path: Path) -> Path:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        small = reduced(read_picture(entry.path).raster, side)
        write_picture(path, converted(small, depth="u8", transfer="srgb"))
    return path


def _thumbnail_path(entry: StyleEntry) -> Path:
    return cache_dir() / "thumbnails" / f"{entry.sha256}.png"


def _look_path(entry: StyleEntry) -> Path:
    return cache_dir() / "thumbnails" / f"{entry.sha256}.jpg"


def _entry(path: Path, *, builtin: bool = False) -> StyleEntry:
    # A file's name need not be text; what is shown and sent must be.
    title = codes.facts(path).title if codes.is_code(path) else _as_text(path.stem)
    entry = StyleEntry(slug(path.stem), path, remembered_sha256(path), title, builtin)
    mark = marks.read().get(entry.name)
    if mark is None:
        return entry
    return replace(
        entry,
        title=entry.title if builtin else mark.title or entry.title,
        favourite=mark.favourite,
        collections=mark.collections,
    )


def _as_text(name: str) -> str:
    return name.encode(errors="replace").decode()


def _own() -> list[StyleEntry]:
    found = []
    for path in _files():
        # One that is removed meanwhile is no style any more.
        with suppress(FileNotFoundError):
            found.append(_entry(path))
    return found


def _files() -> list[Path]:
    folder = styles_dir()
    if not folder.is_dir():
        return []
    found = [
        path
        for path in folder.iterdir()
        if path.suffix.lower() in (*SUFFIXES, codes.SUFFIX)
        and path.is_file()
        and not path.name.startswith(".")
    ]
    return sorted(found, key=lambda path: (slug(path.stem), path.name))


def _stem_of(title: str) -> str:
    """``title`` as a file can be called everywhere, with something to make a name of."""
    text = unicodedata.normalize("NFC", title)
    kept = "".join(each if each.isalnum() or each in " -_'" else " " for each in text)
    stem = " ".join(kept.split())[:LONGEST_STEM].strip()
    return stem if slug(stem) else "style"


def _suffix_of(path: Path, pixels: int) -> str:
    """How a style's file should end, from what is in it; every byte is read."""
    try:
        codes.check(path)
    except BadRequest:
        pass
    else:
        return codes.SUFFIX
    found = read_picture(path, pixels=pixels).format
    if found not in _SUFFIX_OF:
        raise BadPicture(
            "{path} is a kind of picture that cannot be kept as a style ({found}).",
            hint="Styles can be {suffixes}.",
            path=str(path),
            found=found,
            suffixes=", ".join(SUFFIXES),
        )
    return _SUFFIX_OF[found]


@contextmanager
def _changing() -> Iterator[None]:
    """Nobody else changes the library meanwhile."""
    folder = styles_dir()
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder.with_suffix(".lock")):
        yield


def _kept(path: Path, name: str) -> Path:
    """A copy of ``path`` in the library, there as a whole or not at all. Only while :func:`_changing`."""
    target = styles_dir() / name
    for left in target.parent.glob(".*.draft"):  # of a process that was killed
        left.unlink()
    draft = target.with_name(f".{name}.draft")
    try:
        with path.open("rb") as source, draft.open("wb") as copy:
            shutil.copyfileobj(source, copy)
            copy.flush()
            os.fsync(copy.fileno())
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    return target


def _alternatives(wanted: str) -> Text:
    names = sorted({slug(path.stem) for path in (*_files(), *assets.codes())})
    close = difflib.get_close_matches(wanted, names)
    if close:
        return Text("Did you mean {names}?", names=either(close))
    return Text("“velatura styles list” shows what there is; “velatura styles add FILE” adds one.")

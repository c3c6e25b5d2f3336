"""Presets to give away: one file with a preset and its styles' files, as ``presets export`` makes and ``add`` takes it.

A zip archive: ``preset.json``, and ``styles/NAME.SUFFIX`` for each style that did not come with Velatura. What others
made is trusted in nothing: only names that the preset mentions are looked at, and only so many bytes of each.
"""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from velatura.errors import BadRequest, TooLarge, VelaturaError
from velatura.library import codes, presets, styles
from velatura.library.checksums import sha256_of
from velatura.library.names import free_name, slug
from velatura.library.presets import Preset

SUFFIX = ".velatura"
PRESET = "preset.json"
FOLDER = "styles"

LARGEST_STYLE = 64 << 20
"""Bytes of one style's file."""
LARGEST = 256 << 20
"""Bytes of all of them."""


@dataclass(frozen=True)
class Added:
    """A preset that was taken in, under the name that it has now; ``renamed`` says what styles are called here."""

    preset: Preset
    renamed: dict[str, str]


def export(name: str, target: Path) -> Preset:
    """Write the preset ``name`` and its styles to ``target``.

    Raises :class:`BadRequest` for a preset or style that is not there and for a place that cannot be written to.
    """
    preset = presets.show(name)
    files = [entry for entry in _entries_of(preset) if not entry.builtin]
    draft = target.with_name(f".{target.name}.part")
    try:
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_STORED) as archive:
            archive.writestr(PRESET, presets.to_json(preset))
            for entry in files:
                archive.write(entry.path, f"{FOLDER}/{entry.name}{entry.path.suffix.lower()}")
        draft.replace(target)
    except OSError as error:
        raise BadRequest(
            "{target} cannot be written: {reason}.",
            hint="Check that the folder exists and can be written to.",
            target=str(target),
            reason=error.strerror or str(error),
        ) from error
    finally:
        draft.unlink(missing_ok=True)
    return preset


def add(source: Path) -> Added:
    """Take in the preset in ``source`` and its styles; nothing that is here is replaced by something else.

    A preset or style whose name another has gets a free one. Raises :class:`BadRequest` for what is no such file and
    for a preset whose styles are missing, :class:`TooLarge`, and what :func:`styles.check` raises; then nothing is
    taken in.
    """
    with tempfile.TemporaryDirectory(prefix="velatura-") as folder:
        with _opened(source) as archive:
            data = _read(archive, PRESET, presets.LARGEST, source)
            preset = presets.from_json(data, str(source))
            files = _unpacked_styles(archive, preset, Path(folder), source)
        for file in files.values():
            styles.check(file)
        kept = {name: keep(file, name) for name, file in files.items()}
    here = replace(
        preset,
        styles=tuple(
            replace(style, name=kept.get(style.name, style.name)) for style in preset.styles
        ),
    )
    return Added(_kept(here), {a: b for a, b in kept.items() if a != b})


def keep(path: Path, wanted: str) -> str:
    """Have the style in ``path`` in the library, as ``wanted`` if that is free; its name there.

    One with the same bytes is taken for it. Raises what :func:`styles.add` raises.
    """
    known = styles.entries()
    digest = sha256_of(path)
    same = [entry.name for entry in known if entry.sha256 == digest]
    if same:
        return wanted if wanted in same else same[0]
    name = free_name(slug(wanted) or "style", {entry.name for entry in known})
    return styles.add(path, name).name


def _kept(preset: Preset) -> Preset:
    """``preset`` as it is kept: the one that is here already, or saved under a free name."""
    wanted = slug(preset.name) or "preset"
    here = {each.name: each for each in presets.entries()}
    same = [name for name, each in here.items() if each == replace(preset, name=name)]
    if same:
        return here[wanted if wanted in same else same[0]]
    return presets.save(replace(preset, name=free_name(wanted, here)))


def _entries_of(preset: Preset) -> Iterator[styles.StyleEntry]:
    for name in dict.fromkeys(style.name for style in preset.styles):
        yield styles.show(name)


def _unpacked_styles(
    archive: zipfile.ZipFile, preset: Preset, folder: Path, source: Path
) -> dict[str, Path]:
    """The files of the preset's styles by name; those that are built in have none."""
    files: dict[str, Path] = {}
    left = LARGEST
    for name in dict.fromkeys(style.name for style in preset.styles):
        file = _unpacked(archive, name, folder, left, source)
        if file is not None:
            files[name] = file
            left -= file.stat().st_size
    return files


def _unpacked(
    archive: zipfile.ZipFile, name: str, folder: Path, left: int, source: Path
) -> Path | None:
    """The file of the style ``name``, unpacked into ``folder``; None for one that is built in."""
    packed = set(archive.namelist())
    for suffix in (codes.SUFFIX, *styles.SUFFIXES):
        inside = f"{FOLDER}/{slug(name)}{suffix}"
        if inside in packed:
            target = folder / f"{slug(name)}{suffix}"
            target.write_bytes(_read(archive, inside, min(left, LARGEST_STYLE), source))
            return target
    if any(entry.builtin and entry.name == slug(name) for entry in styles.entries()):
        return None
    raise BadRequest(
        "{file} lacks the style “{name}” of its preset.",
        hint="Export it again.",
        file=str(source),
        name=name,
    )


def _read(archive: zipfile.ZipFile, inside: str, most: int, source: Path) -> bytes:
    """What ``inside`` unpacks to, whatever the archive says of its size."""
    with archive.open(inside) as stream:
        data = stream.read(most + 1)
    if len(data) > most:
        raise TooLarge(
            "{file} is too large for a preset: {inside} has more than {most} bytes.",
            hint="Make its styles' pictures smaller.",
            file=str(source),
            inside=inside,
            most=most,
        )
    return data


@contextmanager
def _opened(source: Path) -> Iterator[zipfile.ZipFile]:
    """The archive; everything that reading it meets becomes one sentence."""
    try:
        stream = source.open("rb")
    except FileNotFoundError as error:
        raise BadRequest(
            "There is no file {file}.", hint="Check the path.", file=str(source)
        ) from error
    except IsADirectoryError as error:
        raise BadRequest(
            "{file} is a folder.", hint="Name a file in it.", file=str(source)
        ) from error
    with stream:
        try:
            with zipfile.ZipFile(stream) as archive:
                yield archive
        except (VelaturaError, MemoryError):
            raise
        except Exception as error:
            # What zipfile raises for damaged archives is of no one kind: OSError, RuntimeError,
            # struct.error, …
            raise BadRequest(
                "{file} is not a preset file, or is damaged.",
                hint="`velatura presets export NAME FILE` makes one.",
                file=str(source),
            ) from error

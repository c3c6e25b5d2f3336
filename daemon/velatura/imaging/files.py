"""Picture files to rasters and back: PNG, JPEG, WebP, TIFF and OpenEXR, and more to read."""

from __future__ import annotations

import io
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO

from PIL import UnidentifiedImageError

from velatura.errors import BadPicture, BadRequest, TooLarge, VelaturaError
from velatura.imaging.decoders import decoded
from velatura.imaging.embedded import JPEG_LARGEST, packet
from velatura.imaging.encoders import SUFFIXES, encode
from velatura.imaging.managed import Picture, encoded, picture_of
from velatura.imaging.raster import Raster, require_finite

__all__ = ["PIXELS", "SIDE", "Picture", "read_picture", "require_writable", "write_picture"]

PIXELS = 1 << 28
"""Most pixels that a picture may have unless told otherwise: 16384 × 16384."""

SIDE = 65535
"""Longest side that a picture may have, in pixels, unless told otherwise."""


def read_picture(source: Path | bytes, *, pixels: int = PIXELS, side: int = SIDE) -> Picture:
    """The first picture in a file, or in a file's bytes, upright as its EXIF orientation says.

    In the file's own depth; bilevel and palette pictures come as u8. Colours of other profiles than
    sRGB come as floats, see :func:`~velatura.imaging.managed.picture_of`. Raises :class:`TooLarge`
    over ``pixels`` in all or ``side`` along one, before anything is decoded, and
    :class:`BadPicture` for everything that is not there, not a picture or damaged.
    """
    name = "The data" if isinstance(source, bytes) else str(source)

    def require(width: int, height: int) -> None:
        _require_size(width, height, name, pixels, side)

    with _opened(source, name) as stream, _decoding(name):
        file = decoded(stream, require)
        require_finite(Raster(file.pixels[:, :, :4]), name)
        picture = picture_of(file)
    require_finite(picture.raster, name)
    return picture


@contextmanager
def _opened(source: Path | bytes, name: str) -> Iterator[IO[bytes]]:
    if isinstance(source, bytes):
        if not source:
            raise BadPicture("The picture is empty: it has no bytes.")
        yield io.BytesIO(source)
        return
    try:
        size = source.stat().st_size
        stream = source.open("rb")
    except FileNotFoundError as error:
        raise BadPicture("There is no file {name}.", hint="Check the path.", name=name) from error
    except IsADirectoryError as error:
        raise BadPicture("{name} is a folder.", hint="Name a picture in it.", name=name) from error
    except OSError as error:
        raise BadPicture(
            "{name} cannot be opened: {reason}.", name=name, reason=error.strerror or str(error)
        ) from error
    with stream:
        if size == 0:
            raise BadPicture(
                "{name} is empty.", hint="The file may not have been saved fully.", name=name
            )
        yield stream


@contextmanager
def _decoding(name: str) -> Iterator[None]:
    try:
        yield
    except (VelaturaError, MemoryError):
        raise
    except UnidentifiedImageError as error:
        raise BadPicture(
            "{name} is not a picture that can be read.",
            hint="PNG, JPEG, WebP, TIFF, OpenEXR, GIF, BMP and AVIF can.",
            name=name,
        ) from error
    except Exception as error:
        # What decoders raise for damaged files is of no one kind: OSError, SyntaxError,
        # struct.error, …
        raise BadPicture(
            "{name} is damaged or cut off: {reason}.",
            hint="Save or download the picture again.",
            name=name,
            reason=str(error).rstrip(".") or type(error).__name__,
        ) from error


def _require_size(width: int, height: int, name: str, pixels: int, side: int) -> None:
    if max(width, height) > side:
        raise TooLarge(
            "{name} has {width} × {height} pixels; a side may have at most {side}.",
            hint="Make it smaller first.",
            name=name,
            width=width,
            height=height,
            side=side,
        )
    if width * height > pixels:
        raise TooLarge(
            "{name} has {width} × {height} pixels; at most {pixels} are allowed in all.",
            hint="Make it smaller first.",
            name=name,
            width=width,
            height=height,
            pixels=pixels,
        )


def write_picture(
    path: Path,
    raster: Raster,
    *,
    like: Picture | None = None,
    quality: int = 95,
    recipe: str | None = None,
) -> list[str]:
    """Write ``raster`` as the format that ``path``'s suffix names and return notes about what that
    format cannot hold.

    With ``like`` the file has its depth and its profile, and every pixel that is as it was read has
    the value it was read from; else it is sRGB, and floats are linear. JPEG and WebP hold 8 bits,
    PNG 16, TIFF all, OpenEXR floats; JPEG is laid on white. ``quality`` 1…100 is that of JPEG and
    WebP. ``recipe`` is a text that goes along inside the file. The file appears whole or not at
    all. Raises :class:`BadRequest` for another suffix and for places that cannot be written to.
    """
    file_format = _format_of(path)
    picture, notes = encoded(raster, file_format, like)
    if recipe is not None and file_format == "JPEG" and len(packet(recipe)) > JPEG_LARGEST:
        notes.append("The recipe is too long for a JPEG; it was left out.")
        recipe = None
    picture = replace(picture, text=recipe)
    try:
        with _replacing(path) as stream:
            encode(stream, picture, file_format, quality)
    except OSError as error:
        raise BadRequest(
            "{path} cannot be written: {reason}.",
            hint="Check that the folder exists and can be written to.",
            path=str(path),
            reason=error.strerror or str(error),
        ) from error
    except ValueError as error:
        raise BadRequest(
            "{path} cannot be written as {format}: {error}.",
            path=str(path),
            format=file_format,
            error=str(error),
        ) from error
    return notes


def require_writable(path: Path) -> None:
    """Raise :class:`BadRequest` when :func:`write_picture` could not write ``path``, as far as that
    can be known before.
    """
    _format_of(path)
    if path.is_dir():
        raise BadRequest("{path} is a folder.", hint="Name a file in it.", path=str(path))
    if not path.parent.is_dir():
        raise BadRequest(
            "There is no folder {folder}.", hint="Make it first.", folder=str(path.parent)
        )
    if not os.access(path.parent, os.W_OK):
        raise BadRequest("The folder {folder} cannot be written to.", folder=str(path.parent))


def _format_of(path: Path) -> str:
    file_format = SUFFIXES.get(path.suffix.lower())
    if file_format is None:
        raise BadRequest(
            "{file} does not have the suffix of a format that can be written.",
            hint="Use one of {suffixes}.",
            file=path.name,
            suffixes=", ".join(SUFFIXES),
        )
    return file_format


@contextmanager
def _replacing(path: Path) -> Iterator[IO[bytes]]:
    """A stream whose bytes become ``path`` at once at the end, or leave no trace when anything is
    raised.
    """
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with part.open("xb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)

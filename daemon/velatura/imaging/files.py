"""Picture files to rasters and back, by way of Pillow."""

from __future__ import annotations

import io
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from velatura.errors import BadPicture, BadRequest, TooLarge, VelaturaError
from velatura.imaging.alpha import coverage
from velatura.imaging.colour import converted, from_float, to_float
from velatura.imaging.raster import Pixels, Raster, require_finite

PIXELS = 1 << 28
"""Most pixels that a picture may have unless told otherwise: 16384 × 16384."""

SIDE = 65535
"""Longest side that a picture may have, in pixels, unless told otherwise."""

# Pillow also reads formats that start other programs (EPS) or that are no pictures; none of those
# are wanted here.
_READ = (
    "PNG", "JPEG", "WEBP", "TIFF", "GIF", "BMP", "DIB", "PPM", "TGA", "AVIF", "JPEG2000",
    "ICO", "QOI", "DDS", "PCX", "SGI",
)  # fmt: skip

_WRITTEN = {
    ".png": "PNG",
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".webp": "WEBP",
    ".tif": "TIFF",
    ".tiff": "TIFF",
}

_PROFILE_SPACES = dict.fromkeys(("L", "LA", "I;16"), b"GRAY") | dict.fromkeys(
    ("RGB", "RGBA"), b"RGB "
)
"""By an image's mode, what the header of an ICC profile for it says in bytes 16 to 19 (ICC.1, 7.2).
"""

# The limits below are checked instead, before a pixel is decoded, with an error of ours.
Image.MAX_IMAGE_PIXELS = None


@dataclass(frozen=True)
class Picture:
    """A file's pixels and what is known about them.

    ``icc_profile`` describes the raster's colours where the file had one that still applies;
    ``format`` is Pillow's name of the file's format; ``notes`` are sentences for the person about
    what was not taken over.
    """

    raster: Raster
    icc_profile: bytes | None
    format: str
    notes: tuple[str, ...] = ()


def read_picture(source: Path | bytes, *, pixels: int = PIXELS, side: int = SIDE) -> Picture:
    """The first picture in a file, or in a file's bytes, upright as its EXIF orientation says.

    Bilevel and palette pictures come as u8, 16-bit grey as u16, float grey as f32, CMYK as sRGB
    through its own profile. Raises :class:`TooLarge` over ``pixels`` in all or ``side`` along one,
    before anything is decoded, and :class:`BadPicture` for everything that is not there, not a
    picture or damaged.
    """
    name = "The data" if isinstance(source, bytes) else str(source)
    with _opened(source, name) as stream, _decoding(name):
        image = _identified(stream)
        _require_size(image, name, pixels, side)
        notes = _losses(image)
        picture_format = image.format or ""
        image = ImageOps.exif_transpose(image)
        profile: bytes | None = image.info.get("icc_profile")
        if image.mode == "CMYK":
            image, profile = _rgb_from_cmyk(image, profile, notes), None
        raster = Raster(_pixels(image, notes))
    require_finite(raster, name)
    return Picture(raster, profile, picture_format, tuple(notes))


def _identified(stream: IO[bytes]) -> Image.Image:
    """The picture in ``stream``. The usual formats are tried before the drivers of all others are loaded."""
    Image.preinit()
    try:
        return Image.open(stream, formats=_formats())
    except UnidentifiedImageError:
        Image.init()
        stream.seek(0)
        return Image.open(stream, formats=_formats())


def _formats() -> list[str]:
    return [name for name in _READ if name in Image.OPEN]


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
        raise BadPicture(f"There is no file {name}.", hint="Check the path.") from error
    except IsADirectoryError as error:
        raise BadPicture(f"{name} is a folder.", hint="Name a picture in it.") from error
    except OSError as error:
        raise BadPicture(f"{name} cannot be opened: {error.strerror or error}.") from error
    with stream:
        if size == 0:
            raise BadPicture(f"{name} is empty.", hint="The file may not have been saved fully.")
        yield stream


@contextmanager
def _decoding(name: str) -> Iterator[None]:
    try:
        yield
    except (VelaturaError, MemoryError):
        raise
    except UnidentifiedImageError as error:
        raise BadPicture(
            f"{name} is not a picture that can be read.",
            hint="PNG, JPEG, WebP, TIFF, GIF, BMP and AVIF can.",
        ) from error
    except Exception as error:
        # What Pillow's decoders raise for damaged files is of no one kind: OSError, SyntaxError,
        # struct.error, …
        raise BadPicture(
            f"{name} is damaged or cut off: {str(error).rstrip('.') or type(error).__name__}.",
            hint="Save or download the picture again.",
        ) from error


def _require_size(image: Image.Image, name: str, pixels: int, side: int) -> None:
    width, height = image.size
    if max(width, height) > side:
        raise TooLarge(
            f"{name} has {width} × {height} pixels; a side may have at most {side}.",
            hint="Make it smaller first.",
        )
    if width * height > pixels:
        raise TooLarge(
            f"{name} has {width} × {height} pixels; together at most {pixels} are allowed.",
            hint="Make it smaller first.",
        )


def _losses(image: Image.Image) -> list[str]:
    """What of an opened file does not come through."""
    notes = []
    frames = getattr(image, "n_frames", 1)
    if frames > 1:
        notes.append(f"The file holds {frames} pictures; the first was taken.")
    sixteen = any(";16" in str(tile[3]) for tile in getattr(image, "tile", ()))
    if sixteen and image.mode in ("LA", "RGB", "RGBA", "CMYK"):
        notes.append("Of the file's 16 bits per channel 8 were read.")
    return notes


def _rgb_from_cmyk(image: Image.Image, profile: bytes | None, notes: list[str]) -> Image.Image:
    if profile is not None:
        try:
            inks = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted_image = ImageCms.profileToProfile(
                image, inks, ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
        except (ImageCms.PyCMSError, OSError):
            notes.append("The file's CMYK profile cannot be used; its colours are approximate.")
        else:
            assert converted_image is not None
            return converted_image
    else:
        notes.append("The file is CMYK without a profile; its colours are approximate.")
    return image.convert("RGB")


def _pixels(image: Image.Image, notes: list[str]) -> Pixels:
    """An image of any mode as (height, width, channels) of u8, u16 or f32."""
    if image.mode == "F" or image.mode.startswith("I"):
        wide: Pixels = np.asarray(image)[:, :, None]
        if image.mode == "I":
            if wide.min() < 0 or wide.max() > 0xFFFF:
                notes.append("Values beyond 16 bits were clipped.")
            wide = np.clip(wide, 0, 0xFFFF)
        return wide.astype("<f4" if image.mode == "F" else "<u2")
    grey = image.mode in ("1", "L", "LA", "La")
    mode = ("LA" if grey else "RGBA") if image.has_transparency_data else ("L" if grey else "RGB")
    array = np.array(image if image.mode == mode else image.convert(mode))
    return array.reshape(image.height, image.width, -1)


def write_picture(
    path: Path, raster: Raster, *, icc_profile: bytes | None = None, quality: int = 95
) -> list[str]:
    """Write ``raster`` as the format that ``path``'s suffix names and return notes about what that
    format cannot hold.

    PNG, JPEG, WebP and TIFF. Grey without alpha keeps 16 bits in PNG and TIFF, everything else gets
    8 per channel; JPEG is laid on white. ``quality`` 1…100 is that of JPEG and WebP. The file
    appears whole or not at all. Raises :class:`BadRequest` for another suffix and for places that
    cannot be written to.
    """
    file_format = _format_of(path)
    image, notes = _image_of(raster, file_format)
    options: dict[str, Any] = {"format": file_format}
    if file_format in ("JPEG", "WEBP"):
        options["quality"] = quality
    if icc_profile is not None and icc_profile[16:20] == _PROFILE_SPACES[image.mode]:
        options["icc_profile"] = icc_profile
    try:
        with _replacing(path) as stream:
            image.save(stream, **options)
    except OSError as error:
        raise BadRequest(
            f"{path} cannot be written: {error.strerror or error}.",
            hint="Check that the folder exists and may be written to.",
        ) from error
    except ValueError as error:
        raise BadRequest(f"{path} cannot be written as {file_format}: {error}.") from error
    return notes


def require_writable(path: Path) -> None:
    """Raise :class:`BadRequest` when :func:`write_picture` could not write ``path``, as far as that
    can be known before.
    """
    _format_of(path)
    if path.is_dir():
        raise BadRequest(f"{path} is a folder.", hint="Name a file in it.")
    if not path.parent.is_dir():
        raise BadRequest(f"There is no folder {path.parent}.", hint="Make it first.")
    if not os.access(path.parent, os.W_OK):
        raise BadRequest(f"The folder {path.parent} may not be written to.")


def _format_of(path: Path) -> str:
    file_format = _WRITTEN.get(path.suffix.lower())
    if file_format is None:
        raise BadRequest(
            f"{path.name} has no suffix of a format that can be written.",
            hint=f"Use one of {', '.join(_WRITTEN)}.",
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


def _image_of(raster: Raster, file_format: str) -> tuple[Image.Image, list[str]]:
    notes: list[str] = []
    if raster.channels == 1 and raster.depth != "u8" and file_format in ("PNG", "TIFF"):
        grey = converted(raster, depth="u16", transfer="srgb")
        return Image.fromarray(grey.pixels[:, :, 0]), notes
    if raster.depth != "u8":
        notes.append(
            f"{file_format} was written with 8 bits per channel instead of {raster.depth}."
        )
    if raster.has_alpha and file_format == "JPEG":
        notes.append("JPEG holds no transparency; the picture was laid on white.")
        opacity = coverage(raster)
        flat = to_float(raster) * opacity + (1 - opacity)
        return Image.fromarray(from_float(flat)), notes
    pixels = converted(raster, depth="u8", transfer="srgb").pixels
    squeezed = pixels[:, :, 0] if raster.channels == 1 else pixels
    return Image.fromarray(np.ascontiguousarray(squeezed)), notes

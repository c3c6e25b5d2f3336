"""The pixels of a file as it holds them: colours are not converted here, see :mod:`~velatura.imaging.files`.

Pillow reads what has 8 bits. PNG and TIFF of more come by way of imagecodecs and tifffile, OpenEXR
by its own library; those are imported when a file needs them.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from velatura.errors import BadPicture
from velatura.imaging.profiles import linear_profile
from velatura.imaging.raster import Pixels

if TYPE_CHECKING:
    from tifffile import TiffPage

# Pillow also reads formats that start other programs (EPS) or that are no pictures; none of those
# are wanted here.
_READ = (
    "PNG", "JPEG", "WEBP", "TIFF", "GIF", "BMP", "DIB", "PPM", "TGA", "AVIF", "JPEG2000",
    "ICO", "QOI", "DDS", "PCX", "SGI",
)  # fmt: skip

_EXR = b"\x76\x2f\x31\x01"
_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_BITS_PER_SAMPLE, _ORIENTATION, _PROFILE = 258, 274, 34675
# TIFF 6.0, PhotometricInterpretation and ExtraSamples.
_WHITE_IS_ZERO, _GREY, _RGB, _INKS = 0, 1, 2, 5
_ASSOCIATED, _UNASSOCIATED = 1, 2

_UPRIGHT: dict[int, Callable[[Pixels], Pixels]] = {
    2: lambda stored: stored[:, ::-1],
    3: lambda stored: stored[::-1, ::-1],
    4: lambda stored: stored[::-1],
    5: lambda stored: stored.swapaxes(0, 1),
    6: lambda stored: stored.swapaxes(0, 1)[:, ::-1],
    7: lambda stored: stored.swapaxes(0, 1)[::-1, ::-1],
    8: lambda stored: stored.swapaxes(0, 1)[::-1],
}
"""By EXIF's orientation, how to lay (h, w, c) upright; 1 is."""

Require = Callable[[int, int], None]
"""Given a width and a height, raises :class:`TooLarge` for a picture over the limits."""

# The limits are checked instead, before a pixel is decoded, with an error of ours.
Image.MAX_IMAGE_PIXELS = None


@dataclass(frozen=True)
class Decoded:
    """What lies in a file: (h, w, c) upright pixels of 8 or 16 bits, half or float.

    ``inks`` says that the first four channels are CMYK, ``associated`` that colours are multiplied
    by alpha. ``chromaticities`` are an EXR's: x and y of red, green, blue and white.
    """

    pixels: Pixels
    format: str
    profile: bytes | None = None
    inks: bool = False
    associated: bool = False
    chromaticities: tuple[float, ...] | None = None
    notes: list[str] = field(default_factory=list)


def decoded(stream: IO[bytes], require: Require) -> Decoded:
    """The first picture in ``stream``. ``require`` is asked before anything is decoded.

    Raises whatever the decoders raise for damaged files, which is of no one kind, and
    ``UnidentifiedImageError`` for what is no picture.
    """
    start = stream.read(4)
    stream.seek(0)
    if start == _EXR:
        return _from_exr(stream, require)
    try:
        image = _identified(stream)
    except UnidentifiedImageError:
        if start not in _TIFF:
            raise
        return _from_tiff(stream, require)
    require(*image.size)
    if image.format == "TIFF" and image.mode != "I" and _tiff_bits(image) > 8:
        return _from_tiff(stream, require)
    if image.format == "PNG" and _is_deep(image):
        return _from_deep_png(stream, image)
    return _from_pillow(image)


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


def _is_deep(image: Image.Image) -> bool:
    """Whether an opened file has 16 bits, whatever Pillow would make of them."""
    return any(";16" in str(tile[3]) for tile in getattr(image, "tile", ()))


def _upright(pixels: Pixels, orientation: int) -> Pixels:
    turn = _UPRIGHT.get(orientation)
    return pixels if turn is None else np.ascontiguousarray(turn(pixels))


def _from_pillow(image: Image.Image) -> Decoded:
    notes = []
    frames = getattr(image, "n_frames", 1)
    if frames > 1:
        notes.append(f"The file holds {frames} pictures; the first was used.")
    if _is_deep(image) and image.mode in ("LA", "RGB", "RGBA", "CMYK"):
        notes.append("Only 8 of the file's 16 bits per channel were read.")
    picture_format = image.format or ""
    image = ImageOps.exif_transpose(image)
    profile: bytes | None = image.info.get("icc_profile")
    return Decoded(
        _pixels(image, notes), picture_format, profile, inks=image.mode == "CMYK", notes=notes
    )


def _pixels(image: Image.Image, notes: list[str]) -> Pixels:
    """An image of any mode as (height, width, channels) of u8, u16 or f32."""
    if image.mode == "F" or image.mode.startswith("I"):
        wide: Pixels = np.asarray(image)[:, :, None]
        return wide.astype("<f4") if image.mode == "F" else _sixteen(wide, notes)
    if image.mode == "CMYK":
        return np.array(image)
    grey = image.mode in ("1", "L", "LA", "La")
    mode = ("LA" if grey else "RGBA") if image.has_transparency_data else ("L" if grey else "RGB")
    array = np.array(image if image.mode == mode else image.convert(mode))
    return array.reshape(image.height, image.width, -1)


def _sixteen(integers: Pixels, notes: list[str]) -> Pixels:
    """Integers of any width as u16, those beyond clipped with a note."""
    if integers.dtype.itemsize > 2 or integers.dtype.kind == "i":
        if integers.min() < 0 or integers.max() > 0xFFFF:
            notes.append("Values beyond 16 bits were clipped.")
        integers = np.clip(integers, 0, 0xFFFF)
    return integers.astype("<u2", copy=False)


def _from_deep_png(stream: IO[bytes], image: Image.Image) -> Decoded:
    import imagecodecs

    stream.seek(0)
    data = stream.read()
    pixels = imagecodecs.png_decode(data)
    pixels = pixels.reshape(*pixels.shape[:2], -1)
    # Pillow decodes the whole picture to look for what may stand behind it.
    orientation = image.getexif().get(_ORIENTATION, 1) if b"eXIf" in data else 1
    return Decoded(_upright(pixels, orientation), "PNG", image.info.get("icc_profile"))


def _tiff_bits(image: Image.Image) -> int:
    bits = getattr(image, "tag_v2", {}).get(_BITS_PER_SAMPLE, 1)
    return max(bits) if isinstance(bits, tuple) else int(bits)


def _from_tiff(stream: IO[bytes], require: Require) -> Decoded:
    from tifffile import TiffFile

    # What it logs about damaged files is for programmers; what matters it raises.
    logging.getLogger("tifffile").setLevel(logging.CRITICAL)
    stream.seek(0)
    notes: list[str] = []
    with TiffFile(stream) as file:
        page = file.pages.first
        require(page.imagewidth, page.imagelength)
        pages = len(file.pages)
        if pages > 1:
            notes.append(f"The file holds {pages} pictures; the first was used.")
        profile = page.tags.valueof(_PROFILE)
        orientation = page.tags.valueof(_ORIENTATION, 1)
        colours, alpha = _tiff_channels(page, notes)
        pixels = _tiff_pixels(page, colours + alpha, notes)
    if alpha and page.extrasamples[0] == _ASSOCIATED:
        pixels = _straight(pixels)
    return Decoded(_upright(pixels, orientation), "TIFF", profile, inks=colours == 4, notes=notes)


def _tiff_channels(page: TiffPage, notes: list[str]) -> tuple[int, int]:
    """How many colours a page has, and 1 if it has alpha; or an error for colours of other kinds."""
    kinds = {_WHITE_IS_ZERO: 1, _GREY: 1, _RGB: 3, _INKS: 4}
    colours = kinds.get(page.photometric, 0)
    if not colours or page.samplesperpixel - len(page.extrasamples) != colours:
        raise BadPicture(
            "The TIFF stores its colours in a way that cannot be read.",
            hint="Save it as grey, RGB or CMYK.",
        )
    alpha = int(page.extrasamples[:1] in ((_ASSOCIATED,), (_UNASSOCIATED,)))
    if len(page.extrasamples) > alpha:
        notes.append("The file's channels other than its colours were left out.")
    return colours, alpha


def _tiff_pixels(page: TiffPage, channels: int, notes: list[str]) -> Pixels:
    if page.samplesperpixel > 16 or page.imagedepth != 1:
        raise BadPicture(
            "The TIFF does not contain a flat picture.", hint="Save it as grey, RGB or CMYK."
        )
    pixels = np.asarray(page.asarray())
    # Planes come as (channels, h, w), and one channel without its axis.
    if page.axes == "SYX":
        pixels = np.moveaxis(pixels, 0, 2)
    pixels = pixels.reshape(page.imagelength, page.imagewidth, -1)[:, :, :channels]
    if pixels.dtype.kind == "f":
        pixels = pixels.astype("<f2" if pixels.dtype.itemsize == 2 else "<f4", copy=False)
    elif pixels.dtype.kind in "iu" and pixels.dtype != np.uint8:
        pixels = _sixteen(pixels, notes)
    if page.photometric == _WHITE_IS_ZERO:
        top = 1 if pixels.dtype.kind == "f" else np.iinfo(pixels.dtype).max
        pixels = np.concatenate([top - pixels[:, :, :1], pixels[:, :, 1:]], axis=2)
    return np.ascontiguousarray(pixels)


def _from_exr(stream: IO[bytes], require: Require) -> Decoded:
    import OpenEXR

    header = OpenEXR.File(stream, header_only=True).header()
    first, last = header["dataWindow"]
    require(int(last[0] - first[0] + 1), int(last[1] - first[1] + 1))
    names, notes = _exr_channels([channel.name for channel in header["channels"]])
    stream.seek(0)
    # It prints that it could not read the pixels, and goes on without.
    with redirect_stdout(io.StringIO()):
        file = OpenEXR.File(stream, separate_channels=True)
    if not file.parts:
        raise ValueError("some of its pixels are missing")
    channels = file.channels()
    planes: list[Pixels] = [channels[name].pixels for name in names]
    if any(plane.shape != planes[0].shape or plane.dtype.kind != "f" for plane in planes):
        raise BadPicture(
            "The EXR stores its colours in a way that cannot be read.",
            hint="Save it as flat RGB of half or float.",
        )
    if len(file.parts) > 1:
        notes.append(f"The file holds {len(file.parts)} pictures; the first was used.")
    chromaticities = header.get("chromaticities")
    return Decoded(
        np.stack(planes, axis=2),
        "EXR",
        _exr_profile(chromaticities, len(planes)),
        associated=len(planes) in (2, 4),
        chromaticities=chromaticities,
        notes=notes,
    )


def _exr_channels(names: list[str]) -> tuple[list[str], list[str]]:
    """Which channels are the picture: those without a layer, or else the first layer with colours."""
    layers = list(dict.fromkeys(name.rpartition(".")[0] for name in names))
    for layer in sorted(layers, key=bool):
        prefix = f"{layer}." if layer else ""
        for colours in (("R", "G", "B"), ("Y",)):
            wanted = [prefix + each for each in colours]
            if all(name in names for name in wanted) and prefix + "RY" not in names:
                alpha = [prefix + "A"] if prefix + "A" in names else []
                beside = len(names) > len(wanted + alpha)
                note = "The file's channels other than its colours were left out."
                return wanted + alpha, [note] if beside else []
    raise BadPicture("The EXR has no channels R, G and B, or Y.", hint="Save it as flat RGB.")


def _exr_profile(chromaticities: tuple[float, ...] | None, channels: int) -> bytes | None:
    if chromaticities is None or channels < 3:
        return None
    return linear_profile(chromaticities[:6], chromaticities[6:])


def _straight(pixels: Pixels) -> Pixels:
    """Colours that were multiplied by alpha, divided by it; those under no alpha stay."""
    alpha = pixels[:, :, -1:].astype(np.float32)
    top = 1 if pixels.dtype.kind == "f" else np.iinfo(pixels.dtype).max
    colours = pixels[:, :, :-1] * (top / np.where(alpha > 0, alpha, top))
    if pixels.dtype.kind != "f":
        colours = np.rint(np.clip(colours, 0, top))
    return np.concatenate([colours.astype(pixels.dtype), pixels[:, :, -1:]], axis=2)

"""Pixels as bytes of a file format, in the colours that they have: nothing is converted here."""

from __future__ import annotations

import io
import struct
import zlib
from dataclasses import dataclass
from typing import IO, Any

import numpy as np
from PIL import Image, TiffTags
from PIL.PngImagePlugin import PngInfo
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from velatura.imaging.embedded import ATTRIBUTE, PNG_KEYWORD, XMP_TAG, packet
from velatura.imaging.raster import Depth, Pixels

SUFFIXES = {
    ".png": "PNG",
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".webp": "WEBP",
    ".tif": "TIFF",
    ".tiff": "TIFF",
    ".exr": "EXR",
}
"""The format that a file's suffix names, of those that can be written."""

_DEEPEST: dict[str, dict[Depth, Depth]] = {
    "PNG": {"u8": "u8", "u16": "u16", "f16": "u16", "f32": "u16"},
    "JPEG": dict.fromkeys(("u8", "u16", "f16", "f32"), "u8"),
    "WEBP": dict.fromkeys(("u8", "u16", "f16", "f32"), "u8"),
    "TIFF": {"u8": "u8", "u16": "u16", "f16": "f16", "f32": "f32"},
    # A half tells all 8-bit values apart, not all of 16 bits.
    "EXR": {"u8": "f16", "u16": "f32", "f16": "f16", "f32": "f32"},
}


@dataclass(frozen=True)
class Encoded:
    """Pixels as a file shall hold them: (h, w, c) in the depth that it can, straight but for EXR.

    ``profile`` says what the colours mean, ``chromaticities`` says it in EXR, which holds no profile;
    without them they are sRGB, and floats linear. ``text`` goes along with the picture.
    """

    pixels: Pixels
    profile: bytes | None = None
    chromaticities: tuple[float, ...] | None = None
    text: str | None = None


def depth_in(file_format: str, depth: Depth) -> Depth:
    """The depth in which ``file_format`` holds pixels of ``depth``."""
    return _DEEPEST[file_format][depth]


def encode(stream: IO[bytes], picture: Encoded, file_format: str, quality: int) -> None:
    """Write ``picture`` as a file. ``quality`` is that of JPEG and WebP. Raises ``OSError`` and
    ``ValueError``.
    """
    if file_format == "EXR":
        _encode_exr(stream, picture)
    elif file_format == "TIFF" and picture.pixels.dtype != np.uint8:
        _encode_deep_tiff(stream, picture)
    elif file_format == "PNG" and picture.pixels.dtype != np.uint8:
        _encode_deep_png(stream, picture)
    else:
        _encode_by_pillow(stream, picture, file_format, quality)


def _squeezed(pixels: Pixels) -> Pixels:
    """A single channel without its axis."""
    return np.ascontiguousarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels)


def _encode_by_pillow(stream: IO[bytes], picture: Encoded, file_format: str, quality: int) -> None:
    options: dict[str, Any] = {"format": file_format}
    if file_format in ("JPEG", "WEBP"):
        options["quality"] = quality
    if picture.profile is not None:
        options["icc_profile"] = picture.profile
    if picture.text is not None:
        options |= _xmp_options(file_format, packet(picture.text))
    Image.fromarray(_squeezed(picture.pixels)).save(stream, **options)


def _xmp_options(file_format: str, xmp: bytes) -> dict[str, Any]:
    """What has Pillow write an XMP packet."""
    if file_format == "PNG":
        chunks = PngInfo()
        chunks.add_itxt(PNG_KEYWORD.decode(), xmp.decode())
        return {"pnginfo": chunks}
    if file_format == "TIFF":
        tags = ImageFileDirectory_v2()
        tags.tagtype[XMP_TAG] = TiffTags.BYTE
        tags[XMP_TAG] = xmp
        return {"tiffinfo": tags}
    return {"xmp": xmp}


def _encode_deep_png(stream: IO[bytes], picture: Encoded) -> None:
    import imagecodecs

    data = imagecodecs.png_encode(_squeezed(picture.pixels), 3)
    # The signature and the header, which is of one length (PNG 3, 5.2 and 11.2.1); a profile
    # comes before anything else (11.3.2.3).
    header = 8 + 12 + 13
    stream.write(data[:header])
    if picture.profile is not None:
        stream.write(_png_chunk(b"iCCP", b"ICC\0\0" + zlib.compress(picture.profile)))
    if picture.text is not None:
        # Keyword, two zeros for “not compressed”, and no language.
        stream.write(_png_chunk(b"iTXt", PNG_KEYWORD + bytes(5) + packet(picture.text)))
    stream.write(data[header:])


def _png_chunk(name: bytes, data: bytes) -> bytes:
    checksum = struct.pack(">I", zlib.crc32(name + data))
    return struct.pack(">I", len(data)) + name + data + checksum


def _encode_deep_tiff(stream: IO[bytes], picture: Encoded) -> None:
    from tifffile import imwrite

    channels = picture.pixels.shape[2]
    xmp = packet(picture.text) if picture.text is not None else None
    imwrite(
        stream,
        _squeezed(picture.pixels),
        photometric="rgb" if channels > 2 else "minisblack",
        planarconfig="contig" if channels > 1 else None,
        extrasamples=["unassalpha"] if channels in (2, 4) else None,
        iccprofile=picture.profile,
        metadata=None,
        extratags=[] if xmp is None else [(XMP_TAG, 1, len(xmp), xmp, True)],
        software=False,
    )


def _encode_exr(stream: IO[bytes], picture: Encoded) -> None:
    import OpenEXR

    names = {1: "Y", 2: "YA", 3: "RGB", 4: "RGBA"}[picture.pixels.shape[2]]
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    if picture.chromaticities is not None:
        header["chromaticities"] = picture.chromaticities
    if picture.text is not None:
        header[ATTRIBUTE] = picture.text
    planes = {name: np.ascontiguousarray(picture.pixels[:, :, at]) for at, name in enumerate(names)}
    # What its streams raise for a full disk is not to be relied on.
    file = io.BytesIO()
    OpenEXR.File(header, planes).write(file)
    stream.write(file.getbuffer())

"""References of a request, by what they say of themselves: which blob, and of which size it must be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from .errors import ProtocolError, Refused
from .messages import check_raster, is_file, is_id


class SizeLimits(Protocol):
    """Limits of a raster; 0 where there is none."""

    @property
    def pixels(self) -> int: ...

    @property
    def side(self) -> int: ...


@dataclass(frozen=True)
class BlobUse:
    """That a request names a blob; ``size`` in bytes if the request implies it."""

    blob: bytes
    size: int | None


def picture_use(reference: object, limits: SizeLimits) -> BlobUse:
    """That of a raster, or of an encoded picture. Raises :class:`Refused`."""
    return file_use(reference) if is_file(reference) else raster_use(reference, limits)


def file_use(reference: object) -> BlobUse:
    """That of a file, whose bytes say what it is. Raises :class:`Refused`."""
    if not isinstance(reference, Mapping) or not is_id(reference.get("blob")):
        raise Refused("bad_request", "A file reference must name a blob.")
    return BlobUse(reference["blob"], None)


def mask_use(reference: object, limits: SizeLimits) -> BlobUse:
    """That of a raster of one channel. Raises :class:`Refused`."""
    use = raster_use(reference, limits)
    assert isinstance(reference, Mapping)
    if reference["channels"] != 1:
        raise Refused(
            "bad_request",
            "A mask has {channels} channels instead of one.",
            "Send the selection or the layer's grey values.",
            channels=reference["channels"],
        )
    return use


def raster_use(reference: object, limits: SizeLimits) -> BlobUse:
    """That of a raster within ``limits``. Raises :class:`Refused`."""
    try:
        size = check_raster(reference)
    except ProtocolError as error:
        raise Refused("bad_request", error.message) from error
    assert isinstance(reference, Mapping)
    check_size(reference["width"], reference["height"], limits)
    return BlobUse(reference["blob"], size)


def check_size(width: Any, height: Any, limits: SizeLimits) -> None:
    """Raise :class:`Refused` for a size in pixels that is none, or over ``limits``."""
    whole = all(isinstance(side, int) and not isinstance(side, bool) for side in (width, height))
    if not whole or width < 1 or height < 1:
        raise Refused("bad_request", "A picture must be at least one pixel wide and high.")
    pixels, side = limits.pixels or width * height, limits.side or max(width, height)
    if max(width, height) > side or width * height > pixels:
        raise Refused(
            "too_large",
            "{width} × {height} pixels exceed the limit of {pixels:,} pixels in all and {side:,} on a side.",
            "Scale the picture down or work on a part of it.",
            width=width,
            height=height,
            pixels=pixels,
            side=side,
        )

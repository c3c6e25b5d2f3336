"""Pixels as they are: their own depth, their own transfer curve, straight alpha. Knows numpy and
nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from velatura.errors import BadPicture

Depth = Literal["u8", "u16", "f16", "f32"]
Transfer = Literal["srgb", "linear"]
Pixels = NDArray[Any]

DTYPES: dict[Depth, np.dtype[Any]] = {
    "u8": np.dtype("u1"),
    "u16": np.dtype("<u2"),
    "f16": np.dtype("<f2"),
    "f32": np.dtype("<f4"),
}
_DEPTHS: dict[tuple[str, int], Depth] = {
    (dtype.kind, dtype.itemsize): depth for depth, dtype in DTYPES.items()
}
_TRANSFERS: tuple[str, ...] = get_args(Transfer)
BAND_BYTES = 4 << 20
"""How much of a picture is worked on at a time where only rows matter: stays within a processor's
cache.
"""


def bytes_per_pixel(channels: int, depth: Depth) -> int:
    """Bytes that one pixel takes: ``channels`` times the bytes of ``depth``."""
    return channels * DTYPES[depth].itemsize


def bands(height: int, row_bytes: int) -> Iterator[tuple[int, int]]:
    """Row ranges ``(y0, y1)`` that cover ``height`` rows in order, about 4 MiB each and at least
    one row.
    """
    rows = max(1, BAND_BYTES // max(1, row_bytes))
    for y0 in range(0, height, rows):
        yield y0, min(y0 + rows, height)


@dataclass(frozen=True)
class RasterShape:
    """What a raster is before it has pixels. ``width`` and ``height`` in pixels, ``channels`` 1 to
    4.

    Raises :class:`BadPicture` for a size, channel count, depth or transfer that no raster has.
    """

    width: int
    height: int
    channels: int
    depth: Depth
    transfer: Transfer

    def __post_init__(self) -> None:
        if self.width < 1 or self.height < 1:
            raise BadPicture(
                "A picture of {width} × {height} pixels is empty.",
                hint="Give one with at least one pixel on each side.",
                width=self.width,
                height=self.height,
            )
        if not 1 <= self.channels <= 4:
            raise BadPicture(
                "A picture with {channels} channels cannot be used.",
                hint="1 is grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha.",
                channels=self.channels,
            )
        if self.depth not in DTYPES:
            raise BadPicture(
                "The depth “{depth}” is not known.",
                hint="Use one of {names}.",
                depth=str(self.depth),
                names=", ".join(DTYPES),
            )
        if self.transfer not in _TRANSFERS:
            raise BadPicture(
                "The transfer “{transfer}” is not known.",
                hint="Use one of {names}.",
                transfer=str(self.transfer),
                names=", ".join(_TRANSFERS),
            )

    @property
    def nbytes(self) -> int:
        return self.width * self.height * bytes_per_pixel(self.channels, self.depth)

    @property
    def dtype(self) -> np.dtype[Any]:
        return DTYPES[self.depth]

    def empty(self) -> Pixels:
        """An uninitialised (height, width, channels) array of this depth."""
        return np.empty((self.height, self.width, self.channels), self.dtype)


@dataclass(frozen=True, eq=False)
class Raster:
    """Pixels, (height, width, channels), rows top to bottom, of depth u8, u16, f16 or f32.

    1 channel is grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha. Primaries are sRGB's; ``transfer``
    says how colours are encoded. Alpha is straight and linear. Integers span 0…max, floats 0…1 with
    values outside allowed. Raises :class:`BadPicture` for arrays that are none of this. Pixels are
    shared, never copied.
    """

    pixels: Pixels
    transfer: Transfer = "srgb"

    def __post_init__(self) -> None:
        if self.pixels.ndim != 3:
            raise BadPicture(
                "Pixels of {dimensions} dimensions cannot be used.",
                hint="They must be height × width × channels.",
                dimensions=self.pixels.ndim,
            )
        if (self.pixels.dtype.kind, self.pixels.dtype.itemsize) not in _DEPTHS:
            raise BadPicture(
                "Pixels of type {dtype} cannot be used.",
                hint="Use unsigned integers of 8 or 16 bits, or floats of 16 or 32.",
                dtype=str(self.pixels.dtype),
            )
        # Making the shape checks sizes, channels and transfer.
        _ = self.shape

    @classmethod
    def from_buffer(
        cls,
        buffer: Any,
        *,
        width: int,
        height: int,
        channels: int,
        depth: Depth,
        transfer: Transfer,
    ) -> Raster:
        """The raster that lies in ``buffer`` (bytes, mmap, memoryview): interleaved, little-endian,
        no padding.

        Nothing is copied. Raises :class:`BadPicture` unless the buffer is exactly as long as the
        raster.
        """
        shape = RasterShape(width, height, channels, depth, transfer)
        with memoryview(buffer) as view:
            given = view.nbytes
        if given != shape.nbytes:
            raise BadPicture(
                "A picture of {width} × {height} pixels with {channels} channels of {depth} takes {size} "
                "bytes, not {given}.",
                width=width,
                height=height,
                channels=channels,
                depth=depth,
                size=shape.nbytes,
                given=given,
            )
        flat = np.frombuffer(buffer, shape.dtype)
        return cls(flat.reshape(height, width, channels), transfer)

    @property
    def width(self) -> int:
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        return int(self.pixels.shape[0])

    @property
    def channels(self) -> int:
        return int(self.pixels.shape[2])

    @property
    def depth(self) -> Depth:
        return _DEPTHS[self.pixels.dtype.kind, self.pixels.dtype.itemsize]

    @property
    def shape(self) -> RasterShape:
        return RasterShape(self.width, self.height, self.channels, self.depth, self.transfer)

    @property
    def has_alpha(self) -> bool:
        return self.channels in (2, 4)

    @property
    def nbytes(self) -> int:
        return self.shape.nbytes

    @property
    def colours(self) -> Pixels:
        """A view of the pixels without alpha, (height, width, 1 or 3)."""
        return self.pixels[:, :, : self.channels - 1] if self.has_alpha else self.pixels

    @property
    def alpha(self) -> Pixels | None:
        """A view of alpha, (height, width, 1), or None."""
        return self.pixels[:, :, self.channels - 1 :] if self.has_alpha else None

    def crop(self, x0: int, y0: int, x1: int, y1: int) -> Raster:
        """The columns ``x0 … x1 − 1`` of the rows ``y0 … y1 − 1``: a view on the same pixels."""
        return Raster(self.pixels[y0:y1, x0:x1], self.transfer)

    def to_memoryview(self) -> memoryview:
        """The pixels as flat bytes, laid out as :meth:`from_buffer` reads them; a copy only where
        they lie otherwise.
        """
        packed = np.ascontiguousarray(self.pixels, DTYPES[self.depth])
        return packed.reshape(-1).view(np.uint8).data

    def to_bytes(self) -> bytes:
        """A copy of the pixels as :meth:`from_buffer` reads them."""
        return self.to_memoryview().tobytes()


def all_finite(pixels: Pixels) -> bool:
    """Whether no pixel is NaN or infinite; integers never are."""
    if pixels.dtype.kind != "f":
        return True
    if pixels.dtype.itemsize == 2:
        # A half is NaN or infinite when all bits of its exponent are set; asking numpy takes five
        # times as long.
        exponents = pixels.view(np.uint16) & np.uint16(0x7C00)
        return bool(exponents.max() < 0x7C00)
    return bool(np.isfinite(pixels).all())


def require_finite(raster: Raster, name: str = "The picture") -> None:
    """Raise :class:`BadPicture` when a pixel of a float raster is NaN or infinite; integers always
    pass. ``name`` is what the sentence calls the raster.
    """
    for y0, y1 in bands(raster.height, raster.nbytes // raster.height):
        if not all_finite(raster.pixels[y0:y1]):
            raise BadPicture(
                "{name} has values in rows {first} to {last} that are not finite numbers.",
                hint="NaN and infinity come from a broken filter or blend; repaint that part.",
                name=name,
                first=y0,
                last=y1 - 1,
            )

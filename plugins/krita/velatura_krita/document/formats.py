"""Krita's ways to keep a pixel, and what the wire calls them. No Qt here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from velatura_link.messages import DEPTH_BYTES
from velatura_link.request import Pixels

Transfer = Literal["srgb", "linear"]

SRGB = "sRGB-elle-V2-srgbtrc.icc"
LINEAR = "sRGB-elle-V2-g10.icc"
_DEPTHS = {"U8": "u8", "U16": "u16", "F16": "f16", "F32": "f32"}
# Krita's own names, and the one that it gives to a picture without a profile.
_SRGB_NAMES = ("sRGB-elle-V2-srgbtrc", "sRGB built-in", "sRGB IEC61966-2.1", "sRGB-elle-V4-srgbtrc")
_LINEAR_NAMES = (
    "sRGB-elle-V2-g10",
    "sRGB-elle-V4-g10",
    "scRGB (linear)",
    "krita-2.5, lcms sRGB built-in with linear",
)
_CHANNELS = {"RGBA": 4, "GRAYA": 2, "CMYKA": 5, "LABA": 4, "XYZA": 4, "YCbCrA": 4}


@dataclass(frozen=True)
class ColourSpace:
    """A node's or document's, in Krita's words: ``RGBA``, ``U8``, the profile's name."""

    model: str
    depth: str
    profile: str

    @property
    def transfer(self) -> Transfer | None:
        """The wire's transfer when the wire has this space as it is, None when colours must be converted."""
        if self.model != "RGBA" or self.depth not in _DEPTHS:
            return None
        name = self.profile.removesuffix(".icc")
        if name.startswith(_SRGB_NAMES):
            return "srgb"
        return "linear" if name.startswith(_LINEAR_NAMES) else None

    @property
    def sent_as(self) -> ColourSpace:
        """The space that pixels of this one are sent in: itself, or sRGB with as many bits.

        Floats go as linear sRGB, which keeps values above 1 and below 0; profiles like that are what Krita has.
        """
        if self.transfer is not None:
            return self
        depth = self.depth if self.depth in _DEPTHS else "U16"
        return ColourSpace("RGBA", depth, LINEAR if depth in ("F16", "F32") else SRGB)

    @property
    def wire_depth(self) -> str:
        """``u8``, ``u16``, ``f16`` or ``f32``."""
        return _DEPTHS[self.depth]

    @property
    def channel_bytes(self) -> int:
        """Bytes of one channel."""
        return DEPTH_BYTES[self.wire_depth]

    @property
    def channels(self) -> int:
        """How many a pixel has, alpha the last."""
        return _CHANNELS[self.model]

    @property
    def pixel_bytes(self) -> int:
        """Bytes of a pixel."""
        return self.channels * self.channel_bytes

    @property
    def swapped(self) -> bool:
        """Whether blue comes before red."""
        return self.model == "RGBA" and self.depth in ("U8", "U16")


def space_of_pixels(pixels: Pixels, near: ColourSpace) -> ColourSpace:
    """The space of ``pixels`` for a layer in the space ``near``: the one that is sent for that, if they have it."""
    sent = near.sent_as
    if (sent.wire_depth, sent.transfer) == (pixels.depth, pixels.transfer):
        return sent
    profile = LINEAR if pixels.transfer == "linear" else SRGB
    return ColourSpace("RGBA", pixels.depth.upper(), profile)


@dataclass(frozen=True)
class Bounds:
    """A rectangle of pixels in image space."""

    x: int
    y: int
    width: int
    height: int

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.width, self.height

    @property
    def empty(self) -> bool:
        """Whether no pixel is in it."""
        return self.width < 1 or self.height < 1

    def moved(self, x: int, y: int) -> Bounds:
        """It, so many pixels further right and down."""
        return Bounds(self.x + x, self.y + y, self.width, self.height)

    def overlap(self, other: Bounds) -> Bounds:
        """What lies in both; empty when they do not touch."""
        left, top = max(self.x, other.x), max(self.y, other.y)
        right = min(self.x + self.width, other.x + other.width)
        bottom = min(self.y + self.height, other.y + other.height)
        return Bounds(left, top, max(right - left, 0), max(bottom - top, 0))

    def strips(self, row_bytes: int, strip_bytes: int) -> list[Bounds]:
        """Whole rows, together this rectangle, each strip of about ``strip_bytes`` at most."""
        rows = max(strip_bytes // max(row_bytes, 1), 1)
        return [
            Bounds(self.x, self.y + start, self.width, min(rows, self.height - start))
            for start in range(0, self.height, rows)
        ]


def placed(mask: bytes, of: Bounds, within: Bounds) -> bytes:
    """``mask``, one byte a pixel over ``of``, as it lies over ``within``: 0 where it says nothing."""
    if of == within:
        return mask
    whole = bytearray(within.width * within.height)
    common = of.overlap(within)
    for row in range(common.height):
        source = (common.y + row - of.y) * of.width + common.x - of.x
        target = (common.y + row - within.y) * within.width + common.x - within.x
        whole[target : target + common.width] = mask[source : source + common.width]
    return bytes(whole)

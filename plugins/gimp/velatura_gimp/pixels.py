"""How a drawable's pixels travel, and in which pieces. Knows nothing of GIMP."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from velatura_link.messages import raster_size
from velatura_link.request import Pixels

STRIP = 256
"""Rows that are read or written at once: two of GIMP's tiles, and little enough to show progress between."""

_DEPTHS = {"u8": "u8", "u16": "u16", "u32": "f32", "half": "f16", "float": "f32", "double": "f32"}
_BABL_TYPES = {"u8": "u8", "u16": "u16", "f16": "half", "f32": "float"}


@dataclass(frozen=True)
class Form:
    """Channels (1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha), depth and transfer of pixels, as the wire has them.

    Babl converts between these, in sRGB's primaries, and whatever an image has.
    """

    channels: int
    depth: str
    transfer: str

    @property
    def babl(self) -> str:
        """The name of babl's format."""
        dash = "'" if self.transfer == "srgb" else ""
        model = f"Y{dash}" if self.channels < 3 else f"R{dash}G{dash}B{dash}"
        return f"{model}{'A' if self.channels % 2 == 0 else ''} {_BABL_TYPES[self.depth]}"

    @property
    def mask(self) -> Form:
        """The form for a mask as exact as these pixels; babl's ``Y``, since ``Y'`` bends it."""
        return Form(1, "f32" if self.depth == "f16" else self.depth, "linear")

    def size(self, width: int, height: int) -> int:
        """Bytes of so many pixels."""
        return raster_size(width, height, self.channels, self.depth)


@dataclass(frozen=True)
class Box:
    """A rectangle of pixels."""

    x: int
    y: int
    width: int
    height: int

    def moved(self, dx: int, dy: int) -> Box:
        """This rectangle so much to the right and down."""
        return replace(self, x=self.x + dx, y=self.y + dy)

    def scaled(self, scale: float) -> Box:
        """The pixels that this becomes where everything is ``scale`` times as large; at least one each way."""
        return Box(
            round(self.x * scale),
            round(self.y * scale),
            max(1, round(self.width * scale)),
            max(1, round(self.height * scale)),
        )

    def strips(self, rows: int = STRIP) -> Iterator[Box]:
        """This from top to bottom, ``rows`` at a time."""
        for y in range(0, self.height, rows):
            yield Box(self.x, self.y + y, self.width, min(rows, self.height - y))


def form_of(precision: str, *, grey: bool, alpha: bool, managed: bool) -> Form:
    """The form that keeps every value of a drawable.

    ``precision`` is GIMP's nick of it (``u8-non-linear``); ``managed`` says that the image has a profile other than
    sRGB: what lies outside of sRGB, or between its steps, needs floats.
    """
    depth, _, curve = precision.partition("-")
    return Form(
        (1 if grey else 3) + alpha,
        "f32" if managed else _DEPTHS[depth],
        "linear" if curve == "linear" else "srgb",
    )


def form_of_pixels(pixels: Pixels) -> Form:
    """The form that ``pixels`` have."""
    return Form(pixels.channels, pixels.depth, pixels.transfer)


def fitting_scale(box: Box, side: int) -> float:
    """How much smaller ``box`` has to be for its longer side to have ``side`` pixels; never larger than it is."""
    return min(1.0, side / max(box.width, box.height))

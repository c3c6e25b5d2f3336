"""How a style is taken: which part of its picture, turned how, which one of several. No Qt here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import cos, radians, sin
from typing import Any, TypeGuard

from velatura_link.request_validation import crop_of

from .input_choice import InputChoice, input_of

Crop = tuple[float, float, float, float]
"""Left, top, right and bottom of a part of a picture, 0 to 1 of its sides."""

WHOLE: Crop = (0.0, 0.0, 1.0, 1.0)
SCALES = (1 / 64, 64.0)
"""The least and the largest scale that the daemon takes."""
_LARGEST = 1e300


@dataclass(frozen=True)
class StyleView:
    """``crop`` is turned by ``rotation`` degrees counter-clockwise; its strokes become ``scale`` times as large.

    ``before`` is the unpainted picture of a pair, ``index`` which style of a bank it is.
    """

    crop: Crop = WHOLE
    rotation: float = 0.0
    scale: float = 1.0
    before: InputChoice | None = None
    index: int = 0

    @property
    def plain(self) -> bool:
        """Whether the picture is taken as it is."""
        return (self.crop, self.rotation, self.scale) == (PLAIN.crop, PLAIN.rotation, PLAIN.scale)


PLAIN = StyleView()


def view_of(found: Mapping[str, Any]) -> StyleView:
    """What a style of a request, a preset or a document says; what it does not say is left as it is."""
    rotation, scale, index = found.get("rotation"), found.get("scale"), found.get("index")
    return StyleView(
        _crop(found.get("crop")),
        float(rotation) % 360 if is_number(rotation) else 0.0,
        min(max(float(scale), SCALES[0]), SCALES[1]) if is_number(scale) else 1.0,
        input_of(found.get("before")),
        index if isinstance(index, int) and not isinstance(index, bool) and index > 0 else 0,
    )


def said(view: StyleView) -> dict[str, Any]:
    """What :func:`view_of` reads: only what differs from the usual."""
    return {key: each for key, each in asdict(view).items() if each != getattr(PLAIN, key)}


def upright_inside(width: float, height: float, degrees: float) -> tuple[float, float]:
    """The sides of the largest upright rectangle inside one of ``width`` × ``height`` that was turned.

    One of x × y fits when x·cos + y·sin ≤ width and x·sin + y·cos ≤ height. Its area is largest where one of the two
    holds with both its parts equal, if the other holds there, too; else where both hold exactly.
    """
    quarters, rest = divmod(degrees % 360, 90)
    if quarters % 2:
        width, height = height, width
    if rest == 0:
        return width, height
    along, across = cos(radians(rest)), sin(radians(rest))
    for limit, other, by_x, by_y in (
        (width, height, along, across),
        (height, width, across, along),
    ):
        x, y = limit / (2 * by_x), limit / (2 * by_y)
        if x * by_y + y * by_x <= other:
            return x, y
    square = along**2 - across**2
    return (width * along - height * across) / square, (height * along - width * across) / square


def is_number(found: object) -> TypeGuard[float]:
    """Whether it is a number that can be reckoned with."""
    right = isinstance(found, (int, float)) and not isinstance(found, bool)
    return right and -_LARGEST < found < _LARGEST  # type: ignore[operator]


def _crop(found: object) -> Crop:
    try:
        return crop_of(found)
    except ValueError:
        return WHOLE

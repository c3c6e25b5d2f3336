"""Values on the command line, with a sentence for what they should have been."""

from __future__ import annotations

from argparse import ArgumentTypeError
from dataclasses import dataclass
from pathlib import Path


def number(text: str) -> float:
    """A number, infinite ones and NaN included."""
    try:
        return float(text)
    except ValueError as error:
        raise ArgumentTypeError(f"must be a number, not “{text}”") from error


def whole_number(text: str) -> int:
    """A number without a fraction, of either sign."""
    try:
        return int(text)
    except ValueError as error:
        raise ArgumentTypeError(f"must be a whole number, not “{text}”") from error


@dataclass(frozen=True)
class Size:
    """``W`` or ``WxH`` in pixels; ``height`` is None where nobody said."""

    width: int
    height: int | None = None


def size(text: str) -> Size:
    """``W`` or ``WxH``, of at least one pixel."""
    words = text.lower().replace("×", "x").split("x")
    sides = [whole_number(word) if len(words) == 2 else whole_number(text) for word in words[:2]]
    if len(words) > 2 or min(sides) < 1:
        raise ArgumentTypeError(f"must be at least 1 pixel, not {text}")
    return Size(*sides)


def is_file(text: str | Path) -> bool:
    """Whether there is a file of that name; what no name can be, being too long, is none."""
    try:
        return Path(text).is_file()
    except OSError:
        return False


def is_folder(text: str | Path) -> bool:
    """Whether there is a folder of that name, as for :func:`is_file`."""
    try:
        return Path(text).is_dir()
    except OSError:
        return False


def is_number(text: str) -> bool:
    """Whether ``text`` is a number, infinite ones and NaN included."""
    try:
        float(text)
    except ValueError:
        return False
    return True

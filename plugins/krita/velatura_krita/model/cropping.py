"""Dragging a rectangle over a picture, in parts of the picture's sides. No Qt here."""

from __future__ import annotations

from .style_view import Crop

Grip = tuple[int, int]
"""Which sides are held: -1 the left or upper one, 1 the right or lower one, 0 neither; (0, 0) holds all of it."""

MOVE: Grip = (0, 0)
LEAST = 0.03
"""No side becomes shorter than that."""
_DIGITS = 4


def grip_at(crop: Crop, x: float, y: float, reach: tuple[float, float]) -> Grip | None:
    """What is held at a point; None outside. ``reach`` (across, down) is how far from a side it is still meant."""
    left, top, right, bottom = crop
    across, down = reach
    if not (left - across <= x <= right + across and top - down <= y <= bottom + down):
        return None
    return _side(x, left, right, across), _side(y, top, bottom, down)


def dragged(crop: Crop, grip: Grip, x: float, y: float) -> Crop:
    """``crop`` after ``grip`` was dragged by that much. It stays in the picture; moved, it keeps its size."""
    left, top, right, bottom = crop
    if grip == MOVE:
        x, y = min(max(x, -left), 1 - right), min(max(y, -top), 1 - bottom)
        return _neat(left + x, top + y, right + x, bottom + y)
    left, right = _stretched(left, right, grip[0], x)
    top, bottom = _stretched(top, bottom, grip[1], y)
    return _neat(left, top, right, bottom)


def drawn(x0: float, y0: float, x1: float, y1: float) -> Crop:
    """The rectangle between two points that need not lie in the picture."""
    left, right = _between(x0, x1)
    top, bottom = _between(y0, y1)
    return _neat(left, top, right, bottom)


def _side(at: float, low: float, high: float, reach: float) -> int:
    near_low, near_high = abs(at - low) <= reach, abs(at - high) <= reach
    if near_low and near_high:
        return -1 if at < (low + high) / 2 else 1
    return -1 if near_low else int(near_high)


def _stretched(low: float, high: float, side: int, by: float) -> tuple[float, float]:
    if side < 0:
        return min(max(low + by, 0.0), high - LEAST), high
    if side > 0:
        return low, max(min(high + by, 1.0), low + LEAST)
    return low, high


def _between(a: float, b: float) -> tuple[float, float]:
    low, high = sorted(min(max(each, 0.0), 1.0) for each in (a, b))
    if high - low < LEAST:
        low = min(low, 1.0 - LEAST)
        high = low + LEAST
    return low, high


def _neat(left: float, top: float, right: float, bottom: float) -> Crop:
    return (
        round(left, _DIGITS),
        round(top, _DIGITS),
        round(right, _DIGITS),
        round(bottom, _DIGITS),
    )

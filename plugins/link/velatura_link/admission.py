"""Refusing what the daemon would refuse, before any byte of it travels."""

from __future__ import annotations

from .errors import JobFailed
from .request import Payload, Pixels, Request, payloads
from .session import Limits


def admit(request: Request, limits: Limits) -> list[Payload]:
    """The request's payloads; raises :class:`JobFailed` (``too_large``) for one that is over ``limits``."""
    found = payloads(request)
    for payload in found:
        size = len(payload.view)
        if limits.blob and size > limits.blob:
            raise _too_large(f"{size} bytes", f"{limits.blob} bytes")
        if isinstance(payload, Pixels):
            _check_sides(payload, limits)
    return found


def _check_sides(pixels: Pixels, limits: Limits) -> None:
    size = f"{pixels.width} × {pixels.height} pixels"
    if limits.pixels and pixels.width * pixels.height > limits.pixels:
        raise _too_large(size, f"{limits.pixels} pixels")
    if limits.side and max(pixels.width, pixels.height) > limits.side:
        raise _too_large(size, f"{limits.side} pixels a side")


def _too_large(what: str, limit: str) -> JobFailed:
    return JobFailed(
        "too_large", f"A picture has {what}; the daemon takes {limit}.", "Make it smaller first."
    )

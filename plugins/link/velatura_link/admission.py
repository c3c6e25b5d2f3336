"""Refusing what the daemon would refuse, before any byte of it travels."""

from __future__ import annotations

from .errors import JobFailed, Refused
from .request import EncodedFile, Payload, Pixels, Request, payloads
from .session import Limits
from .text import Text


def admit(request: Request, limits: Limits) -> list[Payload]:
    """The request's payloads; raises :class:`JobFailed` (``too_large``) for one that is over ``limits``."""
    found = payloads(request)
    for payload in found:
        size = len(payload.view)
        if limits.blob and size > limits.blob:
            raise _too_large(
                Text("{count} bytes", count=size), Text("{count} bytes", count=limits.blob)
            )
        if isinstance(payload, Pixels):
            _check_sides(payload, limits)
    return found


def admit_style(title: str, file: EncodedFile, limits: Limits) -> None:
    """Raise :class:`Refused` for a file that the daemon's library does not take."""
    if not limits.style:
        raise Refused(
            "bad_request",
            "The daemon's library cannot be added to from here.",
            "Install plugin and daemon of the same release.",
        )
    size = len(file.view)
    if size == 0:
        raise Refused(
            "bad_picture",
            "“{title}” is empty.",
            "The file may not have been saved fully.",
            title=title,
        )
    if size > limits.style:
        raise Refused(
            "too_large",
            "“{title}” has {size:,} bytes; the daemon's library takes files of {limit:,}.",
            "Make it smaller first.",
            title=title,
            size=size,
            limit=limits.style,
        )


def _check_sides(pixels: Pixels, limits: Limits) -> None:
    size = Text("{width} × {height} pixels", width=pixels.width, height=pixels.height)
    if limits.pixels and pixels.width * pixels.height > limits.pixels:
        raise _too_large(size, Text("{count} pixels", count=limits.pixels))
    if limits.side and max(pixels.width, pixels.height) > limits.side:
        raise _too_large(size, Text("{count} pixels a side", count=limits.side))


def _too_large(what: str, limit: str) -> JobFailed:
    return JobFailed(
        "too_large",
        "A picture has {what}; the daemon takes {limit}.",
        "Make it smaller first.",
        what=what,
        limit=limit,
    )

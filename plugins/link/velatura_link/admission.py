"""Refusing what the daemon would refuse, before any byte of it travels."""

from __future__ import annotations

from .errors import JobFailed, Refused
from .messages import ID_BYTES
from .request import EncodedFile, Payload, Request, encode_request, payloads
from .request_validation import check_request
from .session import Limits


def admit(request: Request, limits: Limits) -> list[Payload]:
    """The request's payloads.

    Raises :class:`JobFailed` for a request that the daemon would refuse, and for a payload that is over its ``limits``.
    """
    try:
        check_request(encode_request(request, lambda payload: bytes(ID_BYTES)), limits)
    except Refused as error:
        raise JobFailed(error.code, error.message, error.hint) from error
    found = payloads(request)
    for payload in found:
        size = len(payload.view)
        if limits.blob and size > limits.blob:
            raise JobFailed(
                "too_large",
                "A file has {size:,} bytes; the daemon accepts at most {limit:,}.",
                "Make it smaller first.",
                size=size,
                limit=limits.blob,
            )
    return found


def admit_style(title: str, file: EncodedFile, limits: Limits) -> None:
    """Raise :class:`Refused` for a file that the daemon's library does not take."""
    if not limits.style:
        raise Refused(
            "bad_request",
            "Nothing can be added to the daemon's library from here.",
            "Install the plugin and the daemon from the same release.",
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
            "“{title}” has {size:,} bytes; the daemon's library accepts at most {limit:,}.",
            "Make it smaller first.",
            title=title,
            size=size,
            limit=limits.style,
        )

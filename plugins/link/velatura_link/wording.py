"""Jobs as messages, and messages about jobs as facts (docs/reference/protocol.md, 5)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from . import messages as m
from .jobs import Job, Progress
from .messages import Header
from .request import Payload, Pixels, encode_request
from .text import decode_text

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


@dataclass(frozen=True)
class Notice:
    """Something about the daemon itself: ``code`` is the wire's, or ``restarted``, ``reconnected``, ``lost``."""

    code: str
    message: str
    details: Header = field(default_factory=dict)


def submission(job: Job, blob_of: Callable[[Payload], bytes]) -> Header:
    """The submit of ``job``, whose payloads are the blobs that ``blob_of`` names."""
    terms = job.terms
    return {
        "t": m.SUBMIT,
        "job": job.id,
        "request": encode_request(job.request, blob_of),
        "priority": terms.priority,
        "replaces": terms.replaces,
        "on_disconnect": terms.on_disconnect,
        "grace": terms.grace,
        "preview": terms.preview,
    }


def progress_of(header: Header) -> Progress:
    """What a ``progress`` says; raises :class:`ProtocolError`."""
    left = header.get("seconds_left")
    return Progress(
        phase=str(header.get("phase", "")),
        step=m.natural(header, "step"),
        steps=m.natural(header, "steps"),
        seconds_left=float(left) if isinstance(left, (int, float)) else None,
        title=decode_text("title", header),
    )


def pixels_of(reference: Header, buffer: ReadableBuffer) -> Pixels:
    """The raster that ``reference`` describes and ``buffer`` holds."""
    return Pixels(
        buffer=buffer,
        width=reference["width"],
        height=reference["height"],
        channels=reference["channels"],
        depth=reference["depth"],
        transfer=reference["transfer"],
    )

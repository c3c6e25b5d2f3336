"""What a ``submit`` asks for: the request, by the rules that clients ask by, too, and the terms of its job.

Only the broker knows which engines and presets there are. Engines check their own knobs.
"""

from __future__ import annotations

from collections.abc import Container
from typing import TYPE_CHECKING, Any

from velatura.errors import BadRequest, TooLarge, UnknownEngine
from velatura.library import presets
from velatura.serve.config import Limits
from velatura.serve.jobs.job import MAX_GRACE, Job
from velatura_link.blob_references import BlobUse
from velatura_link.errors import Refused
from velatura_link.messages import Header
from velatura_link.request_validation import check_request
from velatura_link.text import Value, text_of

if TYPE_CHECKING:
    from velatura.serve.broker.sessions import Session


def read_submit(
    session: Session,
    job_id: bytes,
    header: Header,
    engines: Container[str] | None,
    limits: Limits,
) -> Job:
    """The job that a ``submit`` asks for. ``engines`` are the known ones, None while nobody knows.

    Raises :class:`BadRequest`, :class:`TooLarge` and :class:`UnknownEngine`.
    """
    request: Any = header.get("request")
    blobs_of(request, limits)
    request = presets.filled(request)
    name = request["engine"]
    if not name:
        raise UnknownEngine("The request names no engine, and the daemon has no default one.")
    if engines is not None and name not in engines:
        raise UnknownEngine(
            "There is no engine “{name}”.",
            hint="`velatura engines` lists those there are.",
            name=str(name),
        )
    grace, preview = header.get("grace", 0), header.get("preview")
    priority, fate = header.get("priority", "interactive"), header.get("on_disconnect", "cancel")
    replaces = header.get("replaces")
    _require(
        _is_number(grace) and 0 <= grace <= MAX_GRACE,
        "grace must be from 0 to {most} s.",
        most=round(MAX_GRACE),
    )
    _require(
        preview is None or (_is_number(preview) and preview >= 0),
        "preview must be a number of seconds.",
    )
    _require(priority in ("interactive", "batch"), "priority must be interactive or batch.")
    _require(fate in ("cancel", "keep"), "on_disconnect must be cancel or keep.")
    return Job(
        job_id,
        session,
        request,
        priority,
        replaces if isinstance(replaces, str) else None,
        fate == "keep",
        float(grace),
        preview,
    )


def blobs_of(request: object, limits: Limits) -> list[BlobUse]:
    """Every blob that ``request`` names, each checked. Raises :class:`BadRequest` or :class:`TooLarge`."""
    try:
        return check_request(request, limits)
    except Refused as error:
        refusal = TooLarge if error.code == "too_large" else BadRequest
        raise refusal(error.message, hint=error.hint) from error


def _require(condition: object, message: str, **values: Value) -> None:
    if not condition:
        raise BadRequest(text_of(message, values))


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)

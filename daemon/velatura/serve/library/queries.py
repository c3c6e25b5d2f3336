"""What the person keeps, for clients: presets, styles with their thumbnails (docs/reference/protocol.md, 6)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any

from velatura.errors import BadRequest, VelaturaError
from velatura.library import presets
from velatura_link.messages import Header, pack_header
from velatura_link.text import encode_error

if TYPE_CHECKING:
    from velatura.library.styles import StyleEntry
    from velatura.serve.broker.sessions import Session, Sessions

log = logging.getLogger(__name__)

PAGE = 1 << 19
"""Bytes of a list after which the rest goes into another message: well below what a header may have."""


class LibraryQueries:
    """Looks things up on a thread of its own, since a thumbnail may have to be made first.

    ``report`` is called from it with what the event loop is to call.
    """

    def __init__(self, report: Callable[[Callable[[], None]], None], sessions: Sessions) -> None:
        self._report = report
        self._sessions = sessions
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="library-queries")

    def presets(self, session: Session, header: Header) -> None:
        """``presets``: those after the one named ``after``, as many as fit."""
        self._thread.submit(self._answer, session, header, _presets)

    def styles(self, session: Session, header: Header) -> None:
        """``styles``: those after the one named ``after``, as many as fit."""
        self._thread.submit(self._answer, session, header, _styles)

    def models(self, session: Session, header: Header) -> None:
        """``models``: those after the one named ``after``, as many as fit."""
        self._thread.submit(self._answer, session, header, _models)

    def picture(self, session: Session, header: Header) -> None:
        """``styles.picture``: a style large enough to choose a part of it."""
        self._thread.submit(self._look, session, header)

    def close(self) -> None:
        self._thread.shutdown(wait=True, cancel_futures=True)

    def _look(self, session: Session, header: Header) -> None:
        try:
            answer = {"t": header["t"], **_picture(header.get("name"))}
        except Exception as error:
            answer = failure(header["t"], error)
        self._report(partial(self._sessions.send, session, answer))

    def _answer(
        self, session: Session, header: Header, look: Callable[[str], Iterable[Mapping[str, Any]]]
    ) -> None:
        after = header.get("after")
        try:
            answer = page(header["t"], look(after if isinstance(after, str) else ""))
        except Exception as error:
            answer = failure(header["t"], error)
        self._report(partial(self._sessions.send, session, answer))


def page(kind: str, found: Iterable[Mapping[str, Any]]) -> Header:
    """The message ``kind`` with as many of ``found``, at least one, as fit; ``more`` says whether some did not."""
    items: list[Mapping[str, Any]] = []
    size = 0
    for item in found:
        size += len(pack_header(dict(item)))
        if items and size > PAGE:
            return {"t": kind, kind: items, "more": True}
        items.append(item)
    return {"t": kind, kind: items, "more": False}


def _presets(after: str) -> Iterator[dict[str, Any]]:
    return (preset.described() for preset in presets.entries() if preset.name > after)


def _models(after: str) -> Iterator[dict[str, Any]]:
    from velatura.library import models

    return (
        {"name": name, "file": path.name} for name, path in models.own().items() if name > after
    )


def _styles(after: str) -> Iterator[dict[str, Any]]:
    # Pictures need numpy and Pillow, which the broker otherwise does without.
    from velatura.library import styles

    return (described(entry) for entry in styles.entries() if entry.name > after)


def described(entry: StyleEntry) -> dict[str, Any]:
    """A style as ``styles`` lists it. Its thumbnail may have to be made first."""
    return {
        "name": entry.name,
        "title": entry.title,
        "kind": "code" if entry.picture is None else "picture",
        "builtin": entry.builtin,
        "favourite": entry.favourite,
        "collections": list(entry.collections),
        "thumbnail": _thumbnail(entry),
    }


def _picture(name: object) -> dict[str, Any]:
    from velatura.library import styles

    if not isinstance(name, str):
        raise BadRequest("The style to be shown must be a name.")
    entry = styles.show(name)
    seen = styles.look(entry)
    return {"name": entry.name, "picture": seen.read_bytes() if seen is not None else None}


def _thumbnail(entry: StyleEntry) -> bytes | None:
    from velatura.library import styles

    try:
        seen = styles.thumbnail(entry)
    except (VelaturaError, OSError):
        # One picture that is damaged or just removed must not hide the others; who paints with it is told.
        return None
    return seen.read_bytes() if seen is not None else None


def failure(of: str, error: Exception) -> Header:
    """The ``failed`` that answers a message of type ``of``; the log has what nobody foresaw."""
    if isinstance(error, OSError):
        error = of_disk(error)
    elif not isinstance(error, VelaturaError):
        log.error("%s met an error", of, exc_info=error)
        error = VelaturaError(
            "The library cannot be used: {reason}.", reason=f"{type(error).__name__}: {error}"
        )
    return {
        "t": "failed",
        "of": of,
        **encode_error(error.code, error.message, error.hint),
    }


def of_disk(error: OSError) -> BadRequest:
    """What to tell a client of a library that cannot be read or written."""
    where = f"{error.filename}: " if error.filename is not None else ""
    return BadRequest(
        "The library cannot be used: {reason}.",
        hint="Check that there is room on the disk and that its folder can be written to.",
        reason=f"{where}{error.strerror or error}",
    )

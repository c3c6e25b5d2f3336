"""Small paintings while knobs move: a client on a thread of its own, answers on GTK's."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

from gi.repository import GLib

from velatura_link.client import Client
from velatura_link.errors import JobFailed, LinkError
from velatura_link.jobs import Event, Failed, Result
from velatura_link.request import Pixels, Request

from .places import Places
from .wording import sentence_of

_REPLACES = "preview"
_GIVEN_UP = ("replaced", "cancelled")


class Live:
    """Paints the newest request that it was given. ``on_library``, ``on_picture`` and ``on_trouble`` are told, on GTK's
    thread, of the daemon's styles and presets, of a painting, and of what went wrong."""

    def __init__(
        self,
        places: Places,
        on_library: Callable[[list[dict[str, Any]], list[dict[str, Any]]], None],
        on_picture: Callable[[Pixels], None],
        on_trouble: Callable[[str], None],
    ) -> None:
        self._places = places
        self._on_library = on_library
        self._on_picture = on_picture
        self._on_trouble = on_trouble
        self._client: Client | None = None
        self._closed = False
        self._newest: Request | None = None
        threading.Thread(target=self._open, name="velatura-preview", daemon=True).start()

    def paint(self, request: Request) -> None:
        """Have ``request`` painted instead of the one before; at once, or when the daemon is there."""
        self._newest = request
        if self._client is not None:
            self._client.submit(
                request, replaces=_REPLACES, on_event=partial(self._later, self._seen, request)
            )

    def close(self) -> None:
        """Nothing more is told."""
        self._closed = True
        if self._client is not None:
            self._client.close()

    def _open(self) -> None:
        try:
            client = self._places.client()
            self._later(self._opened, client, client.styles(), client.presets())
        except (LinkError, OSError) as error:
            self._later(self._on_trouble, sentence_of(error))

    def _opened(
        self, client: Client, styles: list[dict[str, Any]], presets: list[dict[str, Any]]
    ) -> None:
        self._client = client
        self._on_library(styles, presets)
        if self._newest is not None:
            self.paint(self._newest)

    def _seen(self, request: Request, event: Event) -> None:
        if request is not self._newest:
            return
        if isinstance(event, Result):
            self._on_picture(event.picture)
        elif isinstance(event, Failed) and not _given_up(event.error):
            self._on_trouble(sentence_of(event.error))

    def _later(self, tell: Callable[..., None], *facts: Any) -> None:
        def told() -> None:
            if not self._closed:
                tell(*facts)

        GLib.idle_add(told)


def _given_up(error: LinkError) -> bool:
    return isinstance(error, JobFailed) and error.code in _GIVEN_UP

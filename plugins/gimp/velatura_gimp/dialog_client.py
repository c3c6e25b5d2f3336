"""Small paintings while knobs move: a client on a thread of its own, answers on GTK's."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from gi.repository import GLib

from velatura_link.client import Client
from velatura_link.errors import JobFailed, LinkError
from velatura_link.jobs import Accepted, Event, Failed, Result
from velatura_link.request import Pixels, Request
from velatura_link.wording import Notice

from .library import Style
from .plugin_folder import PluginFolder
from .presets import Preset
from .texts import tr
from .wording import bar_of, sentence_of

_REPLACES = "preview"
_NOTICED_MS = 500
"""How long nobody minds waiting without a word."""
_GIVEN_UP = ("replaced", "cancelled")
T = TypeVar("T")


@dataclass(frozen=True)
class Abilities:
    """Whether the library takes pictures, takes presets, and marks styles as favourites and parts of collections."""

    styles: bool = False
    presets: bool = False
    marks: bool = False


class DialogClient:
    """Paints the newest request that it was given. ``on_library``, ``on_picture``, ``on_trouble`` and ``on_wait`` are
    told, on GTK's thread, of the daemon's styles and presets, of a painting, of what went wrong, and of what is being
    waited for, whenever that takes long enough to be noticed."""

    def __init__(
        self,
        folder: PluginFolder,
        on_library: Callable[[Sequence[Style], Sequence[Preset]], None],
        on_picture: Callable[[Pixels], None],
        on_trouble: Callable[[str], None],
        on_wait: Callable[[str], None],
    ) -> None:
        self._folder = folder
        self._on_library = on_library
        self._on_picture = on_picture
        self._on_trouble = on_trouble
        self._on_wait = on_wait
        self._client: Client | None = None
        self._closed = False
        self._newest: Request | None = None
        self._timer = 0
        self._waiting = False
        self._warm = False
        threading.Thread(target=self._open, name="velatura-preview", daemon=True).start()

    def paint(self, request: Request) -> None:
        """Have ``request`` painted instead of the one before. Nothing is done before ``on_library`` is told."""
        self._newest = request
        if self._client is not None:
            if not self._waiting:
                self._waiting = True
                self._timer = GLib.timeout_add(_NOTICED_MS, self._slow)
            self._client.submit(
                request, replaces=_REPLACES, on_event=partial(self._later, self._seen, request)
            )

    def forget(self) -> None:
        """Nobody wants to see what is being painted."""
        self._newest = None
        self._answered()

    @property
    def can(self) -> Abilities:
        """What the library lets be changed from here."""
        client = self._client
        if client is None:
            return Abilities()
        return Abilities(client.takes_styles, client.keeps_presets, client.marks_styles)

    def ask(
        self,
        work: Callable[[Client], T],
        then: Callable[[T], None],
        otherwise: Callable[[LinkError], bool] = lambda error: False,
    ) -> None:
        """Have ``work`` done on a thread; ``then`` is told on GTK's what came of it.

        ``otherwise`` is told of an error first; unless it says that it has seen to that, ``on_trouble`` is.
        """
        client = self._client
        if client is None:
            return

        def refused(error: LinkError) -> None:
            if not otherwise(error):
                self._on_trouble(sentence_of(error))

        def done() -> None:
            try:
                self._later(then, work(client))
            except LinkError as error:
                self._later(refused, error)
            except OSError as error:
                self._later(self._on_trouble, sentence_of(error))

        threading.Thread(target=done, name="velatura-ask", daemon=True).start()

    def look_again(self) -> None:
        """Ask anew which styles and presets there are; ``on_library`` is told."""
        self.ask(
            lambda client: (client.styles(), client.presets()), lambda both: self._on_library(*both)
        )

    def close(self) -> None:
        """Nothing more is told."""
        self._closed = True
        if self._client is not None:
            self._client.close()

    def _open(self) -> None:
        try:
            self._folder.connection(on_wait=self._starting)
            client = self._folder.client(on_notice=self._noticed)
            self._later(self._opened, client, client.styles(), client.presets())
        except (LinkError, OSError) as error:
            self._later(self._on_trouble, sentence_of(error))

    def _starting(self) -> None:
        self._later(self._on_wait, tr("Starting Velatura"))

    def _noticed(self, notice: Notice) -> None:
        """Another program changed the library."""
        if notice.code in ("styles", "presets"):
            self._later(self.look_again)

    def _slow(self) -> bool:
        self._timer = 0
        if not self._closed:
            self._on_wait(
                tr("Painting a preview")
                if self._warm
                else tr("Painting the first preview; loading networks")
            )
        return False

    def _answered(self) -> None:
        self._waiting = False
        if self._timer:
            GLib.source_remove(self._timer)
            self._timer = 0

    def _opened(self, client: Client, styles: Sequence[Style], presets: Sequence[Preset]) -> None:
        self._client = client
        self._on_library(styles, presets)

    def _seen(self, request: Request, event: Event) -> None:
        if request is not self._newest:
            return
        if isinstance(event, Result):
            self._answered()
            self._warm = True
            self._on_picture(event.picture)
        elif isinstance(event, Failed):
            self._answered()
            if not _given_up(event.error):
                self._on_trouble(sentence_of(event.error))
        elif isinstance(event, Accepted) and event.position and (bar := bar_of(event)):
            self._on_wait(bar.text)

    def _later(self, tell: Callable[..., None], *facts: Any) -> None:
        def told() -> None:
            if not self._closed:
                tell(*facts)

        GLib.idle_add(told)


def _given_up(error: LinkError) -> bool:
    return isinstance(error, JobFailed) and error.code in _GIVEN_UP

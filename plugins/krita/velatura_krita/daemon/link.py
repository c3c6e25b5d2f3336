"""The daemon as the plugin sees it: found, started, asked and listened to on threads that are not the interface's."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from velatura_link.client import Client
from velatura_link.connection import Connection
from velatura_link.errors import Disconnected, LinkError, Refused
from velatura_link.jobs import Event, Failed, Job, Priority, Result
from velatura_link.request import EncodedFile, Request
from velatura_link.wording import Notice

from ..model.offer import LinkState, Offer
from ..texts import tr

Post = Callable[[Callable[[], object]], object]
"""Has something called on the interface's thread, soon."""


Outcome = Mapping[str, Any] | bytes | LinkError | OSError | None
"""What became of a change or a question about the library: the style that was added, the picture of one, None for one
that was removed or has no picture, or why not.
"""


class JobHandle:
    """A job of the link's, from the interface's side."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._job: Job | None = None
        self._cancelled = False
        self._finishing = False

    def cancel(self) -> None:
        """Give the job up, also before it has become one."""
        with self._lock:
            self._cancelled = True
            job = self._job
        if job is not None:
            job.cancel()

    def finish(self) -> None:
        """Have the engine stop after the step it is in and give what is there; also before the job has begun."""
        with self._lock:
            self._finishing = True
            job = self._job
        if job is not None:
            job.finish()

    def begin(self, job: Job) -> None:
        """The job is there; for the link's own use."""
        with self._lock:
            self._job = job
            cancelled, finishing = self._cancelled, self._finishing
        if cancelled:
            job.cancel()
        elif finishing:
            job.finish()

    @property
    def cancelled(self) -> bool:
        """Whether nobody wants it any more."""
        return self._cancelled


class Link:
    """One client and a thread for what makes it wait. Every method returns at once.

    ``find`` gives a running daemon's connection or None, ``start`` starts one if need be; both are called on the
    thread. ``on_state`` and ``on_offer`` are called on the interface's, through ``post``.
    """

    def __init__(
        self,
        *,
        find: Callable[[], Connection | None],
        start: Callable[[], Connection],
        post: Post,
        on_state: Callable[[LinkState], object],
        on_offer: Callable[[Offer], object],
        version: str = "",
    ) -> None:
        self._find = find
        self._start = start
        self._post = post
        self._on_state = on_state
        self._on_offer = on_offer
        self._version = version
        self._client: Client | None = None
        self._handing_over = False
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="velatura-link")
        # Beside the other, so that no job waits for a picture that is being kept.
        self._keeping = ThreadPoolExecutor(1, thread_name_prefix="velatura-keeping")
        self._asking = False

    @property
    def daemon_version(self) -> str | None:
        """The daemon's version; None without one."""
        return self._client.daemon_version if self._client is not None else None

    def look(self) -> None:
        """Connect to a daemon that runs; none is started."""
        self._thread.submit(self._connect, False)

    def start(self) -> None:
        """Connect, to a daemon that is started if there is none."""
        self._thread.submit(self._reach)

    def refresh(self) -> None:
        """Ask anew what the daemon has; not again while that is still to be done."""
        if not self._asking:
            self._asking = True
            self._thread.submit(self._refresh)

    def add_style(
        self, read: Callable[[], tuple[str, bytes]], on_done: Callable[[Outcome], object]
    ) -> None:
        """Put a file into the library of the daemon that is there; ``read`` is called on a thread for title and bytes.

        ``on_done`` is called on the interface's thread.
        """

        def add(client: Client) -> Outcome:
            title, data = read()
            return client.add_style(title, EncodedFile(data))

        self._keeping.submit(self._change, add, on_done)

    def see_style(self, name: str, on_done: Callable[[Outcome], object]) -> None:
        """Ask for a style's picture, a file's bytes; ``on_done`` as for :meth:`add_style`."""
        self._keeping.submit(self._change, lambda client: client.style_picture(name), on_done)

    def remove_style(self, name: str, on_done: Callable[[Outcome], object]) -> None:
        """Take a style out of the library of the daemon that is there; ``on_done`` as for :meth:`add_style`."""

        def remove(client: Client) -> Outcome:
            client.remove_style(name)
            return None

        self._keeping.submit(self._change, remove, on_done)

    def keep(
        self, change: Callable[[Client], Outcome], on_done: Callable[[Outcome], object]
    ) -> None:
        """Have ``change``, called on a thread, change the library of the daemon that is there; ``on_done`` as above."""
        self._keeping.submit(self._change, change, on_done)

    def submit(
        self,
        request: Request,
        on_event: Callable[[Event], object],
        *,
        replaces: str | None = None,
        preview: float | None = None,
        priority: Priority = "interactive",
    ) -> JobHandle:
        """Have ``request`` done. ``on_event`` is called on the interface's thread; the last event is the end.

        Of events that come faster than they are looked at only the newest is told.
        """
        ticket = JobHandle()
        latest = _Latest(self._post, on_event)
        self._thread.submit(self._submit, request, latest, ticket, replaces, preview, priority)
        return ticket

    def close(self) -> None:
        """Say goodbye; jobs that are under way end. Waits for nothing but the farewell."""
        self._thread.submit(self._close)
        self._keeping.shutdown(wait=False, cancel_futures=True)
        self._thread.shutdown(wait=True)

    def _reach(self) -> None:
        if self._client is None:
            self._connect(True)
        else:
            self._ask()

    def _connect(self, may_start: bool) -> bool:
        if self._client is not None:
            return True
        self._say(LinkState("starting" if may_start else "looking"))
        try:
            if not may_start and self._find() is None:
                self._say(LinkState("absent"))
                return False
            self._client = Client(
                start=self._start_again,
                name="krita",
                version=self._version,
                on_notice=self._noticed,
                patience=60.0,
            )
        except Exception as error:
            self._say(_absent(error))
            return False
        self._ask()
        return True

    def _refresh(self) -> None:
        self._asking = False
        self._ask()

    def _ask(self) -> None:
        if self._client is None:
            return
        try:
            # Asking may connect anew, which may bring a manifest: that is taken last.
            styles, presets = tuple(self._client.styles(30.0)), tuple(self._client.presets())
            offer = Offer(
                self._client.manifest or {},
                styles,
                presets,
                _models(self._client),
                self._client.takes_styles,
                self._client.keeps_presets,
                self._client.marks_styles,
            )
        except LinkError as error:
            self._say(LinkState("lost", error.message, error.hint))
            return
        self._say(LinkState("ready"))
        self._post(lambda: self._on_offer(offer))

    def _change(
        self, change: Callable[[Client], Outcome], on_done: Callable[[Outcome], object]
    ) -> None:
        client = self._client
        outcome: Outcome
        try:
            if client is None:
                raise Disconnected(
                    tr("Velatura's painter, which keeps the styles, is not running.")
                )
            outcome = change(client)
        except (LinkError, OSError) as error:
            outcome = error
        except Exception as error:
            outcome = LinkError(f"{type(error).__name__}: {error}")
        self._post(lambda: on_done(outcome))

    def _submit(
        self,
        request: Request,
        latest: _Latest,
        ticket: JobHandle,
        replaces: str | None,
        preview: float | None,
        priority: Priority,
    ) -> None:
        if ticket.cancelled:
            return
        if not self._connect(True) or self._client is None:
            latest(Failed(Disconnected(tr("Velatura's painter cannot be reached."))))
            return
        ticket.begin(
            self._client.submit(
                request, on_event=latest, priority=priority, replaces=replaces, preview=preview
            )
        )

    def _start_again(self) -> Connection:
        """Called when a connection is needed; after the first time on a thread of the client's."""
        if self._client is None or self._handing_over:
            self._handing_over = False
            return self._start()
        self._say(LinkState("lost", tr("Velatura's painter stopped. It is being restarted.")))
        connection = self._start()
        self._say(LinkState("ready", tr("Velatura's painter has restarted; work continues.")))
        return connection

    def _noticed(self, notice: Notice) -> None:
        """Called on a thread of the client's."""
        if notice.code == "lost":
            self._say(LinkState("absent", tr("Velatura's painter is no longer running.")))
        elif notice.code == "draining":
            self._handing_over = True
        elif notice.code in ("manifest", "restarted", "reconnected", "styles", "presets"):
            # What changed while there was no connection was told to nobody.
            self.refresh()

    def _say(self, state: LinkState) -> None:
        self._post(lambda: self._on_state(state))

    def _close(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None


class _Latest:
    """Passes events on to the interface's thread, where an older one gives way to a newer; ends never do."""

    def __init__(self, post: Post, on_event: Callable[[Event], object]) -> None:
        self._post = post
        self._on_event = on_event
        self._lock = threading.Lock()
        self._waiting: dict[str, Event] = {}

    def __call__(self, event: Event) -> None:
        kind = type(event).__name__
        with self._lock:
            known = kind in self._waiting
            self._waiting[kind] = event
        if not known:
            self._post(lambda: self._tell(kind))

    def _tell(self, kind: str) -> None:
        with self._lock:
            event = self._waiting.pop(kind)
            # What a newer event says is not taken back by one of another kind that was on its way.
            ended = not isinstance(event, (Result, Failed)) and bool(
                {"Result", "Failed"} & self._waiting.keys()
            )
        if not ended:
            self._on_event(event)


def _models(client: Client) -> tuple[str, ...]:
    """Names of the daemon's own models; none of an older daemon, which does not know the question."""
    try:
        return tuple(str(each["name"]) for each in client.models())
    except Refused:
        return ()


def _absent(error: Exception) -> LinkState:
    if isinstance(error, LinkError):
        return LinkState("absent", error.message, error.hint)
    return LinkState("absent", f"{type(error).__name__}: {error}")

"""The client: what plugins, the command line and scripts talk to the daemon with."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from functools import partial
from typing import Any

from . import messages as m
from .checksum import ChecksumThread
from .client_state import ClientState
from .connection import Connection
from .connection_thread import ConnectionThread
from .errors import Disconnected, JobFailed, LinkError
from .jobs import Event, Job, OnDisconnect, Priority, Terms
from .library import LibraryClient
from .messages import Header
from .request import Request
from .session import Limits, Session, Welcome, connect
from .sockets import SocketTransport
from .transport import Transport
from .wording import Notice

MakeTransport = Callable[[], Transport]


def transport_named(name: str) -> MakeTransport:
    """The maker of a transport: ``link`` (standard library) or ``pyzmq``."""
    if name == "link":
        return SocketTransport
    if name == "pyzmq":
        from .pyzmq import PyzmqTransport

        return PyzmqTransport
    raise ValueError(f"There is no transport {name!r}; there are link and pyzmq.")


class Client(LibraryClient):
    """A connection to the daemon that outlives the daemon's restarts. Every method is safe from every thread.

    Connects before it returns, to ``connection`` or to what ``start`` gives. ``start`` is called again, on a thread of
    the client's, whenever a connection is needed later: it may read the connection file or start a daemon
    (:func:`velatura_link.launch.ensure_daemon`). A lost connection is made again for ``patience`` seconds while jobs
    are under way; an idle client connects when the next job comes. ``on_notice`` is told, on a thread of the
    client's, of restarts, draining, new manifests and changed styles. ``manifest`` and its hash may be given from a
    cache.

    Raises :class:`Disconnected`, :class:`Refused` or :class:`ProtocolError` when there is no daemon to talk to.
    """

    def __init__(
        self,
        connection: Connection | None = None,
        *,
        start: Callable[[], Connection] | None = None,
        transport: str | MakeTransport = "link",
        name: str = "client",
        version: str = "",
        on_notice: Callable[[Notice], None] | None = None,
        patience: float = 10.0,
        manifest: dict[str, Any] | None = None,
        manifest_hash: str | None = None,
    ) -> None:
        if connection is None and start is None:
            raise ValueError("A client needs a connection, or a way to start one.")
        self.manifest = manifest
        self.manifest_hash = manifest_hash
        self._connection = connection
        self._start = start
        self._make = transport_named(transport) if isinstance(transport, str) else transport
        self._name = name
        self._version = version
        self._on_notice = on_notice
        self._patience = patience
        self._checking = ChecksumThread()
        self._lock = threading.Lock()
        self._retired: list[ConnectionThread] = []
        self._closed = False
        self._welcome: Welcome | None = None
        self._connection_thread = self._new_courier(avoid=None)
        try:
            self._connection_thread.opened.result()
        except BaseException:
            self.close()
            raise

    @property
    def limits(self) -> Limits:
        """What the daemon allows."""
        return self._known.limits

    @property
    def instance(self) -> str:
        """The name of the daemon's present run."""
        return self._known.instance

    @property
    def daemon_version(self) -> str:
        """The daemon's version."""
        return self._known.version

    def submit(
        self,
        request: Request,
        *,
        priority: Priority = "interactive",
        replaces: str | None = None,
        on_disconnect: OnDisconnect = "cancel",
        grace: float = 0.0,
        preview: float | None = None,
        on_event: Callable[[Event], None] | None = None,
        job_id: bytes | None = None,
    ) -> Job:
        """Have ``request`` done; returns at once. See :class:`~velatura_link.jobs.Terms` and :class:`Job`.

        Pixels that this client has sent before are not sent again. ``job_id`` of a job that was submitted before, by
        this program or an earlier one, and is kept by the daemon, gets that job's result.
        Raises ``ValueError`` for a ``job_id`` that is not 16 bytes.
        """
        if job_id is not None and not (isinstance(job_id, bytes) and len(job_id) == m.ID_BYTES):
            raise ValueError(f"a job's id is {m.ID_BYTES} bytes, not {job_id!r}")
        terms = Terms(priority, replaces, on_disconnect, grace, preview)
        job = Job(request, terms, on_event, self._cancel, self._finish, id=job_id or m.new_id())
        self._carry(job)
        return job

    def status(self, timeout: float = 10.0) -> Header:
        """What the daemon is doing; docs/reference/protocol.md, section 6."""
        return self._ask({"t": m.STATUS}, m.STATUS, timeout)

    def stop(self, *, now: bool = False, timeout: float = 10.0) -> None:
        """End the daemon: after the jobs it has, or ``now``."""
        self._ask({"t": m.STOP, "now": now}, m.STOPPING, timeout)

    def ping(self, timeout: float = 10.0) -> float:
        """Seconds to the daemon and back."""
        began = time.monotonic()
        self._ask({"t": m.PING, "n": 0}, m.PONG, timeout)
        return time.monotonic() - began

    def close(self) -> None:
        """Say goodbye; jobs that are under way fail here, and end there unless they were to be kept."""
        with self._lock:
            self._closed = True
            couriers = [*self._retired, self._connection_thread]
        for connection_thread in couriers:
            connection_thread.close()
        self._checking.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def _known(self) -> Welcome:
        assert self._welcome is not None
        return self._welcome

    def _carry(self, job: Job) -> None:
        while (connection_thread := self._willing_thread()) is not None:
            if connection_thread.post(partial(connection_thread.client_state.submit, job)):
                return
        job.fail(Disconnected("The client was closed."))

    def _willing_thread(self) -> ConnectionThread | None:
        """The thread for new work; a new one when the last has ended or its daemon drains. None once closed."""
        with self._lock:
            if self._closed:
                return None
            if not self._connection_thread.takes_jobs:
                draining = self._connection_thread.client_state.draining
                self._retired = [each for each in self._retired if not each.ended]
                self._retired.append(self._connection_thread)
                self._connection_thread = self._new_courier(
                    avoid=self.instance if draining else None
                )
            return self._connection_thread

    def _new_courier(self, avoid: str | None) -> ConnectionThread:
        return ConnectionThread(
            lambda: self._dial(avoid),
            self._checking,
            notify=self._notice,
            hand_over=self._handed_over,
            patience=self._patience,
        )

    def _dial(self, avoid: str | None) -> tuple[Session, Welcome, str]:
        connection = self._start() if self._start is not None else self._connection
        assert connection is not None
        if connection.instance == avoid:
            raise Disconnected("The daemon is stopping, and its successor has not started yet.")
        session, welcome, endpoint = connect(
            connection,
            self._make,
            name=self._name,
            version=self._version,
            manifest=self.manifest_hash if self.manifest is not None else None,
        )
        self._welcome = welcome
        self._take_manifest(welcome.manifest, welcome.manifest_hash)
        return session, welcome, endpoint

    def _handed_over(self, job: Job) -> None:
        """A daemon that drains did not take the job; its successor may."""
        if self._start is None:
            message = "The daemon is stopping and accepts no new jobs."
            job.fail(JobFailed("draining", message, "Try again when it has restarted."))
        else:
            self._carry(job)

    def _cancel(self, job: Job) -> None:
        for connection_thread in (*self._retired, self._connection_thread):
            connection_thread.post(partial(connection_thread.client_state.cancel, job))

    def _finish(self, job: Job) -> None:
        for connection_thread in (*self._retired, self._connection_thread):
            connection_thread.post(partial(connection_thread.client_state.finish, job))

    def _ask(self, header: Header, answer: str, timeout: float) -> Header:
        # What cannot be sent is the caller's error, not the end of the connection.
        m.pack_header(header)
        return self._answer(lambda client_state: client_state.ask(header, answer), timeout)

    def _answer(self, begin: Callable[[ClientState], Future[Header]], timeout: float) -> Header:
        """What comes of what ``begin``, on the connection thread, asks for."""
        connection_thread = self._willing_thread()
        if connection_thread is None:
            raise Disconnected("The client was closed.")
        asked: Future[Future[Header]] = Future()
        deadline = time.monotonic() + timeout
        try:
            connection_thread.opened.result(timeout)
            if not connection_thread.post(
                lambda: asked.set_result(begin(connection_thread.client_state))
            ):
                raise Disconnected("The connection to the daemon ended.")
            reply = asked.result(max(deadline - time.monotonic(), 0))
            return reply.result(max(deadline - time.monotonic(), 0))
        except FutureTimeout as error:
            asked.add_done_callback(
                lambda asked: connection_thread.post(
                    lambda: connection_thread.client_state.give_up(asked.result())
                )
            )
            raise LinkError("The daemon did not answer in time.") from error

    def _notice(self, notice: Notice) -> None:
        if notice.code == "manifest":
            self._take_manifest(notice.details.get("manifest"), notice.details.get("manifest_hash"))
        if self._on_notice is not None:
            self._on_notice(notice)

    def _take_manifest(self, manifest: object, digest: object) -> None:
        if isinstance(manifest, dict):
            self.manifest = manifest
            self.manifest_hash = digest if isinstance(digest, str) else None

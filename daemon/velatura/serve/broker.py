"""The broker: the process that clients talk to. Never imports torch; outlives workers that crash.

Its whole life reads ``startup → main_loop → shutdown``. What it does with a message is in
:mod:`~velatura.serve.sessions`, :mod:`~velatura.serve.transfers` and :mod:`~velatura.serve.dispatch`.
"""

from __future__ import annotations

import os
import signal
import time
from collections import deque
from collections.abc import Callable
from types import FrameType
from typing import Any

import zmq

from velatura import __version__
from velatura.engines import manifest as manifests
from velatura.serve import statements
from velatura.serve.config import Config
from velatura.serve.crew import Crew, Worker
from velatura.serve.dispatch import Dispatcher
from velatura.serve.endpoints import bind_loopback, bind_unix, unlink_unix
from velatura.serve.instance import InstanceLock, start_successor
from velatura.serve.scribe import Scribe
from velatura.serve.sessions import Session, Sessions
from velatura.serve.spool import Spool, remove_stale_spools
from velatura.serve.transfers import Transfers
from velatura.serve.upgrade import installation_fingerprint
from velatura_link.connection import FILE_NAME, Connection, private_directory, write_connection
from velatura_link.errors import ProtocolError
from velatura_link.messages import HEADER_LIMIT, Header, unpack_header

CHECK_SECONDS = 2.0


class Broker:
    """One daemon. :meth:`run` returns when it was stopped, was idle for too long, or handed over to a successor."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self._context: zmq.Context[Any] = zmq.Context()
        self._started = time.time()
        self._last_use = time.monotonic()
        self._reports: deque[Callable[[], None]] = deque()
        self._code = manifests.code_hash(config.engines)
        self._manifest: manifests.Manifest | None = None
        self._fingerprint = self._seen_fingerprint = installation_fingerprint()
        self._checked = time.monotonic()
        self._stopping = False
        self._deadline: float | None = None
        self._replaced = False

    def run(self) -> None:
        """Serve until told to stop. Raises :class:`~velatura.serve.instance.AlreadyRunning`."""
        self.startup()
        try:
            self.main_loop()
        finally:
            self.shutdown()

    # -- life ------------------------------------------------------------------------------------

    def startup(self) -> None:
        """Bind, tell clients where, and start a worker."""
        config = self.config
        private_directory(config.runtime)
        self._lock = InstanceLock(config.runtime)
        config.cache.mkdir(parents=True, exist_ok=True)
        self._manifest = manifests.read(config.cache, self._code)
        secret = os.urandom(32)
        self._instance = os.urandom(16).hex()
        self._bind_wakeup()
        spools = config.cache / "spool"
        remove_stale_spools(spools)
        self.spool = Spool(
            spools / f"{self._instance[:8]}-{os.getpid()}", config.quota, config.limits
        )
        self.crew = Crew(config, self.spool.folder, self._context)
        frontend = self._bind_frontend()
        self.sessions = Sessions(
            frontend, config, secret, welcome=self._welcome, on_end=self._session_ended
        )
        self.sessions.endpoints = self._endpoints
        self.scribe = Scribe(self._report)
        self.dispatcher = Dispatcher(
            config, self.spool, self.sessions, self.crew, engines=self._engines
        )
        self.transfers = Transfers(
            config,
            self.spool,
            self.scribe,
            self.sessions,
            on_sealed=self.dispatcher.blob_sealed,
            on_lost=self.dispatcher.blob_lost,
        )
        self.dispatcher.transfers = self.transfers
        self._handlers: dict[str, Callable[[Session, Header], None]] = {
            "blob.put": self.transfers.put,
            "blob.end": self.transfers.finish,
            "blob.drop": self.transfers.drop,
            "blob.get": self.transfers.get,
            "blob.credit": self.transfers.credit,
            "submit": self.dispatcher.submit,
            "cancel": self.dispatcher.cancel,
            "release": self.dispatcher.release,
            "status": self._status,
            "stop": self._stop,
            "ping": self._ping,
            "pong": lambda session, header: None,
            "bye": lambda session, header: self.sessions.end(session),
        }
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._signalled)
        self._connection = Connection(
            instance=self._instance,
            endpoints=self._endpoints,
            secret=secret.hex(),
            pid=os.getpid(),
            version=__version__,
            started=self._started,
        )
        write_connection(config.runtime / FILE_NAME, self._connection)
        self.crew.start()

    def main_loop(self) -> None:
        """Handle messages, reports of the scribe, and the clock."""
        poller = zmq.Poller()
        for socket in (self._frontend, self.crew.socket, self._wakeup):
            poller.register(socket, zmq.POLLIN)
        last_tick = 0.0
        while not self._stopping:
            ready = dict(poller.poll(self._patience()))
            if self._wakeup in ready:
                self._wakeup.recv()
            while self._reports:
                self._reports.popleft()()
            if self._frontend in ready:
                self._receive()
            if self.crew.socket in ready:
                self.crew.receive(self)
            now = time.monotonic()
            if now - last_tick >= 0.02:
                last_tick = now
                self._tick(now)

    def shutdown(self) -> None:
        """Take the connection file away, end the workers, remove the spool."""
        if not self._replaced:
            self._withdraw()
        self.crew.close()
        self.scribe.close()
        self.spool.close()
        self._frontend.close(linger=200)
        self._wakeup.close()
        self._waker.close()
        self._context.term()
        for endpoint in self._endpoints:
            unlink_unix(endpoint)

    # -- what the crew is told -------------------------------------------------------------------

    def worker_ready(self, worker: Worker) -> None:
        """A worker that starts writes the manifest when there was none for this code."""
        if self._manifest is None:
            self._manifest = manifests.read(self.config.cache, self._code)
            if self._manifest is not None:
                for session in self.sessions:
                    self.sessions.send(session, statements.manifest_notice(self._manifest))
        self.dispatcher.worker_ready()

    def worker_says(self, worker: Worker, header: Header) -> None:
        self.dispatcher.worker_says(worker, header)

    def worker_broken(self, worker: Worker, error: Header) -> None:
        self.dispatcher.worker_broken(worker, error)

    def worker_died(self, worker: Worker, reason: str) -> None:
        self.dispatcher.worker_died(worker, reason)

    # -- inside ----------------------------------------------------------------------------------

    def _bind_wakeup(self) -> None:
        endpoint = "inproc://wakeup"
        self._wakeup = self._context.socket(zmq.PULL)
        self._wakeup.bind(endpoint)
        self._waker = self._context.socket(zmq.PUSH)
        self._waker.connect(endpoint)

    def _bind_frontend(self) -> zmq.Socket[bytes]:
        socket: zmq.Socket[bytes] = self._context.socket(zmq.ROUTER)
        socket.setsockopt(zmq.ROUTER_MANDATORY, 1)
        socket.setsockopt(zmq.LINGER, 0)
        socket.setsockopt(zmq.SNDHWM, 64)
        socket.setsockopt(zmq.RCVHWM, 64)
        socket.setsockopt(zmq.MAXMSGSIZE, HEADER_LIMIT)
        socket.setsockopt(zmq.SNDBUF, 1 << 20)
        socket.setsockopt(zmq.RCVBUF, 1 << 20)
        unix = bind_unix(socket, self.config.runtime / f"{os.getpid()}.sock")
        loopback = bind_loopback(socket)
        self._endpoints = (unix, loopback) if unix is not None else (loopback,)
        self._frontend = socket
        return socket

    def _report(self, call: Callable[[], None]) -> None:
        """Queue ``call`` for the event loop; called by the scribe's threads."""
        self._reports.append(call)
        try:
            self._waker.send(b"", zmq.NOBLOCK)
        except zmq.Again:
            return  # the loop is awake already: a thousand wake-ups wait for it

    def _patience(self) -> int:
        """Milliseconds to wait for messages: short while something may be due."""
        if self.sessions.anyone_waiting:
            return 5
        busy = self.dispatcher.unfinished or any(s.active for s in self.sessions)
        return 50 if busy else 500

    def _receive(self) -> None:
        for _ in range(256):  # then let the clock and the workers have their turn
            try:
                frames = self._frontend.recv_multipart(zmq.NOBLOCK, copy=False)
            except zmq.Again:
                return
            self._handle(frames)

    def _handle(self, frames: list[zmq.Frame]) -> None:
        route = frames[0].bytes
        try:
            if len(frames) not in (2, 3):
                raise ProtocolError("A message has one header and at most one chunk.")
            header = unpack_header(frames[1].buffer)
        except ProtocolError:
            self.sessions.refuse_stranger(route)
            return
        kind = header["t"]
        if kind == "hello":
            self._last_use = time.monotonic()
            self.sessions.hello(route, header)
        elif kind == "prove":
            self.sessions.prove(route, header)
        elif kind == "ping" and "k" not in header:
            self.sessions.pong(route, header)
        else:
            session = self.sessions.identify(route, header)
            if session is None:
                self.sessions.refuse_stranger(route)
            elif kind == "blob.chunk":
                self.transfers.chunk(session, header, frames[2].buffer if len(frames) > 2 else b"")
            elif kind in self._handlers:
                self._handlers[kind](session, header)
            else:
                self.sessions.send(
                    session,
                    {
                        "t": "failed",
                        "code": "bad_request",
                        "message": f"There is no message of type {kind!r}.",
                        "hint": "",
                    },
                )

    def _tick(self, now: float) -> None:
        self.sessions.tick(now)
        self.transfers.tick(now)
        self.dispatcher.tick(now)
        self.crew.tick(now, self)
        if self.sessions or self.dispatcher.unfinished:
            self._last_use = now
        if self.dispatcher.draining:
            done = not self.dispatcher.unfinished and not any(s.active for s in self.sessions)
            fetched = not any(s.jobs for s in self.sessions)
            if (done and fetched) or (done and self._deadline is not None and now > self._deadline):
                self._stopping = True
            return
        if now - self._checked >= CHECK_SECONDS:
            self._checked = now
            if not self._lock.stands:
                self._drain("The daemon's runtime directory was removed.")
                self._replaced = True
            elif self._is_outdated():
                self._hand_over()
            elif not (self.config.runtime / FILE_NAME).exists():
                write_connection(self.config.runtime / FILE_NAME, self._connection)
        idle = self.config.idle_stop
        if idle is not None and now - self._last_use > idle:
            self._stopping = True

    def _is_outdated(self) -> bool:
        """Whether other code is installed now, and the installer has finished: two looks agree."""
        seen, self._seen_fingerprint = self._seen_fingerprint, installation_fingerprint()
        return self._fingerprint != self._seen_fingerprint == seen

    def _hand_over(self) -> None:
        """The code on the disk is not this code any more: finish what there is, let the new one take the rest."""
        self._drain("Velatura was upgraded; a new daemon takes over.")
        self._withdraw()
        self._replaced = True
        start_successor(self.config)

    def _drain(self, reason: str) -> None:
        self.dispatcher.draining = True
        self._deadline = time.monotonic() + self.config.drain_grace
        for session in self.sessions:
            self.sessions.send(session, {"t": "notice", "code": "draining", "message": reason})

    def _withdraw(self) -> None:
        """No new client finds this daemon any more."""
        (self.config.runtime / FILE_NAME).unlink(missing_ok=True)
        self._lock.release()

    def _signalled(self, number: int, frame: FrameType | None) -> None:
        self._stopping = True

    def _session_ended(self, session: Session) -> None:
        self.dispatcher.end_session(session)
        self.transfers.end_session(session)

    def _engines(self) -> dict[str, Any] | None:
        return self._manifest

    def _welcome(self, known: str | None) -> Header:
        return statements.welcome(self.config, self._instance, self._manifest, known)

    def _ping(self, session: Session, header: Header) -> None:
        self.sessions.send(session, {"t": "pong", "n": header.get("n")})

    def _stop(self, session: Session, header: Header) -> None:
        self.sessions.send(session, {"t": "stopping"})
        if header.get("now"):
            self._stopping = True
        elif not self.dispatcher.draining:
            self._drain("The daemon was asked to stop.")

    def _status(self, session: Session, header: Header) -> None:
        facts = {
            "instance": self._instance,
            "uptime": time.time() - self._started,
            "draining": self.dispatcher.draining,
            "sessions": len(self.sessions),
            "jobs": self.dispatcher.counts(),
        }
        self.sessions.send(session, statements.status(self.config, facts, self.spool, self.crew))

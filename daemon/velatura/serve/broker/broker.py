"""The broker: the process that clients talk to. Never imports torch; outlives workers that crash.

Its whole life reads ``startup → main_loop → shutdown``. What it does with a message is in
:mod:`~velatura.serve.broker.sessions`, :mod:`~velatura.serve.blobs.transfers` and
:mod:`~velatura.serve.jobs.scheduler`.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import socket
import time
from collections import deque
from collections.abc import Callable
from functools import partial
from types import FrameType
from typing import Any

import zmq

from velatura import __version__
from velatura.contract import manifest as manifests
from velatura.serve.blobs.blob_writer import BlobWriter
from velatura.serve.blobs.spool import Spool, remove_stale_spools
from velatura.serve.blobs.transfers import Transfers
from velatura.serve.broker import replies
from velatura.serve.broker.endpoints import allow_many_files, bind, unlink
from velatura.serve.broker.instance import InstanceLock, start_successor
from velatura.serve.broker.router import Handler, Router
from velatura.serve.broker.sessions import Session, Sessions, number_of
from velatura.serve.broker.upgrade import installation_stamp
from velatura.serve.config import Config
from velatura.serve.jobs.scheduler import Scheduler
from velatura.serve.jobs.worker_pool import Worker, WorkerPool
from velatura.serve.library.queries import LibraryQueries
from velatura.serve.library.updates import LibraryUpdates
from velatura_link.connection import FILE_NAME, Connection, private_directory, write_connection
from velatura_link.messages import HEADER_LIMIT, Header

CHECK_SECONDS = 2.0

log = logging.getLogger(__name__)


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
        self._stamp = self._seen_stamp = installation_stamp()
        self._checked = time.monotonic()
        self._stopping = False
        self._deadline: float | None = None
        self._replaced = False

    def run(self) -> None:
        """Serve until told to stop. Raises :class:`~velatura.serve.broker.instance.AlreadyRunning`."""
        self.startup()
        try:
            self.main_loop()
        finally:
            self.shutdown()

    # -- life ------------------------------------------------------------------------------------

    def startup(self) -> None:
        """Bind, tell clients where, and start a worker."""
        config = self.config
        allow_many_files()
        private_directory(config.runtime)
        self._lock = InstanceLock(config.runtime)
        config.cache.mkdir(parents=True, exist_ok=True)
        self._manifest = manifests.read(config.cache, self._code)
        secret = os.urandom(32)
        self._instance = os.urandom(16).hex()
        self._open_wakeup()
        spools = config.cache / "spool"
        remove_stale_spools(spools)
        self.spool = Spool(
            spools / f"{self._instance[:8]}-{os.getpid()}", config.quota, config.limits
        )
        self.pool = WorkerPool(config, self.spool.folder, self._context)
        frontend = self._bind_frontend()
        self.sessions = Sessions(
            frontend,
            config,
            secret,
            welcome=self._welcome,
            is_active=self._is_active,
            on_end=self._session_ended,
        )
        self.sessions.endpoints = self._endpoints
        self.blob_writer = BlobWriter(self._report)
        self.queries = LibraryQueries(self._report, self.sessions)
        self.updates = LibraryUpdates(self._report, self.sessions, self.spool, config.limits)
        self.scheduler = Scheduler(
            config, self.spool, self.sessions, self.pool, engines=self._engines
        )
        self.transfers = Transfers(
            config,
            self.spool,
            self.blob_writer,
            self.sessions,
            on_sealed=self.scheduler.blob_sealed,
            on_lost=self.scheduler.blob_lost,
        )
        handlers: dict[str, Handler] = {
            "blob.put": self.transfers.put,
            "blob.end": self.transfers.finish,
            "blob.drop": self.transfers.drop,
            "blob.get": self.transfers.get,
            "blob.credit": self.transfers.credit,
            "submit": self.scheduler.submit,
            "cancel": self.scheduler.cancel,
            "finish": self.scheduler.finish,
            "release": self.scheduler.release,
            "presets": self.queries.presets,
            "presets.save": self.updates.save_preset,
            "presets.rename": self.updates.rename_preset,
            "presets.remove": self.updates.remove_preset,
            "models": self.queries.models,
            "styles": self.queries.styles,
            "styles.add": self.updates.add,
            "styles.picture": self.queries.picture,
            "styles.change": self.updates.change,
            "styles.remove": self.updates.remove,
            "status": self._status,
            "stop": self._stop,
            "ping": self._ping,
            "pong": lambda session, header: None,
            "bye": lambda session, header: self.sessions.end(session),
        }
        self.router = Router(frontend, self.sessions, handlers, self.transfers.chunk)
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
        log.info("Velatura %s listens at %s", __version__, ", ".join(self._endpoints))
        self.pool.start()

    def main_loop(self) -> None:
        """Handle messages, reports of the blob writer, and the clock."""
        poller = zmq.Poller()
        for source in (self._frontend, self.pool.socket, self._wakeup):
            poller.register(source, zmq.POLLIN)
        last_tick = 0.0
        while not self._stopping:
            ready = dict(poller.poll(self._patience()))
            if self._wakeup.fileno() in ready:
                self._wakeup.recv(1 << 16)
            while self._reports:
                guarded(self._reports.popleft())
            if self._frontend in ready:
                guarded(self.router.receive)
            if self.pool.socket in ready:
                guarded(partial(self.pool.receive, self))
            now = time.monotonic()
            if now - last_tick >= 0.02:
                last_tick = now
                guarded(partial(self._tick, now))

    def shutdown(self) -> None:
        """Take the connection file away, end the workers, remove the spool."""
        if not self._replaced:
            self._withdraw()
        self.pool.close()
        self.blob_writer.close()
        self.queries.close()
        self.updates.close()
        self.spool.close()
        self._frontend.close(linger=200)
        self._wakeup.close()
        self._waker.close()
        self._context.term()
        for endpoint in self._endpoints:
            unlink(endpoint)

    # -- what the pool is told -------------------------------------------------------------------

    def worker_ready(self, worker: Worker) -> None:
        """A worker that starts writes the manifest when there was none for this code, or an engine missing in it."""
        manifest = manifests.read(self.config.cache, self._code)
        if manifest is not None and manifest != self._manifest:
            self._manifest = manifest
            for session in self.sessions:
                self.sessions.send(session, replies.manifest_notice(manifest))
        self.scheduler.worker_ready()

    def worker_says(self, worker: Worker, header: Header) -> None:
        self.scheduler.worker_says(worker, header)

    def worker_broken(self, worker: Worker, error: Header) -> None:
        self.scheduler.worker_broken(worker, error)

    def worker_died(self, worker: Worker, reason: str) -> None:
        self.scheduler.worker_died(worker, reason)

    # -- inside ----------------------------------------------------------------------------------

    def _open_wakeup(self) -> None:
        # A ZeroMQ socket must not be shared by threads; a pair of the system's can.
        self._wakeup, self._waker = socket.socketpair()
        self._wakeup.setblocking(False)
        self._waker.setblocking(False)

    def _bind_frontend(self) -> zmq.Socket[bytes]:
        frontend: zmq.Socket[bytes] = self._context.socket(zmq.ROUTER)
        frontend.setsockopt(zmq.ROUTER_MANDATORY, 1)
        frontend.setsockopt(zmq.LINGER, 0)
        frontend.setsockopt(zmq.SNDHWM, 16)
        frontend.setsockopt(zmq.RCVHWM, 64)
        frontend.setsockopt(zmq.MAXMSGSIZE, HEADER_LIMIT)
        frontend.setsockopt(zmq.SNDBUF, 1 << 20)
        frontend.setsockopt(zmq.RCVBUF, 1 << 20)
        path = self.config.runtime / f"{os.getpid()}.sock"
        self._endpoints = bind(frontend, path, tcp=self.config.tcp)
        self._frontend = frontend
        return frontend

    def _report(self, call: Callable[[], None]) -> None:
        """Queue ``call`` for the event loop; called by the blob writer's threads."""
        self._reports.append(call)
        with contextlib.suppress(BlockingIOError):  # full: the loop has enough reasons to wake
            self._waker.send(b"\0")

    def _patience(self) -> int:
        """Milliseconds to wait for messages: short while something may be due."""
        if self.sessions.anyone_waiting:
            return 5
        busy = self.scheduler.unfinished or self.transfers.under_way
        return 50 if busy else 500

    def _tick(self, now: float) -> None:
        self.sessions.tick(now)
        self.transfers.tick(now)
        self.scheduler.tick(now)
        self.pool.tick(now, self)
        if self.sessions or self.scheduler.unfinished or self.scheduler.keeps_results:
            self._last_use = now
        self._last_use = max(self._last_use, self.router.last_hello)
        if self.scheduler.draining:
            self._end_when_drained(now)
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
            log.info("Nobody was connected for %g s: stopping", idle)
            self._stopping = True

    def _end_when_drained(self, now: float) -> None:
        """End once the jobs are done and fetched; what clients do not send or fetch is waited for only so long."""
        late = self._deadline is not None and now > self._deadline
        if late:
            self.scheduler.give_up_waiting()
        if self.scheduler.unfinished == 0 and (late or not self.updates.busy):
            fetched = not any(
                self.scheduler.remembers(each) or self.transfers.sends_to(each)
                for each in self.sessions
            )
            self._stopping = self._stopping or fetched or late

    def _is_outdated(self) -> bool:
        """Whether another Velatura is installed now, and the installer has finished: two looks agree."""
        seen, self._seen_stamp = self._seen_stamp, installation_stamp()
        return self._stamp != self._seen_stamp == seen

    def _hand_over(self) -> None:
        """The code on the disk is not this code any more: finish what there is, let the new one take the rest."""
        self._drain("Velatura was upgraded; a new daemon takes over.")
        self._withdraw()
        self._replaced = True
        try:
            start_successor(self.config)
        except OSError:
            # The next client starts one; the jobs that are here matter more.
            log.exception("The successor could not be started")

    def _drain(self, reason: str) -> None:
        self.scheduler.draining = True
        self._deadline = time.monotonic() + self.config.drain_grace
        log.info("Draining: %s", reason)
        for session in self.sessions:
            self.sessions.send(session, {"t": "notice", "code": "draining", "message": reason})

    def _withdraw(self) -> None:
        """No new client finds this daemon any more."""
        (self.config.runtime / FILE_NAME).unlink(missing_ok=True)
        self._lock.release()

    def _signalled(self, number: int, frame: FrameType | None) -> None:
        self._stopping = True

    def _is_active(self, session: Session) -> bool:
        return self.transfers.active(session) or self.scheduler.active(session)

    def _session_ended(self, session: Session) -> None:
        self.scheduler.end_session(session)
        self.transfers.end_session(session)

    def _engines(self) -> dict[str, Any] | None:
        return self._manifest

    def _welcome(self, known: str | None) -> Header:
        return replies.welcome(self.config, self._instance, self._manifest, known)

    def _ping(self, session: Session, header: Header) -> None:
        self.sessions.send(session, {"t": "pong", "n": number_of(header)})

    def _stop(self, session: Session, header: Header) -> None:
        self.sessions.send(session, {"t": "stopping"})
        if header.get("now"):
            self._stopping = True
        elif not self.scheduler.draining:
            self._drain("The daemon was asked to stop.")

    def _status(self, session: Session, header: Header) -> None:
        facts = {
            "instance": self._instance,
            "uptime": time.time() - self._started,
            "draining": self.scheduler.draining,
            "sessions": len(self.sessions),
            "jobs": self.scheduler.counts(),
        }
        self.sessions.send(session, replies.status(self.config, facts, self.spool, self.pool))


def guarded(call: Callable[[], None]) -> None:
    """``call``, from which an error must not end everybody's daemon; the log has it."""
    try:
        call()
    except Exception:
        log.exception("An error in the event loop")

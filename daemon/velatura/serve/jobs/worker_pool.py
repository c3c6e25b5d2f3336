"""The workers: one process for each device, started, listened to, replaced when they die.

A worker talks to the broker over its own socket with the same frames as clients do, but no credit: pixels between the
two lie in spool files. It proves itself by a token that only it was given, and it ends when its standard input does,
so no worker outlives its broker.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import zmq

from velatura.serve.broker.endpoints import bind, unlink
from velatura.serve.config import Config
from velatura.serve.worker.allocator import KEEP_FREED
from velatura.serve.worker.settings import WorkerSettings
from velatura.serve.worker.threads import with_short_spins
from velatura_link.errors import ProtocolError
from velatura_link.messages import HEADER_LIMIT, pack_header, unpack_header

if TYPE_CHECKING:
    from velatura.serve.jobs.job import Job
    from velatura_link.messages import Header

log = logging.getLogger(__name__)

MAX_BACKOFF = 30.0
MAX_LOG = 1 << 20


class PoolListener(Protocol):
    """Who is told what workers do."""

    def worker_ready(self, worker: Worker) -> None: ...

    def worker_says(self, worker: Worker, header: Header) -> None: ...

    def worker_broken(self, worker: Worker, error: Header) -> None: ...

    def worker_died(self, worker: Worker, reason: str) -> None: ...


@dataclass(eq=False)
class Worker:
    """One worker process. ``jobs`` has the running job last; those before it wait for it (an interactive guest).

    ``asked`` is the device it was started for (None: the daemon's own), ``device`` what it turned out to be.
    """

    asked: str | None
    process: subprocess.Popen[bytes]
    token: str
    route: bytes = b""
    ready: bool = False
    jobs: list[Job] = field(default_factory=list)
    counters: dict[str, int] = field(default_factory=dict)
    device: str = ""
    title: str = ""

    def serves(self, device: str | None) -> bool:
        """Whether this is the worker for what a job asks for."""
        return device in (self.asked, self.device)

    def takes(self, job: Job) -> bool:
        """Whether ``job`` can start here now: on an idle worker, or as an interactive guest between two steps."""
        if not self.ready or not self.serves(job.device):
            return False
        guest = len(self.jobs) == 1 and self.jobs[0].priority == "batch"
        return not self.jobs or (guest and job.priority == "interactive")


class WorkerPool:
    """All workers of one daemon."""

    def __init__(self, config: Config, spool: Path, context: zmq.Context[Any]) -> None:
        self._config = config
        self._spool = spool
        self._workers: list[Worker] = []
        self._deaths = 0
        self._next_start = 0.0
        self._wanted = False
        self.socket: zmq.Socket[bytes] = context.socket(zmq.ROUTER)
        self.socket.setsockopt(zmq.ROUTER_MANDATORY, 1)
        self.socket.setsockopt(zmq.SNDHWM, 0)
        self.socket.setsockopt(zmq.LINGER, 0)
        self.socket.setsockopt(zmq.MAXMSGSIZE, HEADER_LIMIT)  # any local user may reach a loopback
        [self._endpoint] = bind(self.socket, config.runtime / f"{os.getpid()}-workers.sock")

    def __iter__(self) -> Iterator[Worker]:
        return iter(self._workers)

    def worker_of(self, job: Job) -> Worker | None:
        """The worker that has ``job``, or None while it waits or once it is done."""
        return next((worker for worker in self._workers if job in worker.jobs), None)

    @property
    def log(self) -> Path:
        """What workers print: warnings of libraries, tracebacks."""
        return self._config.cache / "worker.log"

    @property
    def hopeless(self) -> bool:
        """Whether workers die again and again before they are ready."""
        return self._deaths >= 3 and not any(worker.ready for worker in self._workers)

    def start(self) -> None:
        """Have a worker for the configured device from now on."""
        self._wanted = True
        self._spawn(None)

    def require(self, device: str | None) -> None:
        """Have a worker for ``device`` soon, unless one that is still starting may turn out to be it."""
        known = all(worker.ready for worker in self._workers)
        if known and not any(worker.serves(device) for worker in self._workers):
            self._spawn(device)

    def send(self, worker: Worker, header: Header) -> None:
        """Tell a worker something; if it has just died, its death is noticed by :meth:`tick`."""
        try:
            self.socket.send_multipart([worker.route, pack_header(header)], zmq.NOBLOCK)
        except zmq.ZMQError as error:
            if error.errno not in (zmq.EHOSTUNREACH, zmq.EAGAIN):
                raise

    def receive(self, listener: PoolListener) -> None:
        """Handle every message that is there."""
        while True:
            try:
                frames = self.socket.recv_multipart(zmq.NOBLOCK)
            except zmq.Again:
                return
            try:
                route, header = frames[0], unpack_header(frames[1])
            except (ProtocolError, IndexError):
                continue
            worker = next((w for w in self._workers if w.token == header.get("token")), None)
            if worker is None:
                continue
            worker.route = route
            worker.counters = header.get("counters", worker.counters)
            if header["t"] == "ready":
                worker.ready = True
                worker.device, worker.title = header["device"], header["title"]
                log.info("Worker %d serves %s", worker.process.pid, worker.title)
                self._deaths = 0
                listener.worker_ready(worker)
            elif header["t"] == "broken":
                log.error("Worker %d is of no use: %s", worker.process.pid, header["message"])
                listener.worker_broken(worker, header)
            else:
                listener.worker_says(worker, header)

    def tick(self, now: float, listener: PoolListener) -> None:
        """Notice deaths, and start workers anew, ever more slowly while they die young."""
        for worker in list(self._workers):
            status = worker.process.poll()
            if status is not None:
                self._workers.remove(worker)
                log.warning("Worker %d ended: %s", worker.process.pid, _ending(status))
                if worker.asked is None:
                    self._deaths = 1 if worker.ready else self._deaths + 1
                    self._next_start = now + min(0.25 * 2 ** (self._deaths - 1), MAX_BACKOFF)
                listener.worker_died(worker, _ending(status))
        absent = all(worker.asked is not None for worker in self._workers)
        if self._wanted and absent and now >= self._next_start:
            self._next_start = now + MAX_BACKOFF  # should the system refuse a process
            self._spawn(None)
            self._next_start = now

    def close(self) -> None:
        """End all workers: politely, then not."""
        self._wanted = False
        for worker in self._workers:
            self.send(worker, {"t": "quit"})
            if worker.process.stdin is not None:
                worker.process.stdin.close()
        deadline = time.monotonic() + 2
        for worker in self._workers:
            try:
                worker.process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                worker.process.kill()
                worker.process.wait()
        self.socket.close()
        unlink(self._endpoint)

    def _spawn(self, device: str | None) -> None:
        token = os.urandom(16).hex()
        settings = WorkerSettings(
            self._endpoint,
            token,
            device or self._config.device,
            self._config.engines,
            self._config.cache,
            self._spool,
            self._config.log_level,
        )
        if self.log.exists() and self.log.stat().st_size > MAX_LOG:
            self.log.unlink()
        with self.log.open("ab") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "velatura.serve.worker.worker"],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                env={
                    **KEEP_FREED,
                    **with_short_spins(os.environ),
                    "VELATURA_CACHE": str(self._config.cache),
                    **settings.to_environment(),
                },
            )
        self._workers.append(Worker(device, process, token))


def _ending(status: int) -> str:
    return f"signal {-status}" if status < 0 else f"exit status {status}"

"""Jobs from ``submit`` to the last word: checked, queued, given to workers, reported to whoever waits."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from velatura.errors import BadRequest, Busy, Draining, VelaturaError
from velatura.serve import logs
from velatura.serve.blobs.spool import Spool
from velatura.serve.broker.sessions import Session, Sessions
from velatura.serve.config import Config
from velatura.serve.jobs.job import Job, Queue
from velatura.serve.jobs.job_blobs import (
    let_outputs_go,
    room_for,
    take_inputs,
    take_outputs,
    take_preview,
)
from velatura.serve.jobs.job_table import JobTable
from velatura.serve.jobs.request_validation import read_submit
from velatura.serve.jobs.worker_pool import Worker, WorkerPool
from velatura_link.errors import ProtocolError
from velatura_link.messages import Header, new_id
from velatura_link.text import Text, decode_text, encode_error

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 2
STUCK_SECONDS = 60.0
"""How long a worker may take to let go of a job that was cancelled: one step of the slowest engine."""
MAX_ENDED = 256
"""Ended jobs of one session that are remembered."""


class Scheduler:
    """Every job of the daemon."""

    def __init__(
        self,
        config: Config,
        spool: Spool,
        sessions: Sessions,
        pool: WorkerPool,
        *,
        engines: Callable[[], dict[str, Any] | None],
    ) -> None:
        self._config = config
        self._spool = spool
        self._sessions = sessions
        self._pool = pool
        self._engines = engines
        self._jobs = JobTable()
        self._queue = Queue()
        self.draining = False

    @property
    def unfinished(self) -> int:
        return len(self._jobs.unfinished)

    def active(self, session: Session) -> bool:
        """Whether ``session`` waits for a job that is not finished."""
        return any(job.final is None for job in self._jobs.of(session))

    def remembers(self, session: Session) -> bool:
        """Whether ``session`` has any job here, finished or not."""
        return bool(self._jobs.of(session))

    def counts(self) -> dict[str, int]:
        """How many jobs are queued and running."""
        running = sum(len(worker.jobs) for worker in self._pool)
        return {"queued": max(0, self.unfinished - running), "running": running}

    # -- what clients say ------------------------------------------------------------------------

    def submit(self, session: Session, header: Header) -> None:
        """``submit``: take a job, or repeat what there is to say about one that is known."""
        job_id = header.get("job")
        if not isinstance(job_id, bytes) or len(job_id) != 16:
            self._refuse(session, job_id, BadRequest("A job needs an id of 16 bytes."))
            return
        known = self._jobs.find(job_id)
        if known is not None:
            self._adopt(session, known)
            return
        try:
            self._check_room(session)
            limits = self._config.limits
            job = read_submit(session, job_id, header, self._engines(), limits)
            take_inputs(job, self._spool, limits)
        except VelaturaError as error:
            self._refuse(session, job_id, error)
            return
        self._jobs.add(job)
        log.debug("%s for %s", job.request["engine"], session.client.get("name", "a client"))
        self._pool.require(job.device)
        self._replace(session, job)
        if not job.missing:
            self._queue.add(job)
        self._tell(job, {"t": "accepted", "job": job.id, "position": self._queue.position(job)})
        self.schedule()

    def cancel(self, session: Session, header: Header) -> None:
        """``cancel``: answered at once, also while the worker finishes its present step."""
        job = self._jobs.one_of(session, header.get("job", b""))
        if job is not None:
            self._cancel(job, "cancelled", "The job was cancelled.")

    def finish(self, session: Session, header: Header) -> None:
        """``finish``: an engine that can stops early; the job's result is what it has by then."""
        job = self._jobs.one_of(session, header.get("job", b""))
        if job is None or job.final is not None or job.finishing:
            return
        job.finishing = True
        worker = self._pool.worker_of(job)
        if worker is not None:
            self._pool.send(worker, {"t": "finish", "job": job.order})

    def release(self, session: Session, header: Header) -> None:
        """``release``: forget a finished job and its outputs."""
        job = self._jobs.one_of(session, header.get("job", b""))
        if job is not None and job.final is not None:
            self._forget(job)

    def end_session(self, session: Session) -> None:
        """What the session began ends with it, or is kept, as each job asked."""
        now = time.monotonic()
        for job in self._jobs.of(session):
            self._jobs.give(job, None)
            job.orphaned = now
            if job.keep:
                continue
            if job.final is None:
                self._cancel(job, "cancelled", "The client is gone.")
            self._forget(job)

    # -- what transfers say ----------------------------------------------------------------------

    def blob_sealed(self, blob: bytes) -> None:
        """An upload is complete: jobs that waited for it alone can go."""
        for job in [job for job in self._jobs if blob in job.missing]:
            stored = self._spool.find(blob)
            assert stored is not None
            job.missing.discard(blob)
            job.blobs[blob] = stored
            if not job.missing:
                self._queue.add(job)
        self.schedule()

    def blob_lost(self, blob: bytes, code: str, reason: str) -> None:
        """An upload will never be complete: jobs that need it fail."""
        for job in [job for job in self._jobs if blob in job.missing]:
            self._fail(job, code, f"A picture arrived incomplete. {reason}")

    # -- what workers say ------------------------------------------------------------------------

    def worker_ready(self) -> None:
        """A worker is there: jobs can start, and what it does not serve may need another."""
        self._require_workers()
        self.schedule()

    def worker_says(self, worker: Worker, header: Header) -> None:
        """Progress, a preview, or the end of a job."""
        job = next((job for job in worker.jobs if job.order == header.get("job")), None)
        if job is None:
            return
        kind = header["t"]
        if kind == "progress" and job.final is None:
            self._progress(job, header)
        elif kind == "preview":
            raster = take_preview(job, header, self._spool)
            if raster is not None:
                self._tell(job, {"t": "preview", "job": job.id, "raster": raster})
        elif kind in ("done", "failed"):
            worker.jobs.remove(job)
            if kind == "done":
                self._done(job, header)
            elif job.final is None:
                self._fail(job, header["code"], *_reason(header))
            self._spool.let_go(job)
            self.schedule()

    def worker_died(self, worker: Worker, reason: str) -> None:
        """Run its jobs again once, then give them up."""
        for job in worker.jobs:
            if job.room is not None:
                job.room.unlink(missing_ok=True)
            if job.final is not None:
                self._spool.let_go(job)
            elif job.attempts >= MAX_ATTEMPTS:
                self._fail(
                    job,
                    "worker_died",
                    Text(
                        "The painting process ended unexpectedly, twice ({reason}).", reason=reason
                    ),
                    self._see_log(),
                )
            else:
                job.started = None
                self._queue.add(job, first=True)
        worker.jobs.clear()
        self._spool.sweep(worker.process.pid)
        if self._pool.hopeless:
            self._give_up(reason)
        elif worker.asked is not None and not worker.ready:
            self._give_up(reason, worker.asked)
        self._require_workers()
        self.schedule()

    def worker_broken(self, worker: Worker, error: Header) -> None:
        """A worker cannot serve its device at all: jobs for it fail with what it says."""
        for job in self._jobs.unfinished:
            if worker.serves(job.device):
                self._fail(job, error["code"], *_reason(error))

    # -- the clock -------------------------------------------------------------------------------

    @property
    def keeps_results(self) -> bool:
        """Whether somebody may still come for a result that is kept."""
        return any(job.expires is not None for job in self._jobs)

    def tick(self, now: float) -> None:
        """Forget kept results whose time is over; end workers that do not stop."""
        for worker in self._pool:
            job = worker.jobs[-1] if worker.jobs else None
            if job is not None and job.finished is not None and now - job.finished > STUCK_SECONDS:
                worker.process.kill()
        for job in self._jobs:
            if job.expires is not None and job.expires < now:
                self._forget(job)

    def give_up_waiting(self) -> None:
        """Fail the jobs whose pixels have not come: the daemon wants to end."""
        for job in [job for job in self._jobs if job.missing]:
            self._fail(job, "draining", Text("The daemon stopped before the picture had arrived."))

    def schedule(self) -> None:
        """Give waiting jobs to workers that can take them."""
        for worker in sorted(self._pool, key=lambda worker: len(worker.jobs)):
            while (job := self._queue.take(worker.takes)) is not None:
                self._start(job, worker)

    # -- inside ----------------------------------------------------------------------------------

    def _require_workers(self) -> None:
        """Have a worker for every job that waits for one of its own; the pool minds the daemon's own."""
        for job in self._jobs.unfinished:
            if job.device is not None and self._pool.worker_of(job) is None:
                self._pool.require(job.device)

    def _check_room(self, session: Session) -> None:
        if self.draining:
            raise Draining(
                "This daemon is about to stop and accepts no new jobs.",
                hint="Connect again: its successor is starting.",
            )
        if sum(job.final is None for job in self._jobs.of(session)) >= self._config.limits.jobs:
            raise Busy("Too many unfinished jobs.", hint="Wait for some of them.")

    def _adopt(self, session: Session, job: Job) -> None:
        self._jobs.give(job, session)
        job.orphaned = None
        self._tell(job, {"t": "accepted", "job": job.id, "position": self._queue.position(job)})
        last = job.final or job.progress
        if last is not None:
            self._tell(job, dict(last))

    def _replace(self, session: Session, newer: Job) -> None:
        if newer.replaces is None:
            return
        for job in self._jobs.of(session):
            if job is not newer and job.replaces == newer.replaces and job.final is None:
                self._cancel(job, "replaced", "A newer request replaced this one.")

    def _start(self, job: Job, worker: Worker) -> None:
        room = room_for(job, self._spool)
        order: Header = {
            "t": "run",
            "job": new_id(),
            "of": job.id,
            "request": job.request,
            "files": [
                [blob, str(s.path), s.size, s.digest, s.check] for blob, s in job.blobs.items()
            ],
            "priority": job.priority,
            "preview": job.preview,
            "room": str(room) if room is not None else None,
        }
        try:
            self._pool.send(worker, order)
        except ProtocolError:
            if room is not None:
                room.unlink(missing_ok=True)
            self._fail(job, "too_large", Text("The request is too large to be passed to a worker."))
            return
        job.order, job.room = order["job"], room
        job.attempts += 1
        with logs.about(job.id):
            log.debug("Given to worker %d, attempt %d", worker.process.pid, job.attempts)
        job.started = time.monotonic()
        worker.jobs.append(job)
        if job.finishing:
            self._pool.send(worker, {"t": "finish", "job": job.order})

    def _progress(self, job: Job, header: Header) -> None:
        keys = ("t", "job", "phase", "title", "title_source", "step", "steps", "seconds_left")
        message = {**{key: header.get(key) for key in keys}, "job": job.id}
        if job.progress_due(message, time.monotonic()):
            self._tell(job, dict(message))

    def _done(self, job: Job, header: Header) -> None:
        outputs = take_outputs(job, header, self._spool)
        if outputs is None:
            return
        now = time.monotonic()
        started = job.started or now
        self._finish(
            job,
            {
                "t": "result",
                "job": job.id,
                "outputs": outputs,
                "notes": header["notes"],
                "note_sources": header["note_sources"],
                "recipe": header["recipe"],
                "seconds": {"queued": started - job.submitted, "running": now - started},
            },
        )

    def _cancel(self, job: Job, code: str, message: str) -> None:
        if job.final is not None:
            return
        worker = self._pool.worker_of(job)
        if worker is not None:
            self._pool.send(worker, {"t": "cancel", "job": job.order})
        self._fail(job, code, message)

    def _fail(self, job: Job, code: str, message: str, hint: str = "") -> None:
        self._finish(
            job,
            {"t": "failed", "job": job.id, **encode_error(code, message, hint)},
        )

    def _finish(self, job: Job, final: Header) -> None:
        self._forget_oldest(job.session)
        self._queue.remove(job)
        job.missing.clear()
        job.blobs.clear()
        engine, job.request = job.request.get("engine"), {}
        job.final = final
        job.finished = time.monotonic()
        with logs.about(job.id):
            how = "result" if final["t"] == "result" else f"{final['code']}: {final['message']}"
            log.info("%s ended after %.2f s: %s", engine, job.finished - job.submitted, how)
        if self._pool.worker_of(job) is None:
            self._spool.let_go(job)
        self._tell(job, dict(final))

    def _forget_oldest(self, session: Session | None) -> None:
        """Clients release what they have; of one that never does, not everything is kept."""
        if session is None:
            return
        ended = [job for job in self._jobs.of(session) if job.final]
        for job in ended[: max(0, len(ended) - MAX_ENDED)]:
            self._forget(job)

    def _forget(self, job: Job) -> None:
        self._jobs.remove(job)
        let_outputs_go(job, self._spool)

    def _give_up(self, reason: str, device: str | None = None) -> None:
        """Fail every job, or those for ``device``."""
        for job in self._jobs.unfinished:
            if device is not None and job.device != device:
                continue
            self._fail(
                job,
                "worker_died",
                Text("The painting process does not start ({reason}).", reason=reason),
                self._see_log(),
            )

    def _see_log(self) -> Text:
        return Text("See the log at {log}, or run `velatura doctor`.", log=str(self._pool.log))

    def _tell(self, job: Job, header: Header) -> None:
        if job.session is not None:
            self._sessions.send(job.session, header)

    def _refuse(self, session: Session, job_id: object, error: VelaturaError) -> None:
        self._sessions.send(
            session,
            {
                "t": "failed",
                "job": job_id,
                **encode_error(error.code, error.message, error.hint),
            },
        )


def _reason(header: Header) -> tuple[Text, Text]:
    """Message and hint of a worker's failure."""
    return decode_text("message", header), decode_text("hint", header)

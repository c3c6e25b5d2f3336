"""Which jobs there are, and for whom."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from velatura.serve.broker.sessions import Session
    from velatura.serve.jobs.job import Job


class JobTable:
    """Every job that is remembered, by its id and by the session that waits for it.

    Iterating goes over the jobs as they are when it begins.
    """

    def __init__(self) -> None:
        self._jobs: dict[bytes, Job] = {}
        self._of_session: dict[Session, dict[bytes, Job]] = {}

    def __iter__(self) -> Iterator[Job]:
        return iter(list(self._jobs.values()))

    @property
    def unfinished(self) -> list[Job]:
        """The jobs without a last word."""
        return [job for job in self._jobs.values() if job.final is None]

    def find(self, job_id: bytes) -> Job | None:
        """The job of that id, whoever waits for it."""
        return self._jobs.get(job_id)

    def of(self, session: Session) -> list[Job]:
        """The jobs that ``session`` waits for, in the order in which it came to them."""
        return list(self._of_session.get(session, {}).values())

    def one_of(self, session: Session, job_id: bytes) -> Job | None:
        """The job of that id, if it is one that ``session`` waits for."""
        return self._of_session.get(session, {}).get(job_id)

    def add(self, job: Job) -> None:
        """Remember ``job``, for the session that submitted it."""
        self._jobs[job.id] = job
        self.give(job, job.session)

    def give(self, job: Job, session: Session | None) -> None:
        """Let ``session`` wait for ``job`` from now on; None: nobody does."""
        self._take_away(job)
        job.session = session
        if session is not None:
            self._of_session.setdefault(session, {})[job.id] = job

    def remove(self, job: Job) -> None:
        """Forget ``job``."""
        self._jobs.pop(job.id, None)
        self._take_away(job)

    def _take_away(self, job: Job) -> None:
        if job.session is None:
            return
        jobs = self._of_session.get(job.session, {})
        if jobs.pop(job.id, None) is not None and not jobs:
            del self._of_session[job.session]

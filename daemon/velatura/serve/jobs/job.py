"""One request and its life: queued → running → done | failed | cancelled. And who is next."""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from velatura.serve.blobs.spool import Stored
    from velatura.serve.broker.sessions import Session
    from velatura_link.messages import Header

Priority = Literal["interactive", "batch"]
MAX_GRACE = 86_400.0


@dataclass(eq=False)
class Job:
    """What is asked, by whom, and how far it is. ``final`` is the result or failure once there is one.

    ``order`` names one attempt to its worker: a job that was cancelled may be submitted anew under the same id while
    its worker still finishes a step. ``room`` is the file that a worker was given to paint over. ``finishing``: the
    engine, if it can, stops after the step it is in and gives what it has.
    """

    id: bytes
    session: Session | None
    request: dict[str, Any]
    priority: Priority
    replaces: str | None
    keep: bool
    grace: float
    preview: float | None
    missing: set[bytes] = field(default_factory=set)
    blobs: dict[bytes, Stored] = field(default_factory=dict)
    order: bytes = b""
    room: Path | None = None
    attempts: int = 0
    finishing: bool = False
    submitted: float = field(default_factory=time.monotonic)
    started: float | None = None
    finished: float | None = None
    orphaned: float | None = None
    progress: Header | None = None
    preview_blob: bytes | None = None
    final: Header | None = None
    _told: float = 0.0

    @property
    def device(self) -> str | None:
        """The device that was asked for; None for the daemon's own."""
        device = self.request.get("device")
        return None if device in (None, "auto") else str(device)

    @property
    def state(self) -> str:
        if self.final is not None:
            return "done" if self.final["t"] == "result" else "failed"
        return "running" if self.started is not None else "queued"

    @property
    def expires(self) -> float | None:
        """When a job without a session is forgotten; None while it has one or is not finished."""
        if self.orphaned is None or self.finished is None:
            return None
        return max(self.orphaned, self.finished) + self.grace

    def progress_due(self, header: Header, now: float) -> bool:
        """Whether this step is worth a message: at most ten a second, and always a phase's first and last."""
        begins = self.progress is None or self.progress.get("phase") != header.get("phase")
        ends = header.get("step") == header.get("steps")
        self.progress = header
        if now - self._told < 0.1 and not (begins or ends):
            return False
        self._told = now
        return True


class Queue:
    """Jobs that could start now. Interactive ones first; among equals the clients take turns."""

    def __init__(self) -> None:
        self._lanes: dict[Priority, OrderedDict[object, deque[Job]]] = {
            "interactive": OrderedDict(),
            "batch": OrderedDict(),
        }

    def __len__(self) -> int:
        return sum(len(jobs) for lane in self._lanes.values() for jobs in lane.values())

    def add(self, job: Job, *, first: bool = False) -> None:
        """Let ``job`` wait; ``first`` for one that ran already and lost its worker."""
        jobs = self._lanes[job.priority].setdefault(job.session or job, deque())
        if first:
            jobs.appendleft(job)
        else:
            jobs.append(job)

    def remove(self, job: Job) -> None:
        """Take ``job`` out if it waits here."""
        lane = self._lanes[job.priority]
        for owner, jobs in list(lane.items()):
            if job in jobs:
                jobs.remove(job)
                if not jobs:
                    del lane[owner]

    def take(self, fits: Callable[[Job], bool]) -> Job | None:
        """The next job that ``fits``; its client goes to the end of the line."""
        for lane in self._lanes.values():
            for owner, jobs in lane.items():
                job = next((job for job in jobs if fits(job)), None)
                if job is not None:
                    jobs.remove(job)
                    del lane[owner]
                    if jobs:
                        lane[owner] = jobs
                    return job
        return None

    def position(self, job: Job) -> int:
        """How many of the jobs that wait go before ``job`` at the least."""
        ahead = 0
        for priority, lane in self._lanes.items():
            if priority == job.priority:
                mine = next((jobs for jobs in lane.values() if job in jobs), None)
                rank = list(mine).index(job) if mine is not None else 0
                return ahead + sum(
                    min(len(jobs), rank + (jobs is not mine)) for jobs in lane.values()
                )
            ahead += sum(len(jobs) for jobs in lane.values())
        return ahead

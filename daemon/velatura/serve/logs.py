"""What the daemon's processes log: to standard error, which whoever starts them sends to a file.

A line names the job that it is about, wherever in the program it comes from: ::

    2026-03-01 12:00:00,125 INFO 4711 velatura.serve.worker.worker [3f2a9c01]: Painted by glaze in 0.21 s
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

LEVELS = ("debug", "info", "warning", "error")
FORMAT = "%(asctime)s %(levelname)s %(process)d %(name)s%(job)s: %(message)s"

_job: ContextVar[str] = ContextVar("velatura_job", default="")


@contextmanager
def about(job: object) -> Iterator[None]:
    """Let lines that are logged meanwhile, in this thread, name ``job``; an id that is not bytes is nobody's."""
    token = _job.set(f" [{job[:4].hex()}]" if isinstance(job, bytes) else "")
    try:
        yield
    finally:
        _job.reset(token)


def configure(level: str) -> None:
    """Log from now on what is as grave as ``level`` (one of :data:`LEVELS`), warnings of libraries included."""
    handler = logging.StreamHandler()
    handler.addFilter(_with_job)
    logging.basicConfig(level=level.upper(), format=FORMAT, handlers=[handler])
    logging.captureWarnings(True)


def _with_job(record: logging.LogRecord) -> bool:
    record.job = _job.get()
    return True

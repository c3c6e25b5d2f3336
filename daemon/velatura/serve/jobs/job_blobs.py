"""A job's pixels in the spool: what it needs, room for what it will give, what it gave."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from velatura.errors import BadRequest, BlobMissing
from velatura.serve.blobs.spool import Spool
from velatura.serve.config import Limits
from velatura.serve.jobs.job import Job
from velatura.serve.jobs.request_validation import blobs_of
from velatura_link.messages import Header


def take_inputs(job: Job, spool: Spool, limits: Limits) -> None:
    """Hold every blob that the request names, each of the size that it says, or none of them.

    Those still on their way are in ``job.missing`` afterwards. Raises :class:`BadRequest`, :class:`BlobMissing` and
    :class:`TooLarge`.
    """
    found = []
    for use in blobs_of(job.request, limits):
        stored = spool.find(use.blob)
        if stored is None:
            raise BlobMissing(
                "The request names a blob that does not exist.", hint="Upload it again."
            )
        if use.size is not None and stored.size != use.size:
            raise BadRequest(
                "A raster of {described:,} bytes was described, but its blob has {size:,}.",
                described=use.size,
                size=stored.size,
            )
        found.append((use.blob, stored))
    for blob, stored in found:
        spool.hold(job, blob, stored)
        if stored.sealed:
            job.blobs[blob] = stored
        else:
            job.missing.add(blob)


def room_for(job: Job, spool: Spool) -> Path | None:
    """A used file for the result, which is most often as large as the content."""
    content = job.request.get("content")
    stored = job.blobs.get(content["blob"]) if content is not None else None
    return spool.give_away(stored.size) if stored is not None else None


def take_preview(job: Job, header: Header, spool: Spool) -> dict[str, Any] | None:
    """Take over a preview in place of the one before; its reference, or None when nobody waits for it."""
    path = Path(header["path"])
    if job.final is not None or job.session is None:
        path.unlink(missing_ok=True)
        return None
    if job.preview_blob is not None:
        spool.release(job, job.preview_blob)
    raster: dict[str, Any] = header["raster"]
    job.preview_blob = raster["blob"]
    spool.adopt(raster["blob"], path, header["size"], header["check"], job)
    return raster


def take_outputs(job: Job, header: Header, spool: Spool) -> dict[str, Any] | None:
    """Take over a job's outputs; their references by name, or None when nobody waits for them."""
    outputs: dict[str, Any] = header["outputs"]
    for output in outputs.values():
        path = Path(output.pop("path"))
        if job.final is not None:
            path.unlink(missing_ok=True)
        else:
            spool.adopt(output["blob"], path, output["size"], output["check"], (job, "result"))
    return outputs if job.final is None else None


def let_outputs_go(job: Job, spool: Spool) -> None:
    """Nobody will fetch a job's outputs any more."""
    spool.let_go((job, "result"))

"""Painting through the daemon."""

from __future__ import annotations

import threading

from velatura.cli import session
from velatura.cli.backends.base import KEEP, Painted, Priority
from velatura.cli.display import Bar
from velatura.cli.preview import PreviewFile
from velatura.cli.tasks import raster_from
from velatura.imaging.files import read_picture
from velatura_link import engines
from velatura_link.client import Client
from velatura_link.errors import JobFailed
from velatura_link.jobs import (
    Accepted,
    Downloading,
    Event,
    Job,
    Preview,
    Progress,
    Result,
    Uploading,
)
from velatura_link.recipe import BadRecipe, Recipe, from_described
from velatura_link.request import EncodedFile, Payload, Pixels, Request, all_styles

PARALLEL = 64
"""How many jobs the daemon takes of one client."""


class DaemonBackend:
    """A client of the daemon. What several pictures share is sent once."""

    parallel = PARALLEL

    def __init__(self) -> None:
        self._client: Client | None = None
        self._connecting = threading.Lock()
        self._jobs: set[Job] = set()
        self._cancelled = False

    def __enter__(self) -> DaemonBackend:
        return self

    def __exit__(self, *_: object) -> None:
        if self._client is not None:
            self._client.close()

    def finish(self) -> None:
        """Have every job's engine stop after its present step, if it can, and keep what is there."""
        for job in list(self._jobs):
            job.finish()

    def cancel(self) -> None:
        """Cancel every job."""
        self._cancelled = True
        for job in list(self._jobs):
            job.cancel()

    def paint(
        self,
        request: Request,
        bar: Bar,
        preview: PreviewFile | None = None,
        priority: Priority = "interactive",
    ) -> Painted:
        """See :class:`~velatura.cli.backends.base.Backend`.

        Raises :class:`~velatura_link.errors.JobFailed` and what connecting raises; Ctrl-C cancels the job.
        """
        client = self._connected(bar)
        if _can_stop_early(request.engine, client):
            bar.offer(KEEP)
        job = client.submit(
            request,
            priority=priority,
            preview=preview.seconds if preview is not None else None,
            on_event=lambda event: _show(event, bar, preview),
        )
        self._jobs.add(job)
        try:
            if self._cancelled:
                job.cancel()
            result = job.wait()
        except KeyboardInterrupt:
            job.cancel()
            raise
        except JobFailed as error:
            if error.code in ("bad_picture", "too_large"):
                _read_pictures(request, client)
            raise
        finally:
            self._jobs.discard(job)
        return Painted(
            raster_from(result.picture),
            result.notes,
            dict(result.seconds),
            _recipe_of(result),
            {
                name: raster_from(each) if isinstance(each, Pixels) else each
                for name, each in result.outputs.items()
                if name != "picture"
            },
        )

    def _connected(self, bar: Bar) -> Client:
        with self._connecting:
            if self._client is None:
                bar.show("Starting the daemon", 0, 0, None)
                self._client = session.connect()
            return self._client


def _recipe_of(result: Result) -> Recipe | None:
    """The result's recipe; none is no reason to lose a picture."""
    try:
        return from_described(result.recipe) if result.recipe else None
    except BadRecipe:
        return None


def _can_stop_early(engine: str | None, client: Client) -> bool:
    """Whether the daemon's engine is known to keep what it has when it is stopped."""
    known = (client.manifest or {}).get(engine or "", {})
    return known.get("descriptor", {}).get("interruptible") is True


def _read_pictures(request: Request, client: Client) -> None:
    """Raise what is wrong with a picture's file: the daemon, which gets bytes, cannot name it."""
    pictures: list[Payload | None] = [region.mask for region in request.regions]
    for style in all_styles(request):
        pictures += [style.picture, style.before, style.mask]
    for each in engines.inputs_of(client.manifest or {}, request.engine or ""):
        value = request.inputs.get(each["name"])
        if each["kind"] in ("raster", "flow") and isinstance(value, EncodedFile):
            pictures.append(value)
    for picture in pictures:
        if isinstance(picture, EncodedFile) and picture.path is not None:
            read_picture(picture.path)


def _show(event: Event, bar: Bar, preview: PreviewFile | None) -> None:
    if isinstance(event, Uploading):
        if event.sent < event.total:
            bar.show("upload", event.sent, event.total, None)
        else:
            bar.show("queue", 0, 0, None)
    elif isinstance(event, Downloading):
        bar.show("download", event.received, event.total, None)
    elif isinstance(event, Progress):
        bar.show(event.phase, event.step, event.steps, event.seconds_left, event.title)
    elif isinstance(event, Preview) and preview is not None:
        preview.show(raster_from(event.pixels))
    elif isinstance(event, Accepted) and event.position:
        bar.show("queue", 0, 0, None)

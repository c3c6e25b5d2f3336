"""From jobs to painted layers: read, send, wait. What came is put into the image by :mod:`.delivery`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from queue import Empty

from gi.repository import Gimp

from velatura_link.client import Client
from velatura_link.engines import (
    Manifest,
    inputs_of,
    is_ordered,
    outputs_of,
    painting_phases,
)
from velatura_link.jobs import Event, Failed, Job, Priority, Result
from velatura_link.request import Payload
from velatura_link.titles import title_of

from .canvas import form_of_image
from .delivery import deliver
from .jobs import LayerJob, PaintedJob
from .layers import form_of_layer, offsets, require_own_pixels, visible_layer
from .library import require_fitting
from .plugin_folder import PluginFolder
from .progress import ProgressBar
from .request_builder import build_request
from .request_spec import RequestSpec, label_of
from .result_record import SavedSelection
from .sources import CanvasSource, LayerSource, PixelSource
from .texts import tr
from .wording import READING, bar_of

_BEAT = 0.1
"""Seconds between two signs of life."""
_PREVIEWS = 0.5
"""Seconds between two pictures of a painting that is being made."""

Watch = Callable[
    [Callable[[Callable[[Event], None]], Job], Gimp.Layer | None, Collection[str]], Result
]
"""Waits for a job while a person watches: given what submits it, and the layer to be seen at first."""


def paint(
    folder: PluginFolder, jobs: Sequence[LayerJob], watch: Watch | None = None
) -> list[Gimp.Layer]:
    """The layers that are made of ``jobs``, all of one image, in one undo step: new ones, or those that were painted
    over.

    Nothing is changed before all are painted. An image of a palette is not touched: its RGB copy is, in which the
    layers are then. An engine that shows pictures while it paints is waited for by ``watch``. Raises
    :class:`~velatura_link.errors.LinkError` or :class:`OSError`.
    """
    for job in jobs:
        if job.in_place and job.layer is not None:
            require_own_pixels(job.layer)
    Gimp.progress_init(tr("Starting Velatura"))
    show = ProgressBar()
    folder.connection(on_wait=show.starting)
    with folder.client() as client:
        painted: list[PaintedJob] = []
        for number, job in enumerate(jobs):
            show.begin(number, len(jobs))
            state = _state(client.manifest or {}, painted)
            painted.append(_painted(client, job, state, show, watch))
        # A new daemon writes its manifest while it works.
        folder.keep(client.manifest)
    layers = deliver(painted, show)
    Gimp.progress_end()
    return layers


def _state(manifest: Manifest, painted: Sequence[PaintedJob]) -> dict[str, Payload]:
    """What the job before leaves to the next, where an engine paints frames in their order."""
    if not painted:
        return {}
    engine, outputs = painted[-1].job.spec.get("engine") or "", painted[-1].result.outputs
    if not is_ordered(manifest, engine):
        return {}
    names = {each["name"] for each in inputs_of(manifest, engine) if each["kind"] == "state"}
    return {name: output for name, output in outputs.items() if name in names}


def _painted(
    client: Client,
    job: LayerJob,
    state: Mapping[str, Payload],
    show: ProgressBar,
    watch: Watch | None,
) -> PaintedJob:
    manifest, spec = client.manifest or {}, job.spec
    engine = spec.get("engine") or ""
    descriptor = manifest.get(engine, {}).get("descriptor", {})
    require_fitting(spec, descriptor, client.styles)
    source = _source(job, show)
    name, request = layer_name(spec, manifest, source), build_request(spec, manifest, source)
    request = replace(request, inputs={**request.inputs, **state})
    priority: Priority = "batch" if job.refines else "interactive"
    record, old = job.record, job.replaces
    if record is not None and record.selected and not job.refines:
        assert isinstance(source, LayerSource)
        record = replace(record, limits=SavedSelection.of(source.limits()))
    start = source.layer_named(old.get_id()) if job.refines and old is not None else None
    if watch is not None and descriptor.get("interruptible"):
        result = watch(
            lambda tell: client.submit(
                request, priority=priority, preview=_PREVIEWS, on_event=tell
            ),
            source.layer if start is None and isinstance(source, LayerSource) else old,
            painting_phases(manifest, engine),
        )
    else:
        result = _awaited(client.submit(request, priority=priority), show)
    at = offsets(source.layer) if isinstance(source, LayerSource) else _corner(source)
    titles = {each["name"]: tr(each["title"]) for each in outputs_of(manifest, engine)}
    return PaintedJob(job, source, at, result, name, record, titles, start)


def _source(job: LayerJob, show: ProgressBar) -> PixelSource:
    reading = show.advancing(tr("Reading the layer"), READING)
    if job.layer is None:
        assert job.canvas is not None
        return CanvasSource(form_of_image(job.canvas.image), reading, canvas=job.canvas)
    hidden = job.replaces
    layer = visible_layer(job.layer.get_image(), hidden) if job.visible else job.layer
    limits = job.record.limits if job.record is not None and job.refines else None
    return LayerSource(
        form_of_layer(layer),
        reading,
        layer=layer,
        effects=not job.in_place,
        selection=limits.mask() if limits is not None else None,
    )


def _corner(source: PixelSource) -> tuple[int, int]:
    return source.box.x, source.box.y


def layer_name(spec: RequestSpec, manifest: Manifest, source: PixelSource) -> str:
    """What the new layer is called: style and engine."""
    engine = spec.get("engine") or ""
    title = tr(manifest[engine]["descriptor"]["title"]) if engine in manifest else engine
    label = label_of(spec, lambda name: source.found(name).get_name())
    label = label or title_of(spec.get("preset") or "")
    return " — ".join(part for part in (label, title) if part)


def _awaited(job: Job, show: ProgressBar) -> Result:
    """The job's result, while the bar shows how far it is. Cancelling is GIMP's: it ends this process."""
    while True:
        try:
            event = job.events.get(timeout=_BEAT)
        except Empty:
            show.beat()
            continue
        if isinstance(event, Result):
            return event
        if isinstance(event, Failed):
            raise event.error
        if (bar := bar_of(event)) is not None:
            show(bar)

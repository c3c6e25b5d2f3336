"""From wishes to painted layers: read, send, wait, write."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from queue import Empty

from gi.repository import Gimp

from velatura_link.client import Client
from velatura_link.errors import LinkError
from velatura_link.jobs import Event, Failed, Job, Priority, Result
from velatura_link.request import Pixels
from velatura_link.titles import title_of

from .arguments import IN_PLACE, LAYER_MASK, Manifest, RequestSpec, label_of
from .layers import (
    RGBA8,
    counterpart,
    form_of_layer,
    insert_above,
    is_there,
    offsets,
    paint_in_place,
    painted_layer,
    put_instead,
    require_own_pixels,
    rgb_copy,
    visible_layer,
)
from .library import require_fitting
from .parasites import attach_record
from .plugin_folder import PluginFolder
from .progress import ProgressBar
from .request_builder import build_request
from .result_record import ResultRecord, SavedSelection
from .sources import LayerSource
from .texts import tr
from .wording import READING, WRITING, bar_of, said_of

_BEAT = 0.1
"""Seconds between two signs of life."""
_PREVIEWS = 0.5
"""Seconds between two pictures of a painting that is being made."""

Watch = Callable[[Callable[[Callable[[Event], None]], Job], Gimp.Layer], Result]
"""Waits for a job while a person watches: given what submits it, and the layer to be seen at first."""


@dataclass(frozen=True)
class LayerJob:
    """What is to be painted: ``layer``, or with ``visible`` all that is seen; and where the painting goes.

    It takes the place of the layer ``replaces``; with ``refines`` it goes on from that one, behind everything that
    somebody waits for. ``made`` is what it will be known by, without its recipe.
    """

    layer: Gimp.Layer
    spec: RequestSpec
    output: str
    visible: bool = False
    replaces: Gimp.Layer | None = None
    made: ResultRecord | None = None
    refines: bool = False

    @property
    def in_place(self) -> bool:
        """Whether the layer itself is painted over."""
        return self.output == IN_PLACE and not self.visible and self.replaces is None


@dataclass(frozen=True)
class _Painted:
    job: LayerJob
    image: Gimp.Image
    read: Gimp.Layer
    at: tuple[int, int]
    result: Result
    name: str
    made: ResultRecord | None
    start: Pixels | None = None


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
        if job.in_place:
            require_own_pixels(job.layer)
    image = jobs[0].layer.get_image()
    Gimp.progress_init(tr("Starting Velatura"))
    show = ProgressBar()
    folder.connection(on_wait=show.starting)
    with folder.client() as client:
        painted = []
        for number, job in enumerate(jobs):
            show.begin(number, len(jobs))
            painted.append(_painted(client, job, show, watch))
        # A new daemon writes its manifest while it works.
        folder.keep(client.manifest)
    layers = _delivered(image, painted, show)
    Gimp.progress_end()
    return layers


def _painted(client: Client, job: LayerJob, show: ProgressBar, watch: Watch | None) -> _Painted:
    manifest, spec = client.manifest or {}, job.spec
    descriptor = manifest.get(spec.get("engine") or "", {}).get("descriptor", {})
    require_fitting(spec, descriptor, client.styles)
    image, hidden = job.layer.get_image(), job.replaces
    layer = visible_layer(image, hidden) if job.visible else job.layer
    at = offsets(layer)
    reading = show.advancing(tr("Reading the layer"), READING)
    limits = job.made.limits if job.made is not None and job.refines else None
    source = LayerSource(
        layer,
        form_of_layer(layer),
        reading,
        effects=not job.in_place,
        selection=limits.mask() if limits is not None else None,
    )
    name, request = name_of(spec, manifest, source), build_request(spec, manifest, source)
    priority: Priority = "batch" if job.refines else "interactive"
    made = job.made
    if made is not None and made.selected and not job.refines:
        made = replace(made, limits=SavedSelection.of(source.limits()))
    start = source.layer_named(hidden.get_id()) if job.refines and hidden is not None else None
    if watch is not None and descriptor.get("interruptible"):
        result = watch(
            lambda tell: client.submit(
                request, priority=priority, preview=_PREVIEWS, on_event=tell
            ),
            layer if start is None else hidden,
        )
    else:
        result = _awaited(client.submit(request, priority=priority), show)
    return _Painted(job, image, layer, at, result, name, made, start)


def name_of(spec: RequestSpec, manifest: Manifest, source: LayerSource) -> str:
    """What the new layer is called: style and engine."""
    engine = spec.get("engine") or ""
    title = tr(manifest[engine]["descriptor"]["title"]) if engine in manifest else engine
    label = label_of(spec, lambda name: source.found(name).get_name())
    label = label or title_of(spec.get("preset") or "")
    return " — ".join(part for part in (label, title) if part)


def _delivered(image: Gimp.Image, painted: list[_Painted], show: ProgressBar) -> list[Gimp.Layer]:
    if not image.is_valid():
        raise LinkError(tr("The image was closed while it was painted."))
    notes: list[str] = []
    copy = None
    if image.get_base_type() == Gimp.ImageBaseType.INDEXED:
        copy = image = rgb_copy(image)
        notes.append(tr("The image has a palette, so Velatura painted an RGB copy of it."))
    image.undo_group_start()
    try:
        layers = []
        for each in painted:
            said = [said_of(note) for note in each.result.notes]
            layer, note = _written(each, copy, show)
            notes += [note for note in dict.fromkeys((note, *said)) if note and note not in notes]
            layers.append(layer)
    finally:
        image.undo_group_end()
    if len(layers) > 1:
        image.set_selected_layers(layers)
    if notes:
        Gimp.message("\n".join(notes))
    return layers


def _written(
    painted: _Painted, copy: Gimp.Image | None, show: ProgressBar
) -> tuple[Gimp.Layer, str]:
    """The painting in the image: in ``copy``, where there is one, in the places of the layers that are named.

    With it a sentence for the person where it could not take the place that it was meant for.
    """
    job, result = painted.job, painted.result

    def there(layer: Gimp.Layer) -> Gimp.Layer:
        return layer if copy is None else counterpart(layer, copy)

    advance = show.advancing(tr("Writing the layer"), WRITING)
    if job.in_place:
        layer = there(job.layer)
        paint_in_place(layer, result.picture, advance)
        return layer, ""
    old, note = _to_replace(painted)
    at = offsets(job.replaces) if job.refines and is_there(job.replaces) else painted.at
    new = painted_layer(
        copy or painted.image,
        result.picture,
        painted.name,
        advance,
        at=at,
        masked_like=there(job.layer) if _keeps_mask(painted) else None,
    )
    if painted.made is not None:
        attach_record(new, painted.made, result.recipe)
    if old is not None:
        put_instead(new, there(old))
    else:
        # What was changed while it was refined stays below.
        below = job.replaces if is_there(job.replaces) else job.layer
        on_top = job.visible and below == job.layer
        insert_above(new, there(below) if is_there(below) and not on_top else None)
    return new, note


def _keeps_mask(painted: _Painted) -> bool:
    """Whether the new layer gets a copy of the mask of the one that was painted."""
    job, read = painted.job, painted.read
    if job.replaces is not None or not read.get_mask() or not read.get_apply_mask():
        return False
    return all(region["mask"] != LAYER_MASK for region in job.spec.get("regions", ()))


def _to_replace(painted: _Painted) -> tuple[Gimp.Layer | None, str]:
    """The layer whose place the painting takes, if any; and why it is not the one that it was meant for."""
    old = painted.job.replaces
    if old is None:
        return None, ""
    if not is_there(old):
        return None, tr("The layer was removed while it was painted anew, so this is a new one.")
    if painted.start is not None and not _is_same(old, painted.start):
        return None, tr(
            "The layer was changed while it was refined, so this is a new one above it."
        )
    return old, ""


def _is_same(layer: Gimp.Layer, pixels: Pixels) -> bool:
    """Whether ``layer`` still looks like the ``pixels`` that were read of it."""
    source = LayerSource(layer, RGBA8, lambda done, total: None)
    return bytes(source.layer_named(layer.get_id()).view) == bytes(pixels.view)


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

"""From a wish to a painted layer: read, send, wait, write."""

from __future__ import annotations

from queue import Empty

from gi.repository import Gimp

from velatura_link.jobs import Failed, Job, Result
from velatura_link.titles import title_of

from .arguments import IN_PLACE, LAYER_MASK, Manifest, Wish, label_of
from .layers import add_above, form_of_layer, paint_in_place, require_own_pixels, rgb_copy
from .library import require_fitting
from .places import Places
from .progress import Shown
from .sources import LayerSource
from .texts import tr
from .wishes import request_of
from .wording import READING, WRITING, bar_of

_BEAT = 0.1
"""Seconds between two signs of life."""


def paint(places: Places, layer: Gimp.Layer, wish: Wish, output: str) -> Gimp.Layer:
    """The layer that ``wish`` makes of ``layer``: a new one above it, or itself if ``output`` says so.

    An image of a palette is not touched: its RGB copy is, in which the layer is then. Raises
    :class:`~velatura_link.errors.LinkError` or :class:`OSError`.
    """
    if output == IN_PLACE:
        require_own_pixels(layer)
    Gimp.progress_init(tr("Looking for the daemon"))
    show = Shown()
    places.connection(on_wait=show.starting)
    with places.client() as client:
        manifest = client.manifest or {}
        descriptor = manifest.get(wish.get("engine") or "", {}).get("descriptor", {})
        require_fitting(wish, descriptor, client.styles)
        reading = show.advancing(tr("Reading the layer"), READING)
        source = LayerSource(layer, form_of_layer(layer), reading)
        name = name_of(wish, manifest, source)
        result = _awaited(client.submit(request_of(wish, manifest, source)), show)
        # A new daemon writes its manifest while it works.
        places.keep(client.manifest)
    painted = _delivered(layer, result, wish, output, name, show)
    Gimp.progress_end()
    return painted


def name_of(wish: Wish, manifest: Manifest, source: LayerSource) -> str:
    """What the new layer is called: style and engine."""
    engine = wish.get("engine") or ""
    title = tr(manifest[engine]["descriptor"]["title"]) if engine in manifest else engine
    label = label_of(wish, lambda name: source.found(name).get_name())
    label = label or title_of(wish.get("preset") or "")
    return " — ".join(part for part in (label, title) if part)


def _delivered(
    layer: Gimp.Layer, result: Result, wish: Wish, output: str, name: str, show: Shown
) -> Gimp.Layer:
    notes = list(result.notes)
    if layer.get_image().get_base_type() == Gimp.ImageBaseType.INDEXED:
        layer = rgb_copy(layer)
        notes.append(tr("The image has a palette, so Velatura painted an RGB copy of it."))
    advance = show.advancing(tr("Writing the layer"), WRITING)
    if output == IN_PLACE:
        paint_in_place(layer, result.picture, advance)
    else:
        guiding = any(region["mask"] == LAYER_MASK for region in wish.get("regions", ()))
        masked = layer.get_apply_mask() and not guiding
        layer = add_above(layer, result.picture, name, advance, masked=masked)
    if notes:
        Gimp.message("\n".join(notes))
    return layer


def _awaited(job: Job, show: Shown) -> Result:
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

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

from .arguments import IN_PLACE, LAYER_MASK, Manifest, Wish, label_of
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
from .places import Places
from .progress import Shown
from .remembering import sign
from .results import Limits, Made
from .sources import LayerSource
from .texts import tr
from .wishes import request_of
from .wording import READING, WRITING, bar_of, said_of

_BEAT = 0.1
"""Seconds between two signs of life."""
_PREVIEWS = 0.5
"""Seconds between two pictures of a painting that is being made."""

Watch = Callable[[Callable[[Callable[[Event], None]], Job], Gimp.Layer], Result]
"""Waits for a job while a person watches: given what submits it, and the layer to be seen at first."""


@dataclass(frozen=True)
class Order:
    """What is to be painted: ``layer``, or with ``visible`` all that is seen; and where the painting goes.

    It takes the place of the layer ``replaces``; with ``refines`` it goes on from that one, behind everything that
    somebody waits for. ``made`` is what it will be known by, without its recipe.
    """

    layer: Gimp.Layer
    wish: Wish
    output: str
    visible: bool = False
    replaces: Gimp.Layer | None = None
    made: Made | None = None
    refines: bool = False

    @property
    def in_place(self) -> bool:
        """Whether the layer itself is painted over."""
        return self.output == IN_PLACE and not self.visible and self.replaces is None


@dataclass(frozen=True)
class _Painted:
    order: Order
    image: Gimp.Image
    read: Gimp.Layer
    at: tuple[int, int]
    result: Result
    name: str
    made: Made | None
    start: Pixels | None = None


def paint(places: Places, orders: Sequence[Order], watch: Watch | None = None) -> list[Gimp.Layer]:
    """The layers that are made of ``orders``, all of one image, in one undo step: new ones, or those that were painted
    over.

    Nothing is changed before all are painted. An image of a palette is not touched: its RGB copy is, in which the
    layers are then. An engine that shows pictures while it paints is waited for by ``watch``. Raises
    :class:`~velatura_link.errors.LinkError` or :class:`OSError`.
    """
    for order in orders:
        if order.in_place:
            require_own_pixels(order.layer)
    image = orders[0].layer.get_image()
    Gimp.progress_init(tr("Starting Velatura"))
    show = Shown()
    places.connection(on_wait=show.starting)
    with places.client() as client:
        painted = []
        for number, order in enumerate(orders):
            show.begin(number, len(orders))
            painted.append(_painted(client, order, show, watch))
        # A new daemon writes its manifest while it works.
        places.keep(client.manifest)
    layers = _delivered(image, painted, show)
    Gimp.progress_end()
    return layers


def _painted(client: Client, order: Order, show: Shown, watch: Watch | None) -> _Painted:
    manifest, wish = client.manifest or {}, order.wish
    descriptor = manifest.get(wish.get("engine") or "", {}).get("descriptor", {})
    require_fitting(wish, descriptor, client.styles)
    image, hidden = order.layer.get_image(), order.replaces
    layer = visible_layer(image, hidden) if order.visible else order.layer
    at = offsets(layer)
    reading = show.advancing(tr("Reading the layer"), READING)
    limits = order.made.limits if order.made is not None and order.refines else None
    source = LayerSource(
        layer,
        form_of_layer(layer),
        reading,
        effects=not order.in_place,
        selection=limits.mask() if limits is not None else None,
    )
    name, request = name_of(wish, manifest, source), request_of(wish, manifest, source)
    priority: Priority = "batch" if order.refines else "interactive"
    made = order.made
    if made is not None and made.selected and not order.refines:
        made = replace(made, limits=Limits.of(source.limits()))
    start = source.layer_named(hidden.get_id()) if order.refines and hidden is not None else None
    if watch is not None and descriptor.get("interruptible"):
        result = watch(
            lambda tell: client.submit(
                request, priority=priority, preview=_PREVIEWS, on_event=tell
            ),
            layer if start is None else hidden,
        )
    else:
        result = _awaited(client.submit(request, priority=priority), show)
    return _Painted(order, image, layer, at, result, name, made, start)


def name_of(wish: Wish, manifest: Manifest, source: LayerSource) -> str:
    """What the new layer is called: style and engine."""
    engine = wish.get("engine") or ""
    title = tr(manifest[engine]["descriptor"]["title"]) if engine in manifest else engine
    label = label_of(wish, lambda name: source.found(name).get_name())
    label = label or title_of(wish.get("preset") or "")
    return " — ".join(part for part in (label, title) if part)


def _delivered(image: Gimp.Image, painted: list[_Painted], show: Shown) -> list[Gimp.Layer]:
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


def _written(painted: _Painted, copy: Gimp.Image | None, show: Shown) -> tuple[Gimp.Layer, str]:
    """The painting in the image: in ``copy``, where there is one, in the places of the layers that are named.

    With it a sentence for the person where it could not take the place that it was meant for.
    """
    order, result = painted.order, painted.result

    def there(layer: Gimp.Layer) -> Gimp.Layer:
        return layer if copy is None else counterpart(layer, copy)

    advance = show.advancing(tr("Writing the layer"), WRITING)
    if order.in_place:
        layer = there(order.layer)
        paint_in_place(layer, result.picture, advance)
        return layer, ""
    old, note = _to_replace(painted)
    at = offsets(order.replaces) if order.refines and is_there(order.replaces) else painted.at
    new = painted_layer(
        copy or painted.image,
        result.picture,
        painted.name,
        advance,
        at=at,
        masked_like=there(order.layer) if _keeps_mask(painted) else None,
    )
    if painted.made is not None:
        sign(new, painted.made, result.recipe)
    if old is not None:
        put_instead(new, there(old))
    else:
        # What was changed while it was refined stays below.
        below = order.replaces if is_there(order.replaces) else order.layer
        on_top = order.visible and below == order.layer
        insert_above(new, there(below) if is_there(below) and not on_top else None)
    return new, note


def _keeps_mask(painted: _Painted) -> bool:
    """Whether the new layer gets a copy of the mask of the one that was painted."""
    order, read = painted.order, painted.read
    if order.replaces is not None or not read.get_mask() or not read.get_apply_mask():
        return False
    return all(region["mask"] != LAYER_MASK for region in order.wish.get("regions", ()))


def _to_replace(painted: _Painted) -> tuple[Gimp.Layer | None, str]:
    """The layer whose place the painting takes, if any; and why it is not the one that it was meant for."""
    old = painted.order.replaces
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

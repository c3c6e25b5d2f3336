"""From wishes to painted layers: read, send, wait, write."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from queue import Empty

from gi.repository import Gimp

from velatura_link.client import Client
from velatura_link.jobs import Event, Failed, Job, Result
from velatura_link.titles import title_of

from .arguments import IN_PLACE, LAYER_MASK, Manifest, Wish, label_of
from .layers import (
    counterpart,
    form_of_layer,
    insert_above,
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
from .results import Made
from .sources import LayerSource
from .texts import tr
from .wishes import request_of
from .wording import READING, WRITING, bar_of, said_of

_BEAT = 0.1
"""Seconds between two signs of life."""
_PREVIEWS = 0.5
"""Seconds between two pictures of a painting that is being made."""

Watch = Callable[[Callable[[Callable[[Event], None]], Job], LayerSource], Result]
"""Waits for a job while a person watches: given what submits it, and what is painted."""


@dataclass(frozen=True)
class Order:
    """What is to be painted: ``layer``, or with ``visible`` all that is seen; and where the painting goes.

    It takes the place of the layer ``replaces``. ``made`` is what it will be known by, without its recipe.
    """

    layer: Gimp.Layer
    wish: Wish
    output: str
    visible: bool = False
    replaces: Gimp.Layer | None = None
    made: Made | None = None

    @property
    def in_place(self) -> bool:
        """Whether the layer itself is painted over."""
        return self.output == IN_PLACE and not self.visible and self.replaces is None


@dataclass(frozen=True)
class _Painted:
    order: Order
    read: Gimp.Layer
    result: Result
    name: str


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
    layers = _delivered(painted, show)
    Gimp.progress_end()
    return layers


def _painted(client: Client, order: Order, show: Shown, watch: Watch | None) -> _Painted:
    manifest, wish = client.manifest or {}, order.wish
    descriptor = manifest.get(wish.get("engine") or "", {}).get("descriptor", {})
    require_fitting(wish, descriptor, client.styles)
    image, hidden = order.layer.get_image(), order.replaces
    layer = visible_layer(image, hidden) if order.visible else order.layer
    reading = show.advancing(tr("Reading the layer"), READING)
    source = LayerSource(layer, form_of_layer(layer), reading, effects=not order.in_place)
    name, request = name_of(wish, manifest, source), request_of(wish, manifest, source)
    if watch is not None and descriptor.get("interruptible"):
        result = watch(
            lambda tell: client.submit(request, preview=_PREVIEWS, on_event=tell), source
        )
    else:
        result = _awaited(client.submit(request), show)
    return _Painted(order, layer, result, name)


def name_of(wish: Wish, manifest: Manifest, source: LayerSource) -> str:
    """What the new layer is called: style and engine."""
    engine = wish.get("engine") or ""
    title = tr(manifest[engine]["descriptor"]["title"]) if engine in manifest else engine
    label = label_of(wish, lambda name: source.found(name).get_name())
    label = label or title_of(wish.get("preset") or "")
    return " — ".join(part for part in (label, title) if part)


def _delivered(painted: list[_Painted], show: Shown) -> list[Gimp.Layer]:
    image, notes = painted[0].order.layer.get_image(), []
    copy = None
    if image.get_base_type() == Gimp.ImageBaseType.INDEXED:
        copy = image = rgb_copy(image)
        notes.append(tr("The image has a palette, so Velatura painted an RGB copy of it."))
    image.undo_group_start()
    try:
        layers = []
        for each in painted:
            said = map(said_of, each.result.notes)
            notes += [note for note in dict.fromkeys(said) if note and note not in notes]
            layers.append(_written(each, copy, show))
    finally:
        image.undo_group_end()
    if len(layers) > 1:
        image.set_selected_layers(layers)
    if notes:
        Gimp.message("\n".join(notes))
    return layers


def _written(painted: _Painted, copy: Gimp.Image | None, show: Shown) -> Gimp.Layer:
    """The painting in the image: in ``copy``, where there is one, in the places of the layers that are named."""
    order, result = painted.order, painted.result

    def there(layer: Gimp.Layer) -> Gimp.Layer:
        return layer if copy is None else counterpart(layer, copy)

    advance = show.advancing(tr("Writing the layer"), WRITING)
    if order.in_place:
        layer = there(order.layer)
        paint_in_place(layer, result.picture, advance)
        return layer
    guiding = any(region["mask"] == LAYER_MASK for region in order.wish.get("regions", ()))
    masked = painted.read.get_mask() and painted.read.get_apply_mask() and not guiding
    new = painted_layer(
        copy or order.layer.get_image(),
        result.picture,
        painted.name,
        advance,
        at=offsets(painted.read),
        masked_like=there(order.layer) if masked and order.replaces is None else None,
    )
    if order.made is not None:
        sign(new, order.made, result.recipe)
    old = there(order.replaces) if order.replaces is not None else None
    if old is not None:
        put_instead(new, old)
    else:
        insert_above(new, None if order.visible else there(order.layer))
    return new


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

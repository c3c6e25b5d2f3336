"""Results in their image: layers, in one undo step, and files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from gi.repository import Gimp

from velatura_link.errors import LinkError
from velatura_link.request import EncodedFile, Pixels

from .canvas import mask_by_selection, new_image
from .jobs import PaintedJob
from .layers import (
    RGBA8,
    counterpart,
    insert_above,
    is_there,
    offsets,
    paint_in_place,
    painted_layer,
    put_instead,
    rgb_copy,
)
from .parasites import attach_record
from .progress import ProgressBar
from .request_spec import LAYER_MASK
from .sources import LayerSource
from .texts import tr
from .wording import WRITING, said_of


def deliver(painted: Sequence[PaintedJob], show: ProgressBar) -> list[Gimp.Layer]:
    """The layers that ``painted`` became, in one undo step of their image.

    An image of a palette is not touched: its RGB copy is, in which the layers are then. Raises :class:`LinkError`, and
    :class:`OSError` for a file that cannot be written.
    """
    job, picture = painted[0].job, painted[0].result.picture
    image, copy = job.image, None
    notes: list[str] = []
    if image is None:
        like = job.canvas.image if job.canvas is not None else None
        new = new_image(like, picture.width, picture.height)
        return _in_image(new, painted, None, show, notes)
    if not image.is_valid():
        raise LinkError(tr("The image was closed while it was being painted."))
    if image.get_base_type() == Gimp.ImageBaseType.INDEXED:
        copy = image = rgb_copy(image)
        notes.append(tr("The image has a palette, so Velatura painted an RGB copy of it."))
    return _in_image(image, painted, copy, show, notes)


def _in_image(
    image: Gimp.Image,
    painted: Sequence[PaintedJob],
    copy: Gimp.Image | None,
    show: ProgressBar,
    notes: list[str],
) -> list[Gimp.Layer]:
    image.undo_group_start()
    try:
        layers = []
        for each in painted:
            said = [said_of(note) for note in each.result.notes]
            layer, note = _written(each, image, copy, show)
            _add_extras(each, layer, show)
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
    painted: PaintedJob, image: Gimp.Image, copy: Gimp.Image | None, show: ProgressBar
) -> tuple[Gimp.Layer, str]:
    """The painting in ``image``, which is ``copy`` where there is one: in the places of the layers that are named.

    With it a sentence for the person where it could not take the place that it was meant for.
    """
    job, result = painted.job, painted.result

    def there(layer: Gimp.Layer) -> Gimp.Layer:
        return layer if copy is None else counterpart(layer, copy)

    advance = show.advancing(tr("Writing the layer"), WRITING)
    if job.in_place and job.layer is not None:
        layer = there(job.layer)
        paint_in_place(layer, result.picture, advance)
        if painted.record is not None:
            attach_record(layer, replace(painted.record, in_place=True), result.recipe)
        return layer, ""
    old, note = _to_replace(painted)
    at = offsets(job.replaces) if job.refines and is_there(job.replaces) else painted.at
    new = painted_layer(
        image,
        result.picture,
        painted.name,
        advance,
        at=(0, 0) if job.is_new_image else at,
        masked_like=there(job.layer) if job.layer is not None and _keeps_mask(painted) else None,
    )
    if job.canvas is not None and job.canvas.masked and not job.is_new_image:
        mask_by_selection(new, image.get_selection())
    if painted.record is not None:
        attach_record(new, painted.record, result.recipe)
    if old is not None:
        put_instead(new, there(old))
        return new, note
    # What was changed while it was refined stays below.
    below = job.replaces if is_there(job.replaces) else job.layer
    on_top = job.visible and below == job.layer
    insert_above(new, there(below) if is_there(below) and not on_top else None)
    return new, note


def _add_extras(painted: PaintedJob, layer: Gimp.Layer, show: ProgressBar) -> None:
    """The other outputs that are wanted: hidden layers above ``layer``, and files."""
    for name, path in painted.job.extras.items():
        output = painted.result.outputs.get(name)
        if isinstance(output, EncodedFile) and path:
            Path(path).expanduser().write_bytes(output.view)
        elif isinstance(output, Pixels):
            title = f"{painted.name} — {painted.titles.get(name, name)}"
            extra = painted_layer(
                layer.get_image(),
                output,
                title,
                show.advancing(tr("Writing the layer"), WRITING),
                at=offsets(layer),
                masked_like=None,
            )
            extra.set_visible(False)
            insert_above(extra, layer)


def _keeps_mask(painted: PaintedJob) -> bool:
    """Whether the new layer gets a copy of the mask of the one that was painted."""
    job, source = painted.job, painted.source
    if job.replaces is not None or not isinstance(source, LayerSource):
        return False
    if not source.layer.get_mask() or not source.layer.get_apply_mask():
        return False
    return all(region["mask"] != LAYER_MASK for region in job.spec.get("regions", ()))


def _to_replace(painted: PaintedJob) -> tuple[Gimp.Layer | None, str]:
    """The layer whose place the painting takes, if any; and why it is not the one that it was meant for."""
    old = painted.job.replaces
    if old is None:
        return None, ""
    if not is_there(old):
        return None, tr("The layer was removed while it was being repainted, so this is a new one.")
    if painted.start is not None and not _is_same(old, painted.start):
        return None, tr(
            "The layer was changed while it was being refined, so this is a new one above it."
        )
    return old, ""


def _is_same(layer: Gimp.Layer, pixels: Pixels) -> bool:
    """Whether ``layer`` still looks like the ``pixels`` that were read of it."""
    source = LayerSource(RGBA8, lambda done, total: None, layer=layer)
    return bytes(source.layer_named(layer.get_id()).view) == bytes(pixels.view)

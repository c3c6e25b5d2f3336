"""What a person chose, as what is to be painted of which layers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from gi.repository import Gimp

from velatura_link.engines import Manifest, content_use, is_ordered
from velatura_link.errors import LinkError
from velatura_link.refining import refining_in

from .arguments import (
    CHOSEN,
    HEIGHT,
    IN_PLACE,
    NEW_IMAGE,
    NEW_LAYER,
    OUTPUT,
    SOURCE,
    USE_SELECTION,
    VISIBLE,
    WIDTH,
    Argument,
)
from .canvas import Canvas, canvas_of
from .choices import Choices, Values
from .engine_arguments import arguments_of
from .jobs import LayerJob
from .layers import bottom_up, extent, is_selected, offsets
from .parasites import record_of
from .request_builder import new_size
from .request_spec import RequestSpec, request_spec, starts_from_nothing
from .result_record import ResultRecord, with_layers
from .texts import tr


def arguments_for(manifest: Manifest, engine: str) -> list[Argument]:
    """The arguments of ``engine``. Raises :class:`LinkError` for one that is not there."""
    if engine not in manifest:
        raise LinkError(
            tr("There is no engine “{engine}” here.", engine=engine),
            hint=tr("Install Velatura again, and start GIMP again."),
        )
    return arguments_of(engine, manifest)


def is_visible(values: Mapping[str, Any]) -> bool:
    """Whether all that is seen is to be painted."""
    return bool(values.get(SOURCE.name, CHOSEN) == VISIBLE)


def spec_for_layer(
    engine: str,
    arguments: Sequence[Argument],
    values: Mapping[str, Any],
    layer: Gimp.Layer,
    *,
    in_place: bool,
) -> RequestSpec:
    """What is asked for ``layer``."""
    # In place it is GIMP that keeps what is not selected.
    selected = not in_place and is_selected(layer.get_image())
    masked = not is_visible(values) and layer.get_mask() is not None
    return request_spec(engine, arguments, values, selected=selected, masked=masked)


def spec_for_canvas(
    engine: str, arguments: Sequence[Argument], values: Mapping[str, Any], canvas: Canvas
) -> RequestSpec:
    """What is asked for a new picture on ``canvas``."""
    spec = request_spec(engine, arguments, values, selected=False, masked=False)
    return {**spec, "size": [canvas.box.width, canvas.box.height]}


def canvas_for(
    image: Gimp.Image | None, values: Mapping[str, Any], replaces: Gimp.Layer | None = None
) -> Canvas:
    """Where the new picture goes that ``values`` ask for, or that is made again in the place of ``replaces``."""
    if replaces is not None:
        return Canvas(image, extent(replaces).moved(*offsets(replaces)))
    return canvas_of(
        image,
        values[WIDTH.name],
        values[HEIGHT.name],
        in_selection=bool(values.get(USE_SELECTION.name)),
    )


def jobs_for(
    choices: Choices,
    manifest: Manifest,
    image: Gimp.Image | None,
    layers: Sequence[Gimp.Layer],
    replaces: Gimp.Layer | None = None,
) -> list[LayerJob]:
    """One for each of ``layers``, for all that is seen of ``image``, or for a new picture; its painting takes the place
    of ``replaces``. Raises :class:`LinkError` where there is no layer that could be painted.
    """
    arguments = arguments_for(manifest, choices.engine)
    if starts_from_nothing(arguments, choices.values):
        return [_canvas_job(choices, arguments, image, replaces)]
    if not layers:
        raise LinkError(tr("No layer is chosen."), hint=tr("Choose a layer."))
    engine, values = choices.engine, choices.values
    output, visible = values[OUTPUT.name], is_visible(values)
    in_selection = bool(values[USE_SELECTION.name])
    in_place = output == IN_PLACE and not visible and replaces is None
    if is_ordered(manifest, engine):
        layers = bottom_up(layers)
    jobs = []
    for layer in layers[:1] if visible else layers:
        spec = spec_for_layer(engine, arguments, values, layer, in_place=in_place)
        record = ResultRecord(
            Choices(engine, with_layers(values, arguments, _tattoo_of)),
            None if visible else layer.get_tattoo(),
            in_selection and is_selected(layer.get_image()),
        )
        extras = extras_of(arguments, values)
        jobs.append(LayerJob(layer, spec, output, visible, replaces, record, extras=extras))
    return jobs


def jobs_as_asked(
    spec: RequestSpec,
    manifest: Manifest,
    image: Gimp.Image | None,
    layers: Sequence[Gimp.Layer],
    output: str,
) -> list[LayerJob]:
    """What ``spec`` asks for of each of ``layers``, or of none: a new picture. Raises :class:`LinkError`."""
    use = content_use(manifest, spec.get("engine") or "")
    width, height = new_size(spec)
    if use == "none" or (use == "optional" and "size" in spec):
        canvas = canvas_of(image, width, height, in_selection=True)
        sized = {**spec, "size": [canvas.box.width, canvas.box.height]}
        output = NEW_LAYER if image is not None else NEW_IMAGE
        return [LayerJob(None, sized, output, canvas=canvas)]
    if not layers:
        raise LinkError(tr("No layer is chosen."), hint=tr("Choose a layer."))
    return [LayerJob(layer, spec, output) for layer in layers]


def _canvas_job(
    choices: Choices,
    arguments: Sequence[Argument],
    image: Gimp.Image | None,
    replaces: Gimp.Layer | None,
) -> LayerJob:
    values = choices.values
    canvas = canvas_for(image, values, replaces)
    spec = spec_for_canvas(choices.engine, arguments, values, canvas)
    record = ResultRecord(Choices(choices.engine, with_layers(values, arguments, _tattoo_of)))
    output = NEW_IMAGE if canvas.image is None else values[OUTPUT.name]
    extras = extras_of(arguments, values)
    return LayerJob(
        None, spec, output, replaces=replaces, record=record, canvas=canvas, extras=extras
    )


def extras_of(arguments: Iterable[Argument], values: Mapping[str, Any]) -> dict[str, str]:
    """The outputs beside the picture that are wanted, by name: the path of a file, ``""`` for a layer."""
    wanted = {
        each.knob: values[each.name]
        for each in arguments
        if each.place == "outputs" and values[each.name]
    }
    return {name: path if isinstance(path, str) else "" for name, path in wanted.items()}


def origin_of(result: Gimp.Layer, manifest: Manifest) -> tuple[ResultRecord, Choices, Gimp.Layer]:
    """How ``result`` was made, the choices in today's ids, and the layer that was painted (itself for what was seen).

    Raises :class:`LinkError` for a layer that Velatura did not make, or cannot make again.
    """
    record = record_of(result)
    if record is None:
        raise LinkError(
            tr("Velatura did not make this layer."),
            hint=tr("Choose a layer that Velatura has made."),
        )
    if record.in_place:
        raise LinkError(
            tr("This layer was painted in place, so what it was painted from is gone."),
            hint=tr("Undo it, and choose the engine again: its dialog remembers the settings."),
        )
    image = result.get_image()
    arguments = arguments_for(manifest, record.choices.engine)
    # The image may come from another version of Velatura.
    kept = Values.of(arguments, record.choices.values).current
    layer = result if record.source is None else image.get_layer_by_tattoo(record.source)
    if layer is None:
        raise LinkError(
            tr("The layer that this one was painted from is no longer in the image."),
            hint=tr("Undo its removal, or paint another layer anew."),
        )

    def id_of(tattoo: int) -> int | None:
        found = image.get_layer_by_tattoo(tattoo)
        return found.get_id() if found is not None else None

    choices = Choices(record.choices.engine, with_layers(kept, arguments, id_of))
    return record, choices, layer


def refining_job(result: Gimp.Layer, manifest: Manifest) -> LayerJob:
    """What goes on from ``result`` through the engine that refines, with the choices that made it.

    Raises :class:`LinkError` for a layer that Velatura did not make, or that cannot go on.
    """
    refining = refining_in(manifest)
    if refining is None:
        raise LinkError(
            tr("No engine here refines a result."), hint=tr("Install a newer Velatura.")
        )
    record, chosen, layer = origin_of(result, manifest)
    if chosen.engine == refining.engine:
        raise LinkError(
            tr("This layer has already been refined."),
            hint=tr("“Velatura: Edit This Result…” paints it with other settings."),
        )
    arguments = arguments_for(manifest, refining.engine)
    # The engine's own knobs stand as it paints best: others were never chosen for this.
    own = {each.name for each in arguments if each.place in ("params", "inputs")}
    others = {name: value for name, value in chosen.values.items() if name not in own}
    values = Values.of(arguments, others).current
    visible = is_visible(values)
    _require_same_size(result, None if visible else layer)
    if record.selected and record.limits is None:
        raise LinkError(
            tr("This layer was painted in a selection, which an older Velatura did not keep."),
            hint=tr("Select the same area again, and choose “Velatura: Edit This Result…”."),
        )
    spec = request_spec(
        refining.engine,
        arguments,
        {**values, USE_SELECTION.name: record.selected},
        selected=record.selected,
        masked=not visible and layer.get_mask() is not None,
    )
    spec["params"].update(refining.params)
    spec["inputs"] = {refining.input: {"layer": result.get_id()}}
    refined = replace(
        record, choices=Choices(refining.engine, with_layers(values, arguments, _tattoo_of))
    )
    return LayerJob(layer, spec, values[OUTPUT.name], visible, result, refined, refines=True)


def _require_same_size(result: Gimp.Layer, layer: Gimp.Layer | None) -> None:
    """Raise :class:`LinkError` unless ``result`` is as large as ``layer``, or as its image without one."""
    whole = result.get_image() if layer is None else layer
    size = (whole.get_width(), whole.get_height())
    if (result.get_width(), result.get_height()) != size:
        raise LinkError(
            tr("This layer and the one it was painted from no longer have the same size."),
            hint=tr("“Velatura: Edit This Result…” repaints it."),
        )


def changed_since(record: ResultRecord | None, image: Gimp.Image | None) -> str:
    """What of ``image`` is not as it was when a result was made, for the person; ``""`` for nothing."""
    if record is None or not record.selected or image is None or is_selected(image):
        return ""
    return tr(
        "This result was painted in a selection. Nothing is selected now, so the whole layer is painted."
    )


def _tattoo_of(identifier: int) -> int | None:
    item = Gimp.Item.get_by_id(identifier)
    return item.get_tattoo() if item is not None else None

"""What a person chose, as what is to be painted of which layers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from gi.repository import Gimp

from velatura_link.errors import LinkError
from velatura_link.refining import refining_in

from .arguments import (
    CHOSEN,
    IN_PLACE,
    OUTPUT,
    SOURCE,
    USE_SELECTION,
    VISIBLE,
    Argument,
    Manifest,
    RequestSpec,
    arguments_of,
    request_spec,
)
from .choices import Choices, Values
from .layers import is_selected
from .painting import LayerJob
from .parasites import record_of
from .result_record import ResultRecord, with_layers
from .texts import tr


def arguments_for(manifest: Manifest, engine: str) -> list[Argument]:
    """The arguments of ``engine``. Raises :class:`LinkError` for one that is not there."""
    if engine not in manifest:
        raise LinkError(
            tr("There is no engine “{engine}” here.", engine=engine),
            hint=tr("Install Velatura again, and start GIMP again."),
        )
    return arguments_of(engine, manifest[engine])


def is_visible(values: Mapping[str, Any]) -> bool:
    """Whether all that is seen is to be painted."""
    return values.get(SOURCE.name, CHOSEN) == VISIBLE


def spec_for_layer(
    engine: str,
    arguments: Sequence[Argument],
    values: Mapping[str, Any],
    layer: Gimp.Layer,
    *,
    in_place: bool,
) -> RequestSpec:
    """What is wished of ``layer``."""
    # In place it is GIMP that keeps what is not selected.
    selected = not in_place and is_selected(layer.get_image())
    masked = not is_visible(values) and layer.get_mask() is not None
    return request_spec(engine, arguments, values, selected=selected, masked=masked)


def jobs_for(
    choices: Choices,
    arguments: Sequence[Argument],
    layers: Sequence[Gimp.Layer],
    replaces: Gimp.Layer | None = None,
) -> list[LayerJob]:
    """One for each of ``layers``, or for all that is seen; its painting takes the place of ``replaces``."""
    engine, values = choices.engine, choices.values
    output, visible = values[OUTPUT.name], is_visible(values)
    in_selection = bool(values[USE_SELECTION.name])
    in_place = output == IN_PLACE and not visible and replaces is None
    jobs = []
    for layer in layers[:1] if visible else layers:
        spec = spec_for_layer(engine, arguments, values, layer, in_place=in_place)
        made = ResultRecord(
            Choices(engine, with_layers(values, arguments, _tattoo_of)),
            None if visible else layer.get_tattoo(),
            in_selection and is_selected(layer.get_image()),
        )
        jobs.append(LayerJob(layer, spec, output, visible, replaces, made))
    return jobs


def origin_of(result: Gimp.Layer, manifest: Manifest) -> tuple[ResultRecord, Choices, Gimp.Layer]:
    """How ``result`` was made, the choices in today's ids, and the layer that was painted (itself for what was seen).

    Raises :class:`LinkError` for a layer that Velatura did not make, or cannot make again.
    """
    made = record_of(result)
    if made is None:
        raise LinkError(
            tr("Velatura did not make this layer."),
            hint=tr("Choose a layer that Velatura has made."),
        )
    image = result.get_image()
    arguments = arguments_for(manifest, made.choices.engine)
    # The image may come from another version of Velatura.
    kept = Values.of(arguments, made.choices.values).current
    layer = result if made.source is None else image.get_layer_by_tattoo(made.source)
    if layer is None:
        raise LinkError(
            tr("The layer that this one was painted from is not in the image any more."),
            hint=tr("Undo its removal, or paint another layer anew."),
        )

    def id_of(tattoo: int) -> int | None:
        found = image.get_layer_by_tattoo(tattoo)
        return found.get_id() if found is not None else None

    choices = Choices(made.choices.engine, with_layers(kept, arguments, id_of))
    return made, choices, layer


def refining_job(result: Gimp.Layer, manifest: Manifest) -> LayerJob:
    """What goes on from ``result`` through the engine that refines, with the choices that made it.

    Raises :class:`LinkError` for a layer that Velatura did not make, or that cannot go on.
    """
    refining = refining_in(manifest)
    if refining is None:
        raise LinkError(
            tr("No engine here refines a result."), hint=tr("Install a newer Velatura.")
        )
    made, chosen, layer = origin_of(result, manifest)
    if chosen.engine == refining.engine:
        raise LinkError(
            tr("This layer is refined already."),
            hint=tr("“Velatura: Edit This Result…” paints it with other settings."),
        )
    arguments = arguments_for(manifest, refining.engine)
    # The engine's own knobs stand as it paints best: others were never chosen for this.
    own = {each.name for each in arguments if each.place in ("params", "inputs")}
    others = {name: value for name, value in chosen.values.items() if name not in own}
    values = Values.of(arguments, others).current
    visible = is_visible(values)
    _require_same_size(result, None if visible else layer)
    if made.selected and made.limits is None:
        raise LinkError(
            tr(
                "This layer was painted in a selection by an older Velatura, which did not keep it."
            ),
            hint=tr("Select the same again, and choose “Velatura: Edit This Result…”."),
        )
    spec = request_spec(
        refining.engine,
        arguments,
        {**values, USE_SELECTION.name: made.selected},
        selected=made.selected,
        masked=not visible and layer.get_mask() is not None,
    )
    spec["params"].update(refining.params)
    spec["inputs"] = {refining.input: {"layer": result.get_id()}}
    refined = replace(
        made, choices=Choices(refining.engine, with_layers(values, arguments, _tattoo_of))
    )
    return LayerJob(layer, spec, values[OUTPUT.name], visible, result, refined, refines=True)


def _require_same_size(result: Gimp.Layer, layer: Gimp.Layer | None) -> None:
    """Raise :class:`LinkError` unless ``result`` is as large as ``layer``, or as its image without one."""
    whole = result.get_image() if layer is None else layer
    size = (whole.get_width(), whole.get_height())
    if (result.get_width(), result.get_height()) != size:
        raise LinkError(
            tr("This layer and what it was painted from are not of the same size any more."),
            hint=tr("“Velatura: Edit This Result…” paints it anew."),
        )


def changed_since(made: ResultRecord | None, layer: Gimp.Layer) -> str:
    """What is not as it was when a result was ``made`` of ``layer``, for the person; ``""`` for nothing."""
    if made is None or not made.selected or is_selected(layer.get_image()):
        return ""
    return tr(
        "This result was painted in a selection. Nothing is selected now, so all of the layer is painted."
    )


def _tattoo_of(identifier: int) -> int | None:
    item = Gimp.Item.get_by_id(identifier)
    return item.get_tattoo() if item is not None else None

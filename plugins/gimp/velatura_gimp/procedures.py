"""Arguments as GIMP's procedures, and what GIMP's procedures do."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import isinf
from typing import Any

from gi.repository import Gimp, Gio, GLib, GObject

from velatura_link.errors import LinkError

from .arguments import (
    DEFAULT_ENGINE,
    IN_PLACE,
    NEW_LAYER,
    OUTPUT,
    REQUEST,
    Argument,
    Wish,
    arguments_of,
    canonical,
    shown_engines,
    wish_of,
    with_mnemonics,
)
from .layers import is_selected, layer_meant
from .painting import paint
from .places import Places
from .remembering import recall, remember
from .texts import tr
from .wishes import wish_read
from .wording import sentence_of

PREFIX = "velatura-"
RUN = "velatura-run"
DAEMON = "velatura-daemon"
_MENU = "<Image>/Filters/Artistic"
_READWRITE = GObject.ParamFlags.READWRITE
_LARGEST = GLib.MAXDOUBLE


def names(places: Places) -> list[str]:
    """The procedures that there are."""
    engines = (PREFIX + canonical(name) for name in shown_engines(places.manifest()))
    return [*engines, RUN, *([DAEMON] if places.home() is not None else [])]


def make(plugin: Gimp.PlugIn, name: str, places: Places) -> Gimp.Procedure:
    """The procedure ``name``."""
    if name == DAEMON:
        return _daemon_procedure(plugin, places)
    manifest = places.manifest()
    engine = next((each for each in manifest if PREFIX + canonical(each) == name), None)
    if engine is None:
        return _run_procedure(plugin, places)
    return _engine_procedure(plugin, name, engine, manifest[engine], places)


def _engine_procedure(
    plugin: Gimp.PlugIn, name: str, engine: str, entry: Mapping[str, Any], places: Places
) -> Gimp.Procedure:
    descriptor, arguments = entry["descriptor"], arguments_of(engine, entry)
    task = _EngineTask(places, engine, arguments)
    procedure = Gimp.ImageProcedure.new(plugin, name, Gimp.PDBProcType.PLUGIN, task.run, None)
    other = tr("Velatura with {engine}…", engine=tr(descriptor["title"]))
    procedure.set_menu_label("_Velatura…" if engine == DEFAULT_ENGINE else other)
    procedure.add_menu_path(_MENU)
    does = tr("Paint the layer in the manner of a style.")
    _finish(procedure, f"{does} {tr(descriptor['summary'])}", arguments)
    return procedure


def _run_procedure(plugin: Gimp.PlugIn, places: Places) -> Gimp.Procedure:
    task = _RunTask(places)
    procedure = Gimp.ImageProcedure.new(plugin, RUN, Gimp.PDBProcType.PLUGIN, task.run, None)
    summary = tr("Paint the layer as a JSON request says, for scripts.")
    _finish(procedure, summary, [REQUEST, OUTPUT])
    return procedure


def _daemon_procedure(plugin: Gimp.PlugIn, places: Places) -> Gimp.Procedure:
    task = _DaemonTask(places)
    procedure = Gimp.ImageProcedure.new(plugin, DAEMON, Gimp.PDBProcType.PLUGIN, task.run, None)
    procedure.set_menu_label(tr("Velatura: the _Daemon…"))
    procedure.add_menu_path(_MENU)
    _describe(procedure, tr("Install, repair or remove the daemon that paints."))
    procedure.set_sensitivity_mask(Gimp.ProcedureSensitivityMask.ALWAYS)
    return procedure


def _describe(procedure: Gimp.Procedure, summary: str) -> None:
    procedure.set_image_types("*")
    procedure.set_documentation(summary, summary, None)
    procedure.set_attribution("Velatura's authors", "Velatura's authors", "2026")


def _finish(procedure: Gimp.Procedure, summary: str, arguments: list[Argument]) -> None:
    _describe(procedure, summary)
    procedure.set_sensitivity_mask(Gimp.ProcedureSensitivityMask.DRAWABLE)
    labels = with_mnemonics(argument.label for argument in arguments)
    for argument, label in zip(arguments, labels, strict=True):
        _add(procedure, argument, label)
    given, about = tr("Painted layer"), tr("The new layer, or the one that was painted.")
    procedure.add_layer_return_value("layer", given, about, False, _READWRITE)


def _add(procedure: Gimp.Procedure, argument: Argument, label: str) -> None:
    facts = (argument.name, label, tr(argument.blurb))
    match argument.kind:
        case "double":
            edges = (_finite(argument.low), _finite(argument.high))
            procedure.add_double_argument(*facts, *edges, argument.default, _READWRITE)
        case "int":
            edges = (int(argument.low), int(argument.high))
            procedure.add_int_argument(*facts, *edges, argument.default, _READWRITE)
        case "boolean":
            procedure.add_boolean_argument(*facts, argument.default, _READWRITE)
        case "string":
            procedure.add_string_argument(*facts, argument.default, _READWRITE)
        case "choice":
            choice = Gimp.Choice.new()
            for number, (value, title) in enumerate(argument.choices):
                choice.add(value, number, tr(title), "")
            procedure.add_choice_argument(*facts, choice, argument.default, _READWRITE)
        case "file":
            action = Gimp.FileChooserAction.OPEN
            procedure.add_file_argument(*facts, action, True, None, _READWRITE)
        case "layer":
            procedure.add_layer_argument(*facts, True, _READWRITE)


def _finite(edge: float) -> float:
    return edge if not isinf(edge) else _LARGEST if edge > 0 else -_LARGEST


def values_of(arguments: Iterable[Argument], config: Gimp.ProcedureConfig) -> dict[str, Any]:
    """The values in ``config``: files as paths, layers as ids."""
    return {argument.name: _plain(config.get_property(argument.name)) for argument in arguments}


def _plain(value: Any) -> Any:
    if isinstance(value, Gio.File):
        return value.get_path() or value.get_uri()
    return value.get_id() if isinstance(value, Gimp.Item) else value


@dataclass(frozen=True)
class _EngineTask:
    """What an engine's procedure does."""

    places: Places
    engine: str
    arguments: list[Argument]

    def run(
        self,
        procedure: Gimp.Procedure,
        mode: Gimp.RunMode,
        image: Gimp.Image,
        drawables: list[Gimp.Drawable],
        config: Gimp.ProcedureConfig,
        data: object,
    ) -> Gimp.ValueArray:
        try:
            layer = layer_meant(drawables)
            if mode == Gimp.RunMode.INTERACTIVE and not self._asked(procedure, layer, config):
                return procedure.new_return_values(Gimp.PDBStatusType.CANCEL, None)
            values = values_of(self.arguments, config)
            painted = paint(self.places, layer, self._wish(layer, values), values[OUTPUT.name])
            remember(image, procedure.get_name(), values)
        except (LinkError, OSError) as error:
            return failed(procedure, error)
        return succeeded(mode, image, painted)

    def _asked(
        self, procedure: Gimp.Procedure, layer: Gimp.Layer, config: Gimp.ProcedureConfig
    ) -> bool:
        from .daemon_dialog import provide
        from .dialog import ask

        home = self.places.home()
        if home is not None and home.wanted and not provide(home, and_go_on=True):
            return False
        scalars = {each.name for each in self.arguments if each.kind not in ("file", "layer")}
        for name, value in recall(layer.get_image(), procedure.get_name()).items():
            # An image can come from anywhere.
            with contextlib.suppress(TypeError, ValueError, OverflowError):
                if name in scalars:
                    config.set_property(name, value)
        # A preview shows what GIMP will do with a selection, too.
        above = {OUTPUT.name: NEW_LAYER}
        return ask(
            *(self.places, procedure, layer, config, self.arguments),
            lambda: self._wish(layer, {**values_of(self.arguments, config), **above}),
        )

    def _wish(self, layer: Gimp.Layer, values: Mapping[str, Any]) -> Wish:
        # In place it is GIMP that keeps what is not selected.
        selected = values[OUTPUT.name] != IN_PLACE and is_selected(layer.get_image())
        masked = layer.get_mask() is not None
        return wish_of(self.engine, self.arguments, values, selected=selected, masked=masked)


@dataclass(frozen=True)
class _RunTask:
    """What ``velatura-run`` does."""

    places: Places

    def run(
        self,
        procedure: Gimp.Procedure,
        mode: Gimp.RunMode,
        image: Gimp.Image,
        drawables: list[Gimp.Drawable],
        config: Gimp.ProcedureConfig,
        data: object,
    ) -> Gimp.ValueArray:
        try:
            wish = wish_read(config.get_property(REQUEST.name))
            output = config.get_property(OUTPUT.name)
            painted = paint(self.places, layer_meant(drawables), wish, output)
        except (LinkError, OSError) as error:
            return failed(procedure, error)
        return succeeded(mode, image, painted)


@dataclass(frozen=True)
class _DaemonTask:
    """What the menu entry of the daemon's does; it is for persons alone."""

    places: Places

    def run(
        self,
        procedure: Gimp.Procedure,
        mode: Gimp.RunMode,
        image: Gimp.Image | None,
        drawables: list[Gimp.Drawable],
        config: Gimp.ProcedureConfig,
        data: object,
    ) -> Gimp.ValueArray:
        home = self.places.home()
        if mode != Gimp.RunMode.INTERACTIVE or home is None:
            return procedure.new_return_values(Gimp.PDBStatusType.CANCEL, None)
        from .daemon_dialog import provide

        provide(home, and_go_on=False)
        return procedure.new_return_values(Gimp.PDBStatusType.SUCCESS, None)


def failed(procedure: Gimp.Procedure, error: Exception) -> Gimp.ValueArray:
    """The end of a procedure that ``error`` ended."""
    reason = GLib.Error.new_literal(Gimp.PlugIn.error_quark(), sentence_of(error), 0)
    return procedure.new_return_values(Gimp.PDBStatusType.EXECUTION_ERROR, reason)


def succeeded(mode: Gimp.RunMode, image: Gimp.Image, painted: Gimp.Layer) -> Gimp.ValueArray:
    """The end of a procedure that painted ``painted``; shown if it is in another image than the one asked for."""
    if mode != Gimp.RunMode.NONINTERACTIVE:
        if painted.get_image() != image:
            Gimp.Display.new(painted.get_image())
        Gimp.displays_flush()
    success = GObject.Value(Gimp.PDBStatusType, Gimp.PDBStatusType.SUCCESS)
    return Gimp.ValueArray.new_from_values([success, GObject.Value(Gimp.Layer, painted)])

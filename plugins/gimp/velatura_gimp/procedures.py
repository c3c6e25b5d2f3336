"""Arguments as GIMP's procedures."""

from __future__ import annotations

from math import isinf

from gi.repository import Gimp, GLib, GObject

from velatura_link.engines import Manifest, content_use, default_engine, shown_engines
from velatura_link.refining import refining_in

from .arguments import OUTPUT, REQUEST, Argument
from .engine_arguments import arguments_of, canonical
from .plugin_folder import PluginFolder
from .tasks import OTHER, PREFIX, EditTask, EngineTask, InstallTask, RefineTask, RunTask
from .texts import tr

EDIT, REFINE, RUN = "velatura-edit", "velatura-refine", "velatura-run"
DAEMON = "velatura-daemon"
_MENU = "<Image>/Filters/Artistic"
_LAYERS_MENU = "<Layers>/Layers Menu"
_READWRITE = GObject.ParamFlags.READWRITE
_LARGEST = GLib.MAXDOUBLE


def names(folder: PluginFolder) -> list[str]:
    """The procedures that there are."""
    manifest = folder.manifest()
    engines = (PREFIX + canonical(name) for name in shown_engines(manifest))
    others = [EDIT, *([REFINE] if refining_in(manifest) is not None else []), RUN]
    return [*engines, *others, *([DAEMON] if folder.home() is not None else [])]


def make(plugin: Gimp.PlugIn, name: str, folder: PluginFolder) -> Gimp.Procedure:
    """The procedure ``name``."""
    if name == DAEMON:
        return _daemon_procedure(plugin, folder)
    if name == EDIT:
        return _edit_procedure(plugin, folder)
    if name == REFINE:
        return _refine_procedure(plugin, folder)
    manifest = folder.manifest()
    engine = next((each for each in manifest if PREFIX + canonical(each) == name), None)
    if engine is None:
        return _run_procedure(plugin, folder)
    return _engine_procedure(plugin, name, engine, manifest, folder)


def _engine_procedure(
    plugin: Gimp.PlugIn, name: str, engine: str, manifest: Manifest, folder: PluginFolder
) -> Gimp.Procedure:
    descriptor, arguments = manifest[engine]["descriptor"], arguments_of(engine, manifest)
    task = EngineTask(folder, engine, arguments)
    procedure = Gimp.ImageProcedure.new(plugin, name, Gimp.PDBProcType.PLUGIN, task.run, None)
    other = tr("Velatura with {engine}…", engine=tr(descriptor["title"]))
    procedure.set_menu_label("_Velatura…" if engine == default_engine(manifest) else other)
    procedure.add_menu_path(_MENU)
    needs_layer = content_use(manifest, engine) == "required"
    does = tr("Paint the layer in a style.") if needs_layer else tr("Make a new picture.")
    _finish(procedure, f"{does} {tr(descriptor['summary'])}", arguments)
    if not needs_layer:
        procedure.set_sensitivity_mask(Gimp.ProcedureSensitivityMask.ALWAYS)
    procedure.add_string_aux_argument(OTHER, OTHER, OTHER, "", _READWRITE)
    return procedure


def _run_procedure(plugin: Gimp.PlugIn, folder: PluginFolder) -> Gimp.Procedure:
    task = RunTask(folder)
    procedure = Gimp.ImageProcedure.new(plugin, RUN, Gimp.PDBProcType.PLUGIN, task.run, None)
    summary = tr("Paint the layer according to a JSON request, for scripts.")
    _finish(procedure, summary, [REQUEST, OUTPUT])
    procedure.set_sensitivity_mask(Gimp.ProcedureSensitivityMask.ALWAYS)
    return procedure


def _edit_procedure(plugin: Gimp.PlugIn, folder: PluginFolder) -> Gimp.Procedure:
    task = EditTask(folder)
    procedure = Gimp.ImageProcedure.new(plugin, EDIT, Gimp.PDBProcType.PLUGIN, task.run, None)
    procedure.set_menu_label(tr("Velatura: _Edit This Result…"))
    for path in (_MENU, _LAYERS_MENU):
        procedure.add_menu_path(path)
    summary = tr("Repaint a layer that Velatura has painted, with other settings, and replace it.")
    _finish(procedure, summary, [])
    procedure.set_sensitivity_mask(Gimp.ProcedureSensitivityMask.DRAWABLE)
    return procedure


def _refine_procedure(plugin: Gimp.PlugIn, folder: PluginFolder) -> Gimp.Procedure:
    task = RefineTask(folder)
    procedure = Gimp.ImageProcedure.new(plugin, REFINE, Gimp.PDBProcType.PLUGIN, task.run, None)
    procedure.set_menu_label(tr("Velatura: _Refine This Result"))
    for path in (_MENU, _LAYERS_MENU):
        procedure.add_menu_path(path)
    summary = tr(
        "Continue from a layer that Velatura has painted, with the slow engine, and replace it."
    )
    _finish(procedure, summary, [])
    return procedure


def _daemon_procedure(plugin: Gimp.PlugIn, folder: PluginFolder) -> Gimp.Procedure:
    task = InstallTask(folder)
    procedure = Gimp.ImageProcedure.new(plugin, DAEMON, Gimp.PDBProcType.PLUGIN, task.run, None)
    procedure.set_menu_label(tr("Velatura: _Install or Remove…"))
    procedure.add_menu_path(_MENU)
    _describe(procedure, tr("Install, repair or remove Velatura's painter."))
    procedure.set_sensitivity_mask(Gimp.ProcedureSensitivityMask.ALWAYS)
    return procedure


def _describe(procedure: Gimp.Procedure, summary: str) -> None:
    procedure.set_image_types("*")
    procedure.set_documentation(summary, summary, None)
    procedure.set_attribution("Velatura's authors", "Velatura's authors", "2026")


def _finish(procedure: Gimp.Procedure, summary: str, arguments: list[Argument]) -> None:
    _describe(procedure, summary)
    one_or_more = Gimp.ProcedureSensitivityMask.DRAWABLE | Gimp.ProcedureSensitivityMask.DRAWABLES
    procedure.set_sensitivity_mask(one_or_more)
    for argument in arguments:
        _add(procedure, argument)
    given, about = tr("Painted layer"), tr("The new layer, or the one that was painted.")
    procedure.add_layer_return_value("layer", given, about, False, _READWRITE)


def _add(procedure: Gimp.Procedure, argument: Argument) -> None:
    facts = (argument.name, argument.label, tr(argument.blurb))
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
        case "file" | "save":
            chooser = Gimp.FileChooserAction
            action = chooser.OPEN if argument.kind == "file" else chooser.SAVE
            procedure.add_file_argument(*facts, action, True, None, _READWRITE)
        case "layer":
            procedure.add_layer_argument(*facts, True, _READWRITE)


def _finite(edge: float) -> float:
    return edge if not isinf(edge) else _LARGEST if edge > 0 else -_LARGEST

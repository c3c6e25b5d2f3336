"""What GIMP's procedures do: ask, paint, say how it ended."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from gi.repository import Gimp, Gio, GLib, GObject

from velatura_link.errors import JobFailed, LinkError

from .arguments import OUTPUT, REQUEST, Argument
from .choices import Choices, Values
from .engine_arguments import canonical
from .job_builder import arguments_for, jobs_as_asked, jobs_for, origin_of, refining_job
from .layers import layers_meant, require_layers
from .painting import Watch, paint
from .parasites import load_settings, save_settings
from .plugin_folder import PluginFolder
from .request_builder import parse_request
from .texts import tr
from .wording import sentence_of

PREFIX = "velatura-"
FOR_ONE_IMAGE = ("file", "save", "layer")
"""Kinds of arguments whose values mean nothing for another image."""
OTHER = "other"
"""Where the dialog's choice of another engine is kept for “Repeat”."""


def values_of(arguments: Iterable[Argument], config: Gimp.ProcedureConfig) -> dict[str, Any]:
    """The values in ``config``: files as paths, layers as ids."""
    return {argument.name: _plain(config.get_property(argument.name)) for argument in arguments}


def _plain(value: Any) -> Any:
    if isinstance(value, Gio.File):
        return value.get_path() or value.get_uri()
    return value.get_id() if isinstance(value, Gimp.Item) else value


def set_values(
    arguments: Iterable[Argument], config: Gimp.ProcedureConfig, values: Mapping[str, Any]
) -> None:
    """``values``, files as paths and layers as ids, into ``config``, which GIMP keeps for the next time."""
    for argument in arguments:
        value = values.get(argument.name)
        if argument.kind in ("file", "save"):
            value = Gio.File.new_for_path(value) if value else None
        elif argument.kind == "layer":
            value = Gimp.Layer.get_by_id(value) if value is not None else None
        # What an image remembers can come from anywhere.
        with contextlib.suppress(TypeError, ValueError, OverflowError):
            config.set_property(argument.name, value)


@dataclass(frozen=True)
class EngineTask:
    """What an engine's procedure does."""

    folder: PluginFolder
    engine: str
    arguments: list[Argument]

    def run(
        self,
        procedure: Gimp.Procedure,
        mode: Gimp.RunMode,
        image: Gimp.Image | None,
        drawables: list[Gimp.Drawable],
        config: Gimp.ProcedureConfig,
        data: object,
    ) -> Gimp.ValueArray:
        manifest = self.folder.manifest()
        try:
            layers = layers_meant(drawables)
            choices: Choices | None = Choices(self.engine, values_of(self.arguments, config))
            if mode == Gimp.RunMode.INTERACTIVE:
                choices = self._asked(image, layers, config)
            elif mode == Gimp.RunMode.WITH_LAST_VALS:
                choices = self._other_engine(config) or choices
            if choices is None:
                return cancelled(procedure)
            painted = paint(self.folder, jobs_for(choices, manifest, image, layers), watch_in(mode))
            if image is not None:
                save_settings(image, PREFIX + canonical(choices.engine), choices.values)
        except (LinkError, OSError) as error:
            return failed(procedure, error)
        return succeeded(mode, image, painted)

    def _asked(
        self,
        image: Gimp.Image | None,
        layers: list[Gimp.Layer],
        config: Gimp.ProcedureConfig,
    ) -> Choices | None:
        from .dialog import ask

        if not is_provided(self.folder):
            return None
        name = PREFIX + canonical(self.engine)
        kept = load_settings(image, name) if image is not None else {}
        # A file or a layer is chosen anew for each image.
        lasting = {each.name for each in self.arguments if each.kind not in FOR_ONE_IMAGE}
        values = values_of(self.arguments, config)
        values |= {name: value for name, value in kept.items() if name in lasting}
        chosen = ask(self.folder, image, layers, Choices(self.engine, values))
        if chosen is not None and chosen.engine == self.engine:
            set_values(self.arguments, config, chosen.values)
            config.set_property(OTHER, "")
        elif chosen is not None:
            told = {"engine": chosen.engine, "values": dict(chosen.values)}
            config.set_property(OTHER, json.dumps(told))
        return chosen

    def _other_engine(self, config: Gimp.ProcedureConfig) -> Choices | None:
        """What was last chosen in the dialog, if that was another engine than the procedure's."""
        told = config.get_property(OTHER)
        if not told:
            return None
        last = Choices(**json.loads(told))
        # GIMP keeps it from one version of Velatura to the next.
        arguments = arguments_for(self.folder.manifest(), last.engine)
        return Choices(last.engine, Values.of(arguments, last.values).current)


@dataclass(frozen=True)
class EditTask:
    """What ``velatura-edit`` does."""

    folder: PluginFolder

    def run(
        self,
        procedure: Gimp.Procedure,
        mode: Gimp.RunMode,
        image: Gimp.Image,
        drawables: list[Gimp.Drawable],
        config: Gimp.ProcedureConfig,
        data: object,
    ) -> Gimp.ValueArray:
        manifest = self.folder.manifest()
        try:
            results = require_layers(drawables)
            if len(results) > 1:
                raise LinkError(tr("More than one layer is chosen."), hint=tr("Choose one layer."))
            record, chosen, layer = origin_of(results[0], manifest)
            choices: Choices | None = chosen
            if mode == Gimp.RunMode.INTERACTIVE:
                from .dialog import ask

                if not is_provided(self.folder):
                    return cancelled(procedure)
                choices = ask(
                    self.folder, image, [layer], chosen, replaces=results[0], record=record
                )
            if choices is None:
                return cancelled(procedure)
            jobs = jobs_for(choices, manifest, image, [layer], results[0])
            painted = paint(self.folder, jobs, watch_in(mode))
        except (LinkError, OSError) as error:
            return failed(procedure, error)
        return succeeded(mode, image, painted)


@dataclass(frozen=True)
class RefineTask:
    """What ``velatura-refine`` does."""

    folder: PluginFolder

    def run(
        self,
        procedure: Gimp.Procedure,
        mode: Gimp.RunMode,
        image: Gimp.Image,
        drawables: list[Gimp.Drawable],
        config: Gimp.ProcedureConfig,
        data: object,
    ) -> Gimp.ValueArray:
        manifest = self.folder.manifest()
        try:
            if mode == Gimp.RunMode.INTERACTIVE and not is_provided(self.folder):
                return cancelled(procedure)
            jobs = [refining_job(each, manifest) for each in require_layers(drawables)]
            painted = paint(self.folder, jobs, watch_in(mode))
        except (LinkError, OSError) as error:
            return failed(procedure, error)
        return succeeded(mode, image, painted)


@dataclass(frozen=True)
class RunTask:
    """What ``velatura-run`` does."""

    folder: PluginFolder

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
            manifest = self.folder.manifest()
            spec = parse_request(config.get_property(REQUEST.name), manifest)
            output = config.get_property(OUTPUT.name)
            jobs = jobs_as_asked(spec, manifest, image, layers_meant(drawables), output)
            painted = paint(self.folder, jobs)
        except (LinkError, OSError) as error:
            return failed(procedure, error)
        return succeeded(mode, image, painted)


@dataclass(frozen=True)
class InstallTask:
    """What the menu entry for installing does; it is for persons alone."""

    folder: PluginFolder

    def run(
        self,
        procedure: Gimp.Procedure,
        mode: Gimp.RunMode,
        image: Gimp.Image | None,
        drawables: list[Gimp.Drawable],
        config: Gimp.ProcedureConfig,
        data: object,
    ) -> Gimp.ValueArray:
        home = self.folder.home()
        if mode != Gimp.RunMode.INTERACTIVE or home is None:
            return procedure.new_return_values(Gimp.PDBStatusType.CANCEL, None)
        from .daemon_dialog import provide

        provide(home, and_go_on=False)
        return procedure.new_return_values(Gimp.PDBStatusType.SUCCESS, None)


def watch_in(mode: Gimp.RunMode) -> Watch | None:
    """What shows a person a painting that is being made; scripts do without GTK."""
    if mode != Gimp.RunMode.INTERACTIVE:
        return None
    from .progress_dialog import watch

    return watch


def is_provided(folder: PluginFolder) -> bool:
    """Whether there is a painter, after asking the person to install the one that came along."""
    home = folder.home()
    if home is None or not home.wanted:
        return True
    from .daemon_dialog import provide

    return provide(home, and_go_on=True)


def cancelled(procedure: Gimp.Procedure) -> Gimp.ValueArray:
    """The end of a procedure that the person gave up."""
    return procedure.new_return_values(Gimp.PDBStatusType.CANCEL, None)


def failed(procedure: Gimp.Procedure, error: Exception) -> Gimp.ValueArray:
    """The end of a procedure that ``error`` ended."""
    if isinstance(error, JobFailed) and error.code == "cancelled":
        return cancelled(procedure)
    reason = GLib.Error.new_literal(Gimp.PlugIn.error_quark(), sentence_of(error), 0)
    return procedure.new_return_values(Gimp.PDBStatusType.EXECUTION_ERROR, reason)


def succeeded(
    mode: Gimp.RunMode, image: Gimp.Image | None, painted: list[Gimp.Layer]
) -> Gimp.ValueArray:
    """The end of a procedure that made ``painted``; shown if that is in another image than the one asked for."""
    if mode != Gimp.RunMode.NONINTERACTIVE:
        if painted[0].get_image() != image:
            Gimp.Display.new(painted[0].get_image())
        Gimp.displays_flush()
    success = GObject.Value(Gimp.PDBStatusType, Gimp.PDBStatusType.SUCCESS)
    return Gimp.ValueArray.new_from_values([success, GObject.Value(Gimp.Layer, painted[0])])

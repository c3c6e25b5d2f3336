"""One Apply, from the layer's pixels to the layer that is inserted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from velatura_link.engines import Manifest
from velatura_link.errors import JobFailed, LinkError
from velatura_link.jobs import Event, Failed, Preview, Result
from velatura_link.request import Payload, Pixels, Scalar

from ..daemon.link import JobHandle, Link
from ..model import request_builder
from ..model.choices import Choices
from ..model.extra_outputs import extra_outputs
from ..model.progress import Shown, shown, stage
from ..model.thumbnails import Thumbnail, downsampled
from ..texts import tr
from .cooperative_tasks import CooperativeTasks, RunningTask, Steps
from .input_reading import read_befores, read_inputs
from .kept_mask import KeptMask, kept_mask
from .layer_reader import Source, read_layer, read_region, read_selection
from .layer_writer import Placement, place
from .refinement import Refinement, Start, insert_refined, read_start

PREVIEW_SECONDS = 1.0
_STOPPED = ("cancelled", "replaced")


@dataclass(frozen=True)
class Wanted:
    """What is to be painted, and as what. ``selection`` is the document's, None to paint all of the layer.

    ``above`` is what was painted of this layer before, if anything: the result is put upon it. ``take`` makes of a
    result what the listener gets when it has inserted; by default that is a layer in the document. With ``refinement``
    a result goes on, behind everything that somebody waits for, and the listener gets a ``Refined``.
    ``carried`` are further inputs, which the frame before gave.
    """

    source: Source
    choices: Choices
    manifest: Manifest
    find: request_builder.FindStyle
    title: str
    selection: Any = None
    above: Any = None
    take: Callable[[Placement], Steps[Any]] | None = None
    refinement: Refinement | None = None
    carried: Mapping[str, Payload] = field(default_factory=dict)


@dataclass(frozen=True)
class Listener:
    """Who is told: how far it is, how it looks, and once how it ended."""

    shown: Callable[[Shown], object]
    intermediate: Callable[[Thumbnail], object]
    placement: Callable[[], object]
    inserted: Callable[[Any, Result], object]
    failed: Callable[[LinkError], object]
    stopped: Callable[[], object]


class Painting:
    """Runs by itself from its making on; everything happens on the interface's thread."""

    def __init__(
        self, wanted: Wanted, link: Link, tasks: CooperativeTasks, listener: Listener
    ) -> None:
        self._wanted = wanted
        self._link = link
        self._tasks = tasks
        self._tell = listener
        self.limits: KeptMask | None = None
        """What is painted of the layer, once that was read; None for all of it."""
        self._mask: Pixels | None = None
        self._start: Start | None = None
        self._ticket: JobHandle | None = None
        self._over = False
        self._tell.shown(stage("read", 0, 0))
        self._piece: RunningTask = tasks.begin(self._read(), self._submit, self._broke)

    def cancel(self) -> None:
        """Give it up; nothing is inserted, and the listener hears that it was stopped."""
        if self._over:
            return
        self._piece.cancel()
        if self._ticket is not None:
            self._ticket.cancel()
        self._end(self._tell.stopped)

    def finish(self) -> None:
        """Have the engine stop after the step that it is in; what is there is inserted."""
        if self._ticket is not None:
            self._ticket.finish()

    def _read(self) -> Steps[request_builder.Scene]:
        wanted = self._wanted
        source = wanted.source
        masks: list[Pixels | None] = []
        for region in wanted.choices.regions:
            masks += [(yield from read_region(source.document, region, source.bounds))]
        inputs = yield from read_inputs(source, wanted.manifest, wanted.choices)
        inputs.update(wanted.carried)
        befores = yield from read_befores(source.document, wanted.manifest, wanted.choices)
        params: Mapping[str, Scalar] = {}
        if (refinement := wanted.refinement) is not None:
            self.limits, params = refinement.limits, refinement.refining.params
            self._mask = self.limits.over(source.bounds) if self.limits is not None else None
            self._start = yield from read_start(refinement)
            inputs[refinement.refining.input] = self._start.pixels
        elif wanted.selection is not None:
            self._mask = yield from read_selection(wanted.selection, source.bounds)
            self.limits = yield from kept_mask(self._mask, source.bounds)
        scene = request_builder.Scene(None, masks, inputs=inputs, params=params, befores=befores)
        if source.blank:
            space = source.space.sent_as
            return replace(
                scene, size=source.bounds.size, depth=space.wire_depth, transfer=space.transfer
            )
        # In a group the mask does it, and stays to be changed.
        limits = self._mask if wanted.choices.output != "group" else None
        content = yield from read_layer(source)
        return replace(scene, content=content, selection=limits)

    def _submit(self, scene: request_builder.Scene) -> None:
        wanted = self._wanted
        try:
            request = request_builder.final(wanted.manifest, wanted.choices, scene, wanted.find)
        except OSError as error:
            self._broke(error)
            return
        self._tell.shown(stage("send", 0, 0))
        self._ticket = self._link.submit(
            request,
            self._on_event,
            preview=PREVIEW_SECONDS,
            priority="interactive" if wanted.refinement is None else "batch",
        )

    def _on_event(self, event: Event) -> None:
        if self._over:
            return
        if isinstance(event, Result):
            self._place(event)
        elif isinstance(event, Failed):
            stopped = isinstance(event.error, JobFailed) and event.error.code in _STOPPED
            self._end(self._tell.stopped if stopped else lambda: self._tell.failed(event.error))
        elif isinstance(event, Preview):
            if (thumbnail := downsampled(event.pixels)) is not None:
                self._tell.intermediate(thumbnail)
        elif (seen := shown(event)) is not None:
            self._tell.shown(seen)

    def _place(self, result: Result) -> None:
        wanted = self._wanted
        self._tell.shown(stage("write", 0, 0))
        try:
            placement = Placement(
                wanted.source,
                result.picture,
                wanted.title,
                wanted.choices.output,
                self._mask,
                wanted.above,
                self._extras(result),
            )
        except LinkError as error:
            self._broke(error)
            return
        self._piece = self._tasks.begin(
            self._take(placement),
            lambda node: self._end(lambda: self._tell.inserted(node, result)),
            self._broke,
        )

    def _extras(self, result: Result) -> list[tuple[str, Pixels]]:
        """Pictures beside the painted one that are wanted, by their titles."""
        choices = self._wanted.choices
        if choices.output == "in-place" or self._wanted.refinement is not None:
            return []
        titles = extra_outputs(self._wanted.manifest, choices.engine)
        wanted = [name for name in choices.engine_extras if name in titles]
        found = [(titles[name], result.outputs.get(name)) for name in wanted]
        return [(tr(title), each) for title, each in found if isinstance(each, Pixels)]

    def _take(self, placement: Placement) -> Steps[Any]:
        wanted, about_to = self._wanted, self._tell.placement
        if wanted.take is not None:
            return wanted.take(placement)
        if wanted.refinement is not None and self._start is not None:
            return insert_refined(placement, wanted.refinement, self._start, about_to)
        return place(placement, about_to)

    def _broke(self, error: Exception) -> None:
        self._end(lambda: self._tell.failed(trouble_of(error)))

    def _end(self, tell: Callable[[], object]) -> None:
        if not self._over:
            self._over = True
            tell()


def trouble_of(error: Exception) -> LinkError:
    """``error`` in words for the person; Krita's objects are gone with their document."""
    if isinstance(error, LinkError):
        return error
    return LinkError(
        tr("The layer could not be read or written: {error}", error=error),
        hint=tr("Was its document closed?"),
    )

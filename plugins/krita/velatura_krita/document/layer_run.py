"""One Apply: its layers are painted one after the other; frames of an animated layer become one layer together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from velatura_link.engines import Manifest
from velatura_link.errors import LinkError
from velatura_link.jobs import Result
from velatura_link.request import Payload

from ..daemon.link import Link
from ..model import request_builder
from ..model.choices import Choices
from ..model.extra_outputs import carried_outputs
from ..model.progress import Shown, stage
from ..model.thumbnails import Thumbnail
from ..texts import say, tr
from .cooperative_tasks import CooperativeTasks
from .frames import KeptFrame, insert_frames, keep_frame
from .kept_mask import KeptMask
from .layer_reader import Source
from .painting import Listener, Painting, Wanted, trouble_of
from .refinement import Refined, Refinement
from .undo_history import Position, UndoHistory


@dataclass(frozen=True)
class Task:
    """What one Apply is to paint: ``sources``, one at least. The layer ``replaces`` goes when the new one is there.

    Each of ``refinements`` is of the source in the same place: then results go on, and make room for what is painted.
    """

    sources: Sequence[Source]
    choices: Choices
    manifest: Manifest
    find: request_builder.FindStyle
    title: str
    selection: Any = None
    replaces: Any = None
    refinements: Sequence[Refinement] = ()

    @property
    def document(self) -> Any:
        return self.sources[0].document

    @property
    def framed(self) -> bool:
        """Whether the sources are frames of one layer."""
        return self.sources[0].time is not None


@dataclass(frozen=True)
class RunListener:
    """Who is told: how far it is, how it looks, of each layer that came, and once that no more come.

    ``above`` is asked for what was painted of a source before; ``ended`` gets what went wrong, if anything did.
    """

    above: Callable[[Source], Any]
    shown: Callable[[Shown], object]
    intermediate: Callable[[Thumbnail], object]
    inserted: Callable[[Source, Any, Result, KeptMask | None], object]
    ended: Callable[[LinkError | None], object]


class LayerRun:
    """Paints ``task`` from :meth:`start` on.

    ``nodes`` are the layers that came so far, ``replaced`` what each of them is to replace, None for nothing, and
    ``notes`` what there is to say of them. ``before`` is the undo history's position when the first of them came, as
    far as it is known, and ``active`` the layer that was active then.
    """

    def __init__(
        self,
        task: Task,
        link: Link,
        tasks: CooperativeTasks,
        history: UndoHistory,
        listener: RunListener,
    ) -> None:
        self.task = task
        self.nodes: list[Any] = []
        self.replaced: list[Any] = []
        self.notes: list[str] = []
        self.before: Position | None = None
        self.active: Any = None
        self.folder: TemporaryDirectory[str] | None = None
        """Where painted frames wait for one another; None while no frames are painted."""
        self._link = link
        self._tasks = tasks
        self._history = history
        self._tell = listener
        self._frames: list[KeptFrame] = []
        self._painting: Painting | None = None
        self._carried: dict[str, Payload] = {}
        self._given_up = False

    def start(self) -> None:
        """Paint the first one."""
        if self.task.framed:
            self.folder = TemporaryDirectory(prefix="velatura-frames-")
        self._paint()

    def stop(self) -> None:
        """Give it up. Layers that came already stay; frames come together or not at all."""
        self._given_up = True
        if self._painting is not None:
            self._painting.cancel()

    def finish(self) -> None:
        """Stop there and keep what is there, where the engine can."""
        if self._painting is not None:
            self._painting.finish()

    @property
    def _wanted(self) -> Source:
        """The one that is painted now."""
        return self.task.sources[len(self.nodes) + len(self._frames)]

    def _paint(self) -> None:
        task, source = self.task, self._wanted
        above = task.replaces if task.replaces is not None else self._tell.above(source)
        take = None
        if self.folder is not None:
            take = partial(keep_frame, folder=Path(self.folder.name))
        wanted = Wanted(
            source,
            task.choices,
            task.manifest,
            task.find,
            task.title,
            task.selection,
            above,
            take,
            carried=self._carried,
        )
        inserted: Callable[[Any, Result], object] = (
            self._framed if task.framed else self._layer_inserted
        )
        if task.refinements:
            wanted = replace(wanted, refinement=task.refinements[len(self.nodes)])
            inserted = self._refined
        listener = Listener(
            shown=self._show,
            intermediate=self._tell.intermediate,
            placement=self._placement,
            inserted=inserted,
            failed=self._end,
            stopped=lambda: self._end(None),
        )
        self._painting = Painting(wanted, self._link, self._tasks, listener)

    def _show(self, shown: Shown) -> None:
        total = len(self.task.sources)
        if total > 1:
            number = len(self.nodes) + len(self._frames) + 1
            if self.task.framed:
                counted = tr("Frame {number} of {total}", number=number, total=total)
            else:
                counted = tr("Layer {number} of {total}", number=number, total=total)
            shown = replace(shown, text=f"{counted}: {shown.text}")
        self._tell.shown(shown)

    def _placement(self) -> None:
        if not self.nodes:
            self.before = self._history.position(self.task.document)
            self.active = self.task.document.activeNode()

    def _refined(self, refined: Refined, result: Result) -> None:
        if refined.note:
            self.notes.append(refined.note)
        self._layer_inserted(refined.node, result, refined.replaced)

    def _layer_inserted(self, node: Any, result: Result, replaced: Any = None) -> None:
        source = self._wanted
        limits = self._painting.limits if self._painting is not None else None
        self.nodes.append(node)
        self.replaced.append(self.task.replaces if replaced is None else replaced)
        self._note(result)
        try:
            self._tell.inserted(source, node, result, limits)
        except Exception as error:
            # The run has an end all the same: without one its document would count as being painted for ever.
            self._end(trouble_of(error))
        else:
            self._go_on()

    def _framed(self, frame: KeptFrame, result: Result) -> None:
        self._frames.append(frame)
        names = carried_outputs(self.task.manifest, self.task.choices.engine)
        self._carried = {name: result.outputs[name] for name in names if name in result.outputs}
        if len(self._frames) < len(self.task.sources):
            self._paint()
            return
        self._tell.shown(stage("write", 0, 0))
        steps = insert_frames(
            self._history, self._frames, self._placement, given_up=lambda: self._given_up
        )
        self._tasks.begin(
            steps,
            lambda node: self._frames_inserted(node, result),
            lambda error: self._end(trouble_of(error)),
        )

    def _frames_inserted(self, node: Any, result: Result) -> None:
        """All frames lie in the document as ``node``; None when they were given up before."""
        if node is not None:
            self.nodes.append(node)
            self.replaced.append(self.task.replaces)
            self._note(result)
            self._tell.inserted(self.task.sources[0], node, result, None)
        self._end(None)

    def _note(self, result: Result) -> None:
        """Keep what the daemon noted on ``result``, once and in the person's language."""
        notes = [say(note) for note in result.notes]
        self.notes += [note for note in dict.fromkeys(notes) if note not in self.notes]

    def _go_on(self) -> None:
        if len(self.nodes) < len(self.task.sources):
            self._paint()
        else:
            self._end(None)

    def _end(self, error: LinkError | None) -> None:
        if self.folder is not None:
            self.folder.cleanup()
            self.folder = None
        self._tell.ended(error)

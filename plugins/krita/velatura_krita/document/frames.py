"""The frames of an animated layer: each is painted by itself, and all of them become one animated layer.

libkis writes pixels into the frame that is shown, also of a copy that is in no document's tree yet. So painted frames
wait in files; then the playhead goes from one to the next once, and back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

from velatura_link.request import Pixels

from .cooperative_tasks import Steps
from .formats import Bounds
from .layer_reader import Source, space_of
from .layer_writer import Placement, painted_layer
from .undo_history import Position, UndoHistory

_PATIENCE = 5.0
"""Seconds after which Krita counts as not having undone what it was asked to."""
_QUIET = 0.2
"""Seconds without a new step after which Krita counts as having noted all of them."""
_STANDSTILL = 0.02
"""Seconds that one pause counts for at most: while Krita stands still it notes nothing."""


@dataclass(frozen=True)
class KeptFrame:
    """A painted frame of ``source``, whose pixels wait in a file; ``shape`` is what :class:`Pixels` wants to know."""

    path: Path
    source: Source
    title: str
    shape: tuple[int, int, int, str, str]

    def placement(self) -> Placement:
        """It as something to be written, its pixels read."""
        pixels = Pixels(self.path.read_bytes(), *self.shape)
        return Placement(self.source, pixels, self.title, "layer")


def frame_sources(document: Any, node: Any) -> list[Source]:
    """The keyframes of ``node`` within the playback range, as far as the canvas shows them; none for a still layer."""
    if not node.animated():
        return []
    start, end = document.playBackStartTime(), document.playBackEndTime()
    bounds, space = Bounds(0, 0, document.width(), document.height()), space_of(node)
    return [
        Source(document, node, bounds, space, whole=False, time=time)
        for time in range(start, end + 1)
        if node.hasKeyframeAtTime(time)
    ]


def keep_frame(placement: Placement, folder: Path) -> Steps[KeptFrame]:
    """Put the painted frame into a file of ``folder``."""
    picture = placement.picture
    path = folder / f"{placement.source.time}.raw"
    path.write_bytes(picture.view)
    yield
    shape = (picture.width, picture.height, picture.channels, picture.depth, picture.transfer)
    return KeptFrame(path, placement.source, placement.title, shape)


def insert_frames(
    history: UndoHistory,
    frames: Sequence[KeptFrame],
    about_to: Callable[[], object],
    given_up: Callable[[], bool],
) -> Steps[Any]:
    """Insert a copy of the animated layer with ``frames`` painted above it, in one undo step; the layer.

    Frames outside of the playback range stay as they are. ``about_to`` is called just before. When ``given_up`` becomes
    true before that, nothing is inserted, and None returned.
    """
    source = frames[0].source
    document = source.document
    before, time = history.position(document), document.currentTime()
    made = source.node.duplicate()
    made.setName(frames[0].title)
    for frame in frames:
        if given_up():
            break
        document.setCurrentTime(frame.source.time)
        document.waitForDone()
        yield from painted_layer(made, frame.placement())
    yield from _restore(history, before, document, time)
    if given_up():
        return None
    about_to()
    source.node.parentNode().addChildNode(made, source.node)
    return made


def _restore(
    history: UndoHistory, before: Position | None, document: Any, time: int
) -> Steps[None]:
    """Put the playhead back. Krita notes its moves as steps of their own, often as one, which are undone; or as part of
    the person's own last step.
    """
    now = yield from _settled(history, document)
    if before is None or now is None or now.current <= before.current:
        document.setCurrentTime(time)
        document.waitForDone()
        return
    while now is not None and now.current > before.current:
        asked, until = now.current, monotonic() + _PATIENCE
        history.undo()
        while now is not None and now.current >= asked:
            if monotonic() > until:
                return
            yield
            now = history.position(document)
        now = yield from _settled(history, document)


def _settled(history: UndoHistory, document: Any) -> Steps[Position | None]:
    """Where the history stands once Krita has noted what was done: it does so some time later."""
    now, quiet, before = history.position(document), 0.0, monotonic()
    while quiet < _QUIET:
        yield
        found, at = history.position(document), monotonic()
        quiet = quiet + min(at - before, _STANDSTILL) if found == now else 0.0
        now, before = found, at
    return now

"""One picture, from reading its content to writing what was painted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from velatura.cli.backends import backend
from velatura.cli.backends.base import Painted, Priority
from velatura.cli.display import Bar, Stopwatch, progress_bar
from velatura.cli.enter_key import on_enter
from velatura.cli.parts import parts_of
from velatura.cli.preview import preview_file
from velatura.cli.requests import Wish, read_content
from velatura.imaging.files import Picture

Write = Callable[[Painted, Picture], list[str]]
"""Writes what was painted of a content; notes about what its format cannot hold."""


@dataclass(frozen=True)
class Finished:
    """A picture that was painted and written, sentences for the person, and the seconds that it took."""

    painted: Painted
    notes: list[str]
    seconds: float


def paint_one(
    wish: Wish,
    write: Write,
    *,
    daemon: bool,
    as_json: bool,
    priority: Priority = "interactive",
) -> Finished:
    """Paint ``wish``, a bar showing how far it is, and have ``write`` write it. Raises what goes wrong."""
    watch = Stopwatch()
    content = read_content(wish)
    parts = parts_of(wish, (content.raster.width, content.raster.height))
    bar: Bar
    with progress_bar(as_json=as_json) as bar:
        with (
            preview_file(wish.preview) as preview,
            backend(daemon=daemon) as hand,
            on_enter(hand.finish, where=not as_json),
        ):
            painted = hand.paint(wish, content.raster, parts, bar, preview, priority)
        bar.show("write", 0, 0, None)
        lost = write(painted, content)
    unseen = preview.notes if preview is not None else []
    notes = [*content.notes, *parts.notes, *painted.notes, *lost, *unseen]
    return Finished(painted, notes, watch.seconds)

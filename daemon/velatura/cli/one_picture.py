"""One picture, from reading its content to writing what was painted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from velatura.cli.backends import open_backend
from velatura.cli.backends.base import Painted, Priority
from velatura.cli.display import Bar, Stopwatch, progress_bar
from velatura.cli.enter_key import on_enter
from velatura.cli.preview import preview_file
from velatura.cli.tasks import Task, like_result, read_content, with_content
from velatura.imaging.files import Picture
from velatura_link.request import Request

Write = Callable[[Painted, Picture | None], list[str]]
"""Writes what was painted of a content; notes about what its format cannot hold."""


@dataclass(frozen=True)
class Finished:
    """A picture that was painted and written, sentences for the person, and the seconds that it took."""

    painted: Painted
    notes: list[str]
    seconds: float


def paint_one(
    request: Request,
    task: Task,
    write: Write,
    *,
    daemon: bool,
    as_json: bool,
    preview: Path | None = None,
    priority: Priority = "interactive",
) -> Finished:
    """Carry out ``request`` for the content of ``task``, a bar showing how far it is, and have ``write`` write it.

    Raises what goes wrong.
    """
    watch = Stopwatch()
    content = read_content(task)
    bar: Bar
    with progress_bar(as_json=as_json) as bar:
        with (
            preview_file(preview) as previews,
            open_backend(daemon=daemon) as backend,
            on_enter(backend.finish, where=not as_json),
        ):
            painted = backend.paint(with_content(request, content), bar, previews, priority)
        bar.show("write", 0, 0, None)
        lost = write(painted, like_result(content, request))
    read = content.notes if content is not None else ()
    unseen = previews.notes if previews is not None else []
    return Finished(painted, [*read, *painted.notes, *lost, *unseen], watch.seconds)

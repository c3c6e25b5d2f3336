"""Many pictures, one after another or several at once, each into a folder of results."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from velatura.cli.backends import open_backend
from velatura.cli.backends.base import Backend
from velatura.cli.contents import tasks_for
from velatura.cli.display import Bar, Stopwatch, counted, print_json, progress_bar
from velatura.cli.further_outputs import write_further
from velatura.cli.recipes import with_places
from velatura.cli.result_cache import ResultCache, mark_of, marks_in_order
from velatura.cli.tasks import Task, like_result, read_content, with_content
from velatura.contract.manifest import Manifest
from velatura.errors import BadRequest, VelaturaError
from velatura.imaging.files import write_picture
from velatura_link import engines
from velatura_link.errors import Disconnected, LinkError, Refused
from velatura_link.request import EncodedFile, Request

HOPELESS = frozenset({"unknown_engine", "bad_params", "weights_missing", "bad_weights"})
"""Codes of what would go wrong with every picture."""

TICK = 0.2
"""Seconds between two looks at the clock and at Ctrl-C."""

Trouble = VelaturaError | LinkError | OSError


@dataclass(frozen=True)
class Outcome:
    """What became of one picture: ``state`` is painted, kept (it was there) or failed."""

    task: Task
    state: str
    seconds: float = 0.0
    notes: Sequence[str] = ()
    trouble: Trouble | None = None

    def described(self) -> dict[str, Any]:
        """The outcome for programs."""
        found: dict[str, Any] = {
            "content": str(self.task.content),
            "output": str(self.task.output),
            "state": self.state,
            "seconds": self.seconds,
            "notes": list(self.notes),
        }
        if self.trouble is not None:
            found["error"] = {"code": _code(self.trouble), "message": _sentence(self.trouble)}
        return found


@dataclass
class Work:
    """A run over many pictures: what all of them share, and how far each is that is in work.

    ``manifest`` says what the engine gives and takes; ``state`` is what the frame before handed on.
    """

    request: Request
    marks: Mapping[Task, str]
    manifest: Manifest
    result_cache: ResultCache
    backend: Backend
    keep_recipe: bool = True
    working: dict[Task, float] = field(default_factory=dict)
    state: dict[str, EncodedFile] = field(default_factory=dict)

    def do(self, task: Task) -> Outcome:
        """Paint one picture. Raises what goes wrong."""
        watch = Stopwatch()
        self.working[task] = 0.0
        request, bar, notes = self.request, _Share(self.working, task), []
        if self.state:
            request = replace(request, inputs={**request.inputs, **self.state})
        elif self._handed_on and task != next(iter(self.marks)):
            notes.append("The previous frame failed, so this one starts afresh.")
        self.state = {}
        try:
            content = read_content(task)
            painted = self.backend.paint(with_content(request, content), bar, priority="batch")
            self.state = {
                name: each
                for name, each in painted.outputs.items()
                if name in self._handed_on and isinstance(each, EncodedFile)
            }
            recipe = with_places(painted.recipe, request, task) if self.keep_recipe else None
            like = like_result(content, request)
            lost = write_picture(task.output, painted.raster, like=like, recipe=recipe)
            lost += write_further(task.output, painted.outputs, self._outputs)
            self.result_cache.write(task, self.marks[task])
        finally:
            self.working.pop(task, None)
        read = content.notes if content is not None else ()
        return Outcome(task, "painted", watch.seconds, (*notes, *read, *painted.notes, *lost))

    @property
    def _outputs(self) -> Sequence[Mapping[str, Any]]:
        return engines.outputs_of(self.manifest, self.request.engine or "")

    @property
    def _handed_on(self) -> frozenset[str]:
        """Names of what each frame gives the next; none where frames are painted in any order."""
        if not engines.is_ordered(self.manifest, self.request.engine or ""):
            return frozenset()
        return frozenset(each["name"] for each in self._outputs if each["kind"] == "state")


class _Share:
    """How far one of several pictures is, as a part of it, for the bar of all."""

    def __init__(self, working: dict[Task, float], task: Task) -> None:
        self._working = working
        self._task = task

    def show(
        self, phase: str, done: float, total: float, seconds_left: float | None, title: str = ""
    ) -> None:
        if self._task in self._working and phase in ("paint", "stylise") and total:
            self._working[self._task] = done / total

    def offer(self, key: str) -> None:
        """One key for several pictures would not say which."""


def run(options: argparse.Namespace, request: Request, manifest: Manifest) -> int:
    """Paint all contents that ``options`` name. 1 when one of them failed; Ctrl-C keeps what is done."""
    _check(options)
    folder: Path = options.output
    result_cache = ResultCache(folder)
    long = options.size.width if options.size is not None else None
    todo = tasks_for(options.contents, folder, options.format, result_cache.names, long)
    mark = mark_of(request, long)
    in_order = engines.is_ordered(manifest, request.engine or "")
    marks = marks_in_order(todo, mark) if in_order else dict.fromkeys(todo, mark)
    folder.mkdir(parents=True, exist_ok=True)
    kept = {task for task in todo if not options.again and result_cache.has(task, marks[task])}
    if in_order and len(kept) < len(todo):
        # What a frame handed on is not kept with its result.
        kept = set()
    watch = Stopwatch()
    outcomes = [Outcome(task, "kept") for task in kept]
    bar: Bar
    with (
        progress_bar(as_json=options.json) as bar,
        open_backend(daemon=not options.no_daemon) as backend,
    ):
        work = Work(request, marks, manifest, result_cache, backend, not options.no_recipe)
        rest = [task for task in todo if task not in kept]
        # Above a bar there is no room for lines; where there is none, they are all there is to see.
        at_once = not options.json and not sys.stderr.isatty()
        jobs = 1 if in_order else options.jobs
        outcomes += _work_through(work, rest, jobs, bar, _tell if at_once else _wait)
    order = {task: number for number, task in enumerate(todo)}
    outcomes.sort(key=lambda outcome: order[outcome.task])
    if options.json:
        _print_all(outcomes, watch.seconds)
    else:
        _sum_up(outcomes, watch.seconds, told=at_once)
    return 1 if any(outcome.trouble for outcome in outcomes) else 0


def _check(options: argparse.Namespace) -> None:
    if options.jobs < 1:
        raise BadRequest(f"--jobs must be at least 1, not {options.jobs}.")
    if options.preview is not None:
        raise BadRequest(
            "--preview shows one picture, and there are several.", hint="Leave it out."
        )
    if options.output.exists() and not options.output.is_dir():
        raise BadRequest(
            f"{options.output} is a file, and several pictures need a folder.", hint="Name another."
        )


def _work_through(
    work: Work, todo: Sequence[Task], jobs: int, bar: Bar, tell: Callable[[Outcome], None]
) -> list[Outcome]:
    """Have every task done, ``jobs`` of them at once; ``tell`` hears of each as it ends.

    Raises what would go wrong with all of them.
    """
    threads = ThreadPoolExecutor(min(jobs, work.backend.parallel), thread_name_prefix="picture")
    futures = {threads.submit(work.do, task): task for task in todo}
    outcomes: list[Outcome] = []
    watch = Stopwatch()
    waiting: set[Future[Outcome]] = set(futures)
    try:
        while waiting:
            done, waiting = wait(waiting, TICK, FIRST_COMPLETED)
            for future in done:
                outcomes.append(_outcome(futures[future], future))
                tell(outcomes[-1])
            _show(bar, work, len(outcomes), len(todo), watch)
    except BaseException:
        # Ctrl-C, or nothing will come of the others either.
        for future in waiting:
            future.cancel()
        work.backend.cancel()
        raise
    finally:
        threads.shutdown(wait=True, cancel_futures=True)
    return outcomes


def _outcome(task: Task, future: Future[Outcome]) -> Outcome:
    """What became of ``task``. Raises what would become of all others, too."""
    try:
        return future.result()
    except Disconnected:
        raise
    except (VelaturaError, LinkError, OSError) as trouble:
        if _code(trouble) in HOPELESS:
            raise
        return Outcome(task, "failed", trouble=trouble)


def _show(bar: Bar, work: Work, done: int, total: int, watch: Stopwatch) -> None:
    working = dict(work.working)
    so_far = done + sum(working.values())
    left = watch.seconds * (total - so_far) / so_far if so_far else None
    content = next(iter(working)).content if working else None
    name = content.name if content is not None else ""
    bar.show(f"{done} of {total} done, {name}", so_far, total, left)


def _tell(outcome: Outcome) -> None:
    """A line for a picture that was painted, and its notes."""
    if outcome.state == "painted":
        print(f"{outcome.task.output}: {outcome.seconds:.2f} s", flush=True)
        for note in outcome.notes:
            print(f"  {note}", flush=True)


def _wait(outcome: Outcome) -> None:
    """Nothing yet: all are told of at the end."""


def _counted(outcomes: Sequence[Outcome]) -> dict[str, int]:
    return {
        state: sum(outcome.state == state for outcome in outcomes)
        for state in ("painted", "kept", "failed")
    }


def _print_all(outcomes: Sequence[Outcome], seconds: float) -> None:
    results = [outcome.described() for outcome in outcomes]
    print_json({"results": results, **_counted(outcomes), "seconds": {"total": seconds}})


def _sum_up(outcomes: Sequence[Outcome], seconds: float, *, told: bool) -> None:
    for outcome in outcomes if not told else ():
        _tell(outcome)
    counts = _counted(outcomes)
    kept = f", {counts['kept']} already there" if counts["kept"] else ""
    print(f"{counts['painted']} painted{kept}, {seconds:.2f} s")
    failed = [outcome for outcome in outcomes if outcome.trouble is not None]
    if failed:
        print(
            f"velatura: {len(failed)} of {counted(len(outcomes), 'picture')} failed.",
            file=sys.stderr,
        )
    for outcome in failed:
        assert outcome.trouble is not None
        name, sentence = str(outcome.task.content), _sentence(outcome.trouble)
        print(f"  {sentence if name in sentence else f'{name}: {sentence}'}", file=sys.stderr)


def _sentence(trouble: Trouble) -> str:
    if isinstance(trouble, OSError):
        return f"{trouble.strerror or trouble}."
    return trouble.message


def _code(trouble: Trouble) -> str:
    return trouble.code if isinstance(trouble, VelaturaError | Refused) else "system"

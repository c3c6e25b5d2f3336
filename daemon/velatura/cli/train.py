"""`velatura train NAME`: weights from folders of pictures, in a run that can be stopped and gone on with."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from velatura.cli.arguments import number
from velatura.cli.display import Bar, print_json, progress_bar
from velatura.cli.preset_options import params_of
from velatura.contract.run import Progress, Run, Silent
from velatura.errors import BadRequest, Cancelled

if TYPE_CHECKING:
    from velatura.training.recipe import Assignment, ModelCard, RecipeDescriptor

ROLES = ("photos", "paintings")
"""What folders may be of."""

LINE_EVERY = 30.0
"""Seconds between two lines of text where there is no terminal for a bar."""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "name", metavar="NAME", help="the recipe, named after what it trains: glaze"
    )
    for role in ROLES:
        parser.add_argument(
            f"--{role}",
            action="append",
            type=Path,
            default=[],
            metavar="DIR",
            help=f"a folder of {role}, including its subfolders; may be given more than once",
        )
    parser.add_argument(
        "--into",
        type=Path,
        metavar="DIR",
        help="where weights, card, state, log and sample sheets go (default: training/NAME in "
        "Velatura's folder for data)",
    )
    parser.add_argument(
        "--minutes",
        type=number,
        metavar="N",
        help=("stop after N minutes (default: after the recipe's number of samples)"),
    )
    parser.add_argument(
        "--resume", action="store_true", help="continue exactly where an earlier run stopped"
    )
    parser.add_argument(
        "--start",
        action="append",
        type=Path,
        default=[],
        metavar="FILE",
        help=(
            "start from these weights instead of new ones; glaze-live needs those of a glaze and "
            "can also take its own"
        ),
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="set a knob of the recipe; its card lists them all",
    )
    parser.add_argument(
        "--device", metavar="D", help="cuda, cuda:1, mps, xpu or cpu (default: the fastest)"
    )


def run(options: argparse.Namespace) -> int:
    from velatura.runtime.model_cache import WarmModels
    from velatura.training import recipe as recipes

    recipe = recipes.load(options.name)
    params = recipes.validate(recipe, params_of(options.set))
    assignment = _assignment(options, recipe.descriptor)
    models = WarmModels.on(options.device or "auto")
    bar: Bar
    with progress_bar(as_json=options.json) as bar, _stopping() as stopping:
        observer = _Watching(bar, stopping, quiet=options.json)
        try:
            card = recipe.train(assignment, params, Run(models, observer))
        except Cancelled as error:
            raise Cancelled(
                "Training was interrupted; everything so far is saved.",
                hint=f"The same command with --resume continues; see {assignment.into}.",
            ) from error
    _report(card, assignment, as_json=options.json)
    return 0


def _assignment(options: argparse.Namespace, descriptor: RecipeDescriptor) -> Assignment:
    from velatura.library.places import data_dir
    from velatura.training.recipe import Assignment

    given = {role: tuple(getattr(options, role)) for role in ROLES}
    for role in descriptor.data:
        if not given.get(role):
            raise BadRequest(
                f"The recipe {descriptor.name} needs a folder of {role}.",
                hint=f"Name it with --{role} DIR.",
            )
    if options.minutes is not None and not 0 < options.minutes < float("inf"):
        raise BadRequest(f"--minutes must be above 0, not {options.minutes:g}.")
    for file in options.start:
        if not file.is_file():
            raise BadRequest(f"There is no file {file}.", hint="--start takes a weights file.")
    if options.start and options.resume:
        raise BadRequest(
            "--resume continues a run with its own weights; --start begins another run.",
            hint="Give only one of them.",
        )
    into = options.into or data_dir() / "training" / descriptor.name
    into.mkdir(parents=True, exist_ok=True)
    return Assignment(
        data={role: given[role] for role in descriptor.data},
        into=into,
        minutes=options.minutes,
        resume=options.resume,
        start=tuple(options.start),
    )


class _Stopping:
    """Whether somebody asked for an end."""

    asked = False

    def ask(self, _number: int, _frame: FrameType | None) -> None:
        self.asked = True


@contextmanager
def _stopping() -> Iterator[_Stopping]:
    """While this lasts, the first Ctrl-C or SIGTERM asks for an end with everything saved."""
    stopping = _Stopping()
    wanted = (signal.SIGINT, signal.SIGTERM)
    before = {each: signal.signal(each, stopping.ask) for each in wanted}
    try:
        yield stopping
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


class _Watching(Silent):
    """Draws the bar; without a terminal, prints a line now and then."""

    def __init__(self, bar: Bar, stopping: _Stopping, *, quiet: bool) -> None:
        self._bar = bar
        self._stopping = stopping
        self._quiet = quiet or sys.stderr.isatty()
        self._phase = ""
        self._since = 0.0
        self._step = 0

    def cancelled(self) -> bool:
        return self._stopping.asked

    def progressed(self, progress: Progress) -> None:
        self._bar.show(progress.phase, progress.step, progress.steps, progress.seconds_left)
        now = time.monotonic()
        if progress.phase != self._phase:
            self._phase, self._step, self._since = progress.phase, progress.step, now
            return
        if self._quiet or now - self._since < LINE_EVERY:
            return
        speed = (progress.step - self._step) / (now - self._since)
        self._step, self._since = progress.step, now
        left = "" if progress.seconds_left is None else f", {_clock(progress.seconds_left)} left"
        print(
            f"{progress.phase}: {progress.step} of {progress.steps}, {speed:.1f} a second{left}",
            file=sys.stderr,
            flush=True,
        )


def _clock(seconds: float) -> str:
    minutes = round(seconds / 60)
    return f"{minutes // 60} h {minutes % 60:02} min" if minutes >= 60 else f"{minutes} min"


def _report(card: ModelCard, assignment: Assignment, *, as_json: bool) -> None:
    if as_json:
        from dataclasses import asdict

        print_json({"into": str(assignment.into), "card": asdict(card)})
        return
    print(
        f"{', '.join(str(assignment.into / name) for name in card.files)}: "
        f"{sum(card.parameters.values()):,} parameters, "
        f"{card.samples:,} samples, {_clock(card.seconds)}"
    )
    for remark in card.remarks:
        print(f"  {remark}")

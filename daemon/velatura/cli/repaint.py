"""`velatura repaint`: a result painted again from the recipe in its file, and what is different now."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from velatura.cli.arguments import number, whole_number
from velatura.cli.display import print_json
from velatura.errors import BadRequest

if TYPE_CHECKING:
    from velatura.cli.comparison import Comparison
    from velatura.cli.recipe_requests import Changes
    from velatura.cli.tasks import Task
    from velatura_link.recipe import Recipe
    from velatura_link.refining import Refining
    from velatura_link.request import Request


def configure(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("file", type=Path, metavar="FILE", help="a result of `velatura stylize`")
    add(
        "-o",
        "--output",
        type=Path,
        metavar="OUT",
        help="where to write it (default: it is only compared with FILE, or, if refined, written beside it)",
    )
    add(
        "--content",
        type=Path,
        metavar="FILE",
        help="the content, if it has moved, or another content",
    )
    add(
        "--style",
        action="append",
        default=[],
        metavar="NAME=FILE",
        help="the style that the recipe calls NAME, if it has moved, or another style",
    )
    add(
        "--engine",
        metavar="NAME",
        help="paint with another engine, its knobs at their defaults; one that refines continues from FILE",
    )
    add(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="change a knob of the engine",
    )
    add("--strength", type=number, metavar="0..1", help="another strength")
    add("--seed", type=whole_number, metavar="N", help="another random seed")
    add("--device", metavar="D", help="cuda, cuda:1, mps, xpu or cpu (default: the daemon's)")
    add(
        "--preview",
        type=Path,
        metavar="PICTURE",
        help="a picture file that shows a slow engine's progress, updated every few seconds",
    )
    add(
        "--no-daemon",
        action="store_true",
        help="paint in this process, which has to load the networks first",
    )
    add("--no-recipe", action="store_true", help="do not write the recipe into OUT")
    add("--show", action="store_true", help="print the recipe and paint nothing")


def run(options: argparse.Namespace) -> int:
    from velatura.cli.recipe_requests import recipe_in, refining_with, text_of

    text = text_of(options.file)
    recipe = recipe_in(text, options.file)
    if options.show:
        print_json(recipe.described())
        return 0
    changes = _changes(options)
    refining = refining_with(recipe, changes)
    options.output = _output(options, changes, refining)
    request, task = _asked(options, recipe, changes, refining)
    return _repaint(options, text, recipe, request, task, changes, refining)


def _repaint(
    options: argparse.Namespace,
    text: str,
    recipe: Recipe,
    request: Request,
    task: Task,
    changes: Changes,
    refining: Refining | None,
) -> int:
    from velatura.cli.backends.base import Painted
    from velatura.cli.comparison import compared
    from velatura.cli.engines import known_engines
    from velatura.cli.further_outputs import write_further
    from velatura.cli.one_picture import paint_one
    from velatura.cli.recipes import with_places
    from velatura.imaging.files import Picture, write_picture
    from velatura_link.engines import outputs_of

    comparison: Comparison | None = None
    outputs = outputs_of(known_engines(daemon=not options.no_daemon), request.engine or "")

    def write(painted: Painted, like: Picture | None) -> list[str]:
        nonlocal comparison
        if not changes.any:
            comparison = compared(options.file, painted.raster, like, text)
        if options.output is None:
            return []
        kept = None if options.no_recipe else with_places(painted.recipe, request, task)
        notes = write_picture(task.output, painted.raster, like=like, recipe=kept)
        return [*notes, *write_further(task.output, painted.outputs, outputs)]

    done = paint_one(
        request,
        task,
        write,
        daemon=not options.no_daemon,
        as_json=options.json,
        preview=options.preview,
        # Nobody waits for it: there is a picture already.
        priority="interactive" if refining is None else "batch",
    )
    notes = [*_about_start(options.file, recipe, changes, refining), *done.notes]
    reasons = _reasons(recipe, done.painted.recipe, comparison)
    if options.json:
        print_json(
            {
                "file": str(options.file),
                "output": str(options.output) if options.output is not None else None,
                "same": comparison.verdict if comparison is not None else None,
                "differences": reasons,
                "notes": notes,
                "seconds": {"total": done.seconds, **done.painted.seconds},
            }
        )
    else:
        place = options.output if options.output is not None else options.file
        print(f"{place}: {request.engine}, {done.seconds:.2f} s")
        said = [comparison.sentence] if comparison is not None else []
        for line in (*said, *reasons, *notes):
            print(f"  {line}")
    differs = comparison is not None and comparison.verdict == "different"
    return 1 if differs and options.output is None else 0


def _reasons(was: Recipe, now: Recipe | None, comparison: Comparison | None) -> list[str]:
    """Why other pixels were painted, as far as recipes tell."""
    if comparison is None or comparison.verdict != "different":
        return []
    if now is None:
        return ["The daemon is older and does not report how it painted."]
    from velatura_link.recipe_differences import differences

    return differences(was, now) or [
        (
            "Nothing in the recipe differs: it was painted on another machine, or another program has "
            "rewritten the file."
        )
    ]


def _changes(options: argparse.Namespace) -> Changes:
    from velatura.cli.preset_options import params_of
    from velatura.cli.recipe_requests import Changes

    return Changes(options.engine, params_of(options.set), options.strength, options.seed)


def _output(
    options: argparse.Namespace, changes: Changes, refining: Refining | None
) -> Path | None:
    """Where to write; None for nowhere. What is refined has a name of its own, and FILE is left as it was.

    Raises :class:`BadRequest` where nobody said it and no name goes without saying.
    """
    output: Path | None = options.output
    if output is not None or not changes.any:
        return output
    if refining is None:
        raise BadRequest(
            "A result with changes needs a file of its own.",
            hint="Name it with -o OUT.",
        )
    file: Path = options.file
    output = file.with_name(f"{file.stem}-{refining.engine}{file.suffix}")
    if output.exists():
        raise BadRequest(f"{output} already exists.", hint="Name another file with -o OUT.")
    return output


def _about_start(
    file: Path, recipe: Recipe, changes: Changes, refining: Refining | None
) -> list[str]:
    """That another engine began anew, where a person may have thought that it refines."""
    if refining is not None or changes.engine in (None, recipe.engine):
        return []
    return [
        f"{changes.engine} painted from the content again: it cannot continue from {file.name}."
    ]


def _asked(
    options: argparse.Namespace, recipe: Recipe, changes: Changes, refining: Refining | None
) -> tuple[Request, Task]:
    from dataclasses import replace

    from velatura.cli.files import read_file
    from velatura.cli.recipe_requests import Places, request_from
    from velatura.cli.requests import check
    from velatura.cli.tasks import Task, check_files

    styles = dict(_named_file(text) for text in options.style)
    # Seen from where it really lies: a path in a recipe may go up.
    places = Places(options.file.resolve().parent, options.content, styles)
    request = replace(request_from(recipe, places, changes), device=options.device)
    if refining is not None:
        request = replace(
            request,
            params={**refining.params, **request.params},
            inputs={refining.input: read_file(options.file)},
        )
    task = Task(
        places.content_of(recipe),
        options.output if options.output is not None else options.file,
        recipe.content.long if recipe.content is not None else None,
    )
    check(request, content=task.content is not None)
    if options.output is not None:
        check_files(task, request, options.preview)
    return request, task


def _named_file(text: str) -> tuple[str, Path]:
    for at, letter in enumerate(text):
        if letter == "=" and at and Path(text[at + 1 :]).is_file():
            return text[:at], Path(text[at + 1 :])
    name, equals, file = text.partition("=")
    if not (name and equals and file):
        raise BadRequest(
            f"--style {text} is not NAME=FILE.", hint="NAME is what the recipe calls it."
        )
    raise BadRequest(f"There is no style file {file}.", hint="Check the path.")

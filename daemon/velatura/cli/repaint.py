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
    from velatura.cli.recipe_wishes import Changes
    from velatura.cli.wishes import Wish
    from velatura_link.recipe import Recipe


def configure(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("file", type=Path, metavar="FILE", help="a result of `velatura stylize`")
    add(
        "-o",
        "--output",
        type=Path,
        metavar="OUT",
        help="where to write it; without, it is only compared with FILE",
    )
    add("--content", type=Path, metavar="FILE", help="where the content is now, or another one")
    add(
        "--style",
        action="append",
        default=[],
        metavar="NAME=FILE",
        help="where the style is now that the recipe calls NAME",
    )
    add("--engine", metavar="NAME", help="paint with another engine; its own knobs are as usual")
    add(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="turn a knob of the engine otherwise than it was",
    )
    add("--strength", type=number, metavar="0..1", help="another strength")
    add("--seed", type=whole_number, metavar="N", help="another random seed")
    add("--device", metavar="D", help="cuda, cuda:1, mps, xpu or cpu (default: the daemon's)")
    add("--no-daemon", action="store_true", help="paint in this process, loading everything anew")
    add("--no-recipe", action="store_true", help="do not write the recipe into OUT")
    add("--show", action="store_true", help="print the recipe and paint nothing")


def run(options: argparse.Namespace) -> int:
    from velatura.cli.recipe_wishes import recipe_in, text_of

    text = text_of(options.file)
    recipe = recipe_in(text, options.file)
    if options.show:
        print_json(recipe.described())
        return 0
    changes = _changes(options)
    return _repaint(options, text, recipe, _wish(options, recipe, changes), changes)


def _repaint(
    options: argparse.Namespace, text: str, recipe: Recipe, wish: Wish, changes: Changes
) -> int:
    from velatura.cli.comparison import compared
    from velatura.cli.one_picture import paint_one
    from velatura.cli.painter import Painted
    from velatura.cli.recipes import kept_recipe
    from velatura.imaging.files import Picture, write_picture

    comparison: Comparison | None = None

    def write(painted: Painted, content: Picture) -> list[str]:
        nonlocal comparison
        if not changes.any:
            comparison = compared(options.file, painted.raster, content, text)
        if options.output is None:
            return []
        kept = kept_recipe(painted.recipe, wish)
        return write_picture(wish.output, painted.raster, like=content, recipe=kept)

    done = paint_one(wish, write, daemon=not options.no_daemon, as_json=options.json)
    reasons = _reasons(recipe, done.painted.recipe, comparison)
    if options.json:
        print_json(
            {
                "file": str(options.file),
                "output": str(options.output) if options.output is not None else None,
                "same": comparison.verdict if comparison is not None else None,
                "differences": reasons,
                "notes": done.notes,
                "seconds": {"total": done.seconds, **done.painted.seconds},
            }
        )
    else:
        place = options.output if options.output is not None else options.file
        print(f"{place}: {wish.engine}, {done.seconds:.2f} s")
        said = [comparison.sentence] if comparison is not None else []
        for line in (*said, *reasons, *done.notes):
            print(f"  {line}")
    differs = comparison is not None and comparison.verdict == "different"
    return 1 if differs and options.output is None else 0


def _reasons(was: Recipe, now: Recipe | None, comparison: Comparison | None) -> list[str]:
    """Why other pixels were painted, as far as recipes tell."""
    if comparison is None or comparison.verdict != "different":
        return []
    if now is None:
        return ["The daemon is older and tells nothing about what it painted."]
    from velatura_link.recipe_differences import differences

    return differences(was, now) or [
        "Nothing that the recipe tells is different: another machine, or another program wrote the file since."
    ]


def _changes(options: argparse.Namespace) -> Changes:
    from velatura.cli.manners import params_of
    from velatura.cli.recipe_wishes import Changes

    if options.strength is not None and not 0 <= options.strength <= 1:
        raise BadRequest(f"--strength must be from 0 to 1, not {options.strength:g}.")
    changes = Changes(options.engine, params_of(options.set), options.strength, options.seed)
    if changes.any and options.output is None:
        raise BadRequest(
            "What is painted otherwise than FILE has to be written somewhere.",
            hint="Say where with -o OUT.",
        )
    return changes


def _wish(options: argparse.Namespace, recipe: Recipe, changes: Changes) -> Wish:
    from dataclasses import replace

    from velatura.cli.recipe_wishes import Places, wish_from
    from velatura.imaging.files import require_writable

    if options.output is not None:
        require_writable(options.output)
    styles = dict(_named_file(text) for text in options.style)
    # Seen from where it really lies: a path in a recipe may go up.
    places = Places(options.file.resolve().parent, options.content, styles)
    output = options.output if options.output is not None else options.file
    wish = wish_from(recipe, places, changes, output=output, device=options.device)
    return replace(wish, keep_recipe=not options.no_recipe)


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

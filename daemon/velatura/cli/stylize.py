"""`velatura stylize`: pictures in another's manner."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from velatura.cli import preset_options
from velatura.cli.arguments import whole_number
from velatura.cli.display import print_json

if TYPE_CHECKING:
    from velatura.cli.requests import Wish


def configure(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "contents",
        nargs="+",
        metavar="CONTENT",
        help="the picture to paint over; or several, folders of them and patterns: 'frames/*.png'",
    )
    add(
        "-o",
        "--output",
        type=Path,
        required=True,
        metavar="OUT",
        help="where to write it: a name that ends in .png, .jpg, .webp, .tif or .exr; a folder for several",
    )
    preset_options.configure(parser)
    add(
        "--region",
        action="append",
        default=[],
        metavar="MASK[*STRENGTH]=STYLE[:WEIGHT][@MASK]",
        help="a style for where the picture MASK is white; --style is for the rest, which keeps the "
        "content without one",
    )
    add(
        "--map",
        type=Path,
        metavar="MAP",
        help="a picture with a colour for each part; --paint says what the colours mean",
    )
    add(
        "--paint",
        action="append",
        default=[],
        metavar="COLOUR[*STRENGTH]=STYLE[:WEIGHT][@MASK]",
        help="a style for where the map has COLOUR: '#0000ff', or blue",
    )
    add(
        "--input",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="something more that the engine takes: a file, a number or text; "
        "`velatura engines NAME` lists its inputs",
    )
    add(
        "--size",
        type=whole_number,
        metavar="N",
        help="the result's long side in pixels (default: the content's)",
    )
    add(
        "--seed",
        type=whole_number,
        default=0,
        metavar="N",
        help="another N, another picture, where an engine throws dice (default: 0)",
    )
    add("--device", metavar="D", help="cuda, cuda:1, mps, xpu or cpu (default: the daemon's)")
    add(
        "--preview",
        type=Path,
        metavar="FILE",
        help="a picture file that shows how far a slow engine is, anew every few seconds",
    )
    add("--no-daemon", action="store_true", help="paint in this process, loading everything anew")
    add(
        "--no-recipe",
        action="store_true",
        help="do not write into the result how it was painted, and from which files",
    )
    several = parser.add_argument_group("several pictures")
    several.add_argument(
        "--jobs",
        type=whole_number,
        default=2,
        metavar="N",
        help="how many are in work at once (default: 2)",
    )
    several.add_argument(
        "--format",
        metavar="png|jpg|webp|tif",
        help="of all results (default: each content's own, PNG where that cannot be written)",
    )
    several.add_argument(
        "--again", action="store_true", help="paint those too whose results are there already"
    )


def run(options: argparse.Namespace) -> int:
    from velatura.cli.contents import are_many
    from velatura.cli.requests import check_files, wish_of

    many = are_many(options.contents, options.output)
    wish = wish_of(options)
    if many:
        from velatura.cli import batch

        return batch.run(options, wish)
    check_files(wish)
    return _paint_one(options, wish)


def _paint_one(options: argparse.Namespace, wish: Wish) -> int:
    from velatura.cli.backends.base import Painted
    from velatura.cli.further_outputs import write_further
    from velatura.cli.one_picture import paint_one
    from velatura.cli.recipes import kept_recipe
    from velatura.imaging.files import Picture, write_picture

    def write(painted: Painted, content: Picture) -> list[str]:
        recipe = kept_recipe(painted.recipe, wish)
        notes = write_picture(wish.output, painted.raster, like=content, recipe=recipe)
        return [*notes, *write_further(wish.output, painted.further)]

    done = paint_one(wish, write, daemon=not options.no_daemon, as_json=options.json)
    raster, recipe = done.painted.raster, done.painted.recipe
    if options.json:
        print_json(
            {
                "output": str(wish.output),
                "engine": wish.engine,
                "width": raster.width,
                "height": raster.height,
                "seconds": {"total": done.seconds, **done.painted.seconds},
                "notes": done.notes,
                "recipe": recipe.described() if recipe is not None else None,
            }
        )
        return 0
    size = f"{raster.width} × {raster.height}"
    print(f"{wish.output}: {size}, {wish.engine}, {done.seconds:.2f} s")
    for note in done.notes:
        print(f"  {note}")
    return 0

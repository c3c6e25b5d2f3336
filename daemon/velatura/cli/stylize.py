"""`velatura stylize`: pictures in another's manner."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from velatura.cli import preset_options
from velatura.cli.arguments import size, whole_number
from velatura.cli.display import print_json
from velatura.cli.style_options import StyleAction

if TYPE_CHECKING:
    from velatura.cli.tasks import Task
    from velatura.contract.manifest import Manifest
    from velatura_link.request import Request


def configure(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "contents",
        nargs="*",
        metavar="CONTENT",
        help="the picture to paint over; several pictures, folders and patterns such as "
        "'frames/*.png' work too; none for engines that start from nothing",
    )
    add(
        "-o",
        "--output",
        type=Path,
        required=True,
        metavar="OUT",
        help=(
            "where to write the result: a file that ends in .png, .jpg, .webp, .tif or .exr, or a "
            "folder for several pictures"
        ),
    )
    add(
        "--request",
        type=Path,
        metavar="FILE",
        help="a JSON file with the whole request (see docs/how-to/requests.md); only CONTENT and "
        "--size can be combined with it",
    )
    preset_options.configure(parser)
    add(
        "--region",
        action=StyleAction,
        default=[],
        metavar="MASK[*STRENGTH]=STYLE[:WEIGHT][@MASK]",
        help="a style for the area where the picture MASK is white; --style covers the rest, which "
        "otherwise stays as it is",
    )
    add(
        "--map",
        type=Path,
        metavar="MAP",
        help="a picture with one colour for each region; --paint gives a colour its style",
    )
    add(
        "--paint",
        action=StyleAction,
        default=[],
        metavar="COLOUR[*STRENGTH]=STYLE[:WEIGHT][@MASK]",
        help="a style for the area where the map has COLOUR, such as '#0000ff' or blue",
    )
    add(
        "--input",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a further input of the engine: a file, a number or text; `velatura engines NAME` lists "
        "them",
    )
    add(
        "--size",
        type=size,
        metavar="W|WxH",
        help="long side of the result in pixels (default: the content's); width and height if there is no content",
    )
    add(
        "--depth",
        metavar="u8|u16|f16|f32",
        help="depth of a result without a content (default: u8)",
    )
    add(
        "--seed",
        type=whole_number,
        metavar="N",
        help="random seed (default: 0)",
    )
    add("--device", metavar="D", help="cuda, cuda:1, mps, xpu or cpu (default: the daemon's)")
    add(
        "--preview",
        type=Path,
        metavar="FILE",
        help="a picture file that shows a slow engine's progress, updated every few seconds",
    )
    add(
        "--no-daemon",
        action="store_true",
        help="paint in this process, which has to load the networks first",
    )
    add(
        "--no-recipe",
        action="store_true",
        help="do not record in the result how it was painted, and from which files",
    )
    several = parser.add_argument_group("several pictures")
    several.add_argument(
        "--jobs",
        type=whole_number,
        default=2,
        metavar="N",
        help="how many to paint at once (default: 2)",
    )
    several.add_argument(
        "--format",
        metavar="png|jpg|webp|tif",
        help="format of all results (default: that of each content, or PNG where it cannot be written)",
    )
    several.add_argument(
        "--again", action="store_true", help="repaint pictures whose results already exist"
    )


def run(options: argparse.Namespace) -> int:
    from velatura.cli.contents import are_many
    from velatura.cli.engines import known_engines
    from velatura.cli.requests import request_of

    many = are_many(options.contents, options.output)
    manifest: Manifest = {}

    def known() -> Manifest:
        manifest.update(known_engines(daemon=not options.no_daemon))
        return manifest

    request = request_of(options, known)
    if many:
        from velatura.cli import batch

        return batch.run(options, request, manifest)
    return _paint_one(options, request, manifest)


def _paint_one(options: argparse.Namespace, request: Request, manifest: Manifest) -> int:
    from velatura.cli.backends.base import Painted
    from velatura.cli.further_outputs import write_further
    from velatura.cli.one_picture import paint_one
    from velatura.cli.recipes import with_places
    from velatura.cli.tasks import check_files
    from velatura.imaging.files import Picture, write_picture
    from velatura_link.engines import outputs_of

    task = _task(options, request)
    check_files(task, request, options.preview)
    engine = request.engine or ""

    def write(painted: Painted, like: Picture | None) -> list[str]:
        recipe = None if options.no_recipe else with_places(painted.recipe, request, task)
        notes = write_picture(task.output, painted.raster, like=like, recipe=recipe)
        outputs = outputs_of(manifest, engine)
        return [*notes, *write_further(task.output, painted.outputs, outputs)]

    done = paint_one(
        request,
        task,
        write,
        daemon=not options.no_daemon,
        as_json=options.json,
        preview=options.preview,
    )
    raster, recipe = done.painted.raster, done.painted.recipe
    if options.json:
        print_json(
            {
                "output": str(task.output),
                "engine": engine,
                "width": raster.width,
                "height": raster.height,
                "seconds": {"total": done.seconds, **done.painted.seconds},
                "notes": done.notes,
                "recipe": recipe.described() if recipe is not None else None,
            }
        )
        return 0
    size = f"{raster.width} × {raster.height}"
    print(f"{task.output}: {size}, {engine}, {done.seconds:.2f} s")
    for note in done.notes:
        print(f"  {note}")
    return 0


def _task(options: argparse.Namespace, request: Request) -> Task:
    """The one picture; its content is named on the command line or, by a path, in the request's file."""
    from velatura.cli.tasks import Task
    from velatura_link.request import EncodedFile

    content = Path(options.contents[0]) if options.contents else None
    if content is None and isinstance(request.content, EncodedFile):
        content = request.content.path
    return Task(content, options.output, options.size.width if options.size is not None else None)

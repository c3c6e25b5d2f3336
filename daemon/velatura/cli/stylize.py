"""`velatura stylize`: pictures in another's manner."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from velatura.cli import manners
from velatura.cli.arguments import whole_number
from velatura.cli.display import Bar, Stopwatch, print_json, progress_bar

if TYPE_CHECKING:
    from velatura.cli.wishes import Wish


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
    manners.configure(parser)
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
    from velatura.cli.wishes import check_files, wish_of

    many = are_many(options.contents, options.output)
    wish = wish_of(options)
    if many:
        from velatura.cli import batch

        return batch.run(options, wish)
    check_files(wish)
    return _paint_one(options, wish)


def _paint_one(options: argparse.Namespace, wish: Wish) -> int:
    from velatura.cli.enter_key import on_enter
    from velatura.cli.painter import painter
    from velatura.cli.parts import parts_of
    from velatura.cli.preview import preview_file
    from velatura.cli.wishes import read_content
    from velatura.imaging.files import write_picture

    watch = Stopwatch()
    content = read_content(wish)
    parts = parts_of(wish, (content.raster.width, content.raster.height))
    bar: Bar
    with progress_bar(as_json=options.json) as bar:
        with (
            preview_file(wish.preview) as preview,
            painter(daemon=not options.no_daemon) as hand,
            on_enter(hand.finish, where=not options.json),
        ):
            painted = hand.paint(wish, content.raster, parts, bar, preview)
        bar.show("write", 0, 0, None)
        lost = write_picture(wish.output, painted.raster, like=content)
    unseen = preview.notes if preview is not None else []
    notes = [*content.notes, *parts.notes, *painted.notes, *lost, *unseen]
    report = {
        "output": str(wish.output),
        "engine": wish.engine,
        "width": painted.raster.width,
        "height": painted.raster.height,
        "seconds": {"total": watch.seconds, **painted.seconds},
        "notes": notes,
    }
    if options.json:
        print_json(report)
        return 0
    size = f"{painted.raster.width} × {painted.raster.height}"
    print(f"{wish.output}: {size}, {wish.engine}, {watch.seconds:.2f} s")
    for note in notes:
        print(f"  {note}")
    return 0

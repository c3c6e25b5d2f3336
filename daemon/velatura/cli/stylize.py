"""`velatura stylize`: a picture in another's manner."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from velatura.cli.arguments import number, whole_number
from velatura.cli.display import Bar, Stopwatch, print_json, progress_bar

if TYPE_CHECKING:
    from velatura.imaging.raster import Raster

DEFAULT_ENGINE = "glaze"


@dataclass(frozen=True)
class Painted:
    """What came back, by whichever way."""

    raster: Raster
    notes: Sequence[str] = ()
    seconds: dict[str, float] = field(default_factory=dict)


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("content", type=Path, metavar="CONTENT", help="the picture to paint over")
    parser.add_argument(
        "--style",
        action="append",
        default=[],
        metavar="STYLE[:WEIGHT]",
        help="a picture file or a name of the style library; given more than once, styles are mixed "
        "by weight (default: 1)",
    )
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        required=True,
        metavar="OUT",
        help="where to write it: a name that ends in .png, .jpg, .webp or .tif",
    )
    parser.add_argument(
        "--engine",
        default=DEFAULT_ENGINE,
        metavar="NAME",
        help=f"see `velatura engines` (default: {DEFAULT_ENGINE})",
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="turn a knob of the engine; `velatura engines NAME` lists them",
    )
    parser.add_argument(
        "--input",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="something more that the engine takes: a file, a number or text; "
        "`velatura engines NAME` lists its inputs",
    )
    parser.add_argument(
        "--strength",
        type=number,
        default=1.0,
        metavar="0..1",
        help="0 keeps the content (default: 1)",
    )
    parser.add_argument(
        "--size",
        type=whole_number,
        metavar="N",
        help="the result's long side in pixels (default: the content's)",
    )
    parser.add_argument(
        "--seed",
        type=whole_number,
        default=0,
        metavar="N",
        help="another N, another picture, where an engine throws dice (default: 0)",
    )
    parser.add_argument(
        "--device", metavar="D", help="cuda, cuda:1, mps, xpu or cpu (default: the daemon's)"
    )
    parser.add_argument(
        "--preview",
        type=Path,
        metavar="FILE",
        help="a picture file that shows how far a slow engine is, anew every few seconds",
    )
    parser.add_argument(
        "--no-daemon", action="store_true", help="paint in this process, loading everything anew"
    )


def run(options: argparse.Namespace) -> int:
    from velatura.cli.preview import preview_file
    from velatura.cli.wishes import read_content, wish_of
    from velatura.imaging.files import write_picture

    watch = Stopwatch()
    wish = wish_of(options)
    content = read_content(wish)
    if options.no_daemon:
        from velatura.cli.direct import paint
    else:
        from velatura.cli.remote import paint
    bar: Bar
    with progress_bar(as_json=options.json) as bar:
        with preview_file(wish.preview, content.icc_profile) as preview:
            painted = paint(wish, content.raster, bar, preview)
        bar.show("write", 0, 0, None)
        lost = write_picture(wish.output, painted.raster, icc_profile=content.icc_profile)
    unseen = preview.notes if preview is not None else []
    notes = [*content.notes, *painted.notes, *lost, *unseen]
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

"""`velatura stylize`: a picture in another's manner."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from velatura.cli.display import Bar, Stopwatch, console, print_json, progress_bar

if TYPE_CHECKING:
    from velatura.imaging.raster import Raster

DEFAULT_ENGINE = "adain"


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
        help="a picture file or a name of the style library; several are mixed by weight",
    )
    parser.add_argument(
        "-o", "--output", type=Path, required=True, metavar="OUT", help="PNG, JPEG, WebP or TIFF"
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
        help="a knob of the engine; see `velatura engines NAME`",
    )
    parser.add_argument(
        "--strength", type=float, default=1.0, metavar="0..1", help="0 keeps the content"
    )
    parser.add_argument(
        "--size", type=int, metavar="N", help="the result's long side in pixels (default: as it is)"
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of whatever is random")
    parser.add_argument(
        "--device", metavar="D", help="cuda, cuda:1, mps, xpu or cpu (default: the daemon's)"
    )
    parser.add_argument(
        "--no-daemon", action="store_true", help="paint in this process, loading everything anew"
    )


def run(options: argparse.Namespace) -> int:
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
        painted = paint(wish, content.raster, bar)
    notes = [*content.notes, *painted.notes]
    notes += write_picture(wish.output, painted.raster, icc_profile=content.icc_profile)
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
    out = console()
    size = f"{painted.raster.width} × {painted.raster.height}"
    out.print(f"{wish.output}: {size}, {wish.engine}, {watch.seconds:.2f} s")
    for note in notes:
        out.print(f"  {note}")
    return 0

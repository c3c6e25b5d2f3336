"""`velatura package krita|gimp -o DIR`: a plugin as a zip file that is whole by itself."""

from __future__ import annotations

import argparse
from pathlib import Path

from velatura.cli.display import print_json
from velatura.cli.engines import known_engines
from velatura.hosts.packages import pack
from velatura.hosts.places import KINDS
from velatura.hosts.wheel import build_wheel, given_wheel


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("kind", choices=KINDS, metavar="HOST", help="krita or gimp")
    parser.add_argument(
        "-o", "--output", type=Path, default=Path(), metavar="DIR", help="where to write it"
    )
    parser.add_argument(
        "--wheel",
        type=Path,
        metavar="FILE",
        help="the daemon's wheel, of this version (default: build it from the checkout)",
    )


def run(options: argparse.Namespace) -> int:
    manifest = known_engines() if options.kind == "gimp" else {}
    wheel = given_wheel(options.wheel) if options.wheel is not None else build_wheel()
    written = pack(options.kind, options.output, manifest, wheel)
    if options.json:
        print_json({"kind": options.kind, "path": str(written)})
        return 0
    print(written)
    if options.kind == "krita":
        print(
            "  In Krita: Tools ▸ Scripts ▸ Import Python Plugin from File…; answer Yes, then restart Krita."
        )
    else:
        print("  Unpack it into GIMP's plug-ins folder (Preferences ▸ Folders), then restart GIMP.")
    return 0

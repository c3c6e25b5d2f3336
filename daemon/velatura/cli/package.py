"""`velatura package krita|gimp -o DIR`: a plugin as a zip file that is whole by itself."""

from __future__ import annotations

import argparse
from pathlib import Path

from velatura.cli.display import print_json
from velatura.cli.engines import known_engines
from velatura.hosts.packages import pack
from velatura.hosts.places import KINDS


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("kind", choices=KINDS, metavar="HOST", help="krita or gimp")
    parser.add_argument(
        "-o", "--output", type=Path, default=Path(), metavar="DIR", help="where to write it"
    )


def run(options: argparse.Namespace) -> int:
    manifest = known_engines() if options.kind == "gimp" else {}
    written = pack(options.kind, options.output, manifest)
    if options.json:
        print_json({"kind": options.kind, "path": str(written)})
        return 0
    print(written)
    if options.kind == "krita":
        print(
            "  In Krita: Tools ▸ Scripts ▸ Import Python Plugin from File…; say Yes, and restart it."
        )
    else:
        print(
            "  Unpack it into GIMP's folder of plug-ins (Preferences ▸ Folders), then restart it."
        )
    return 0

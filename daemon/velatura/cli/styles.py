"""`velatura styles list|add|remove|show`: the style library."""

from __future__ import annotations

import argparse
from pathlib import Path

from velatura.cli.display import console, print_json

SUMMARY = "the library of styles: list, add, remove, show"


def configure(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    actions.add_parser("list", help="all styles")
    add = actions.add_parser("add", help="take in a picture as a style")
    add.add_argument("file", type=Path, metavar="FILE")
    add.add_argument("--name", help="what to call it (default: the file's name)")
    for action, text in (("remove", "forget a style"), ("show", "where a style's files are")):
        actions.add_parser(action, help=text).add_argument("name", metavar="NAME")


def run(options: argparse.Namespace) -> int:
    raise SystemExit(1)

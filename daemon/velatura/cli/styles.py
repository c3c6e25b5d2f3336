"""`velatura styles list|add|remove|show`: the style library."""

from __future__ import annotations

import argparse
from pathlib import Path

from velatura.cli.display import print_json


def configure(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    actions.add_parser("list", help="all styles")
    add = actions.add_parser("add", help="take in a picture as a style")
    add.add_argument("file", type=Path, metavar="FILE")
    add.add_argument("--name", help="what to call it (default: the file's name)")
    for action, text in (("remove", "forget a style"), ("show", "where a style's files are")):
        actions.add_parser(action, help=text).add_argument("name", metavar="NAME")


def run(options: argparse.Namespace) -> int:
    from velatura.library import styles

    if options.action == "list":
        _list(options)
        return 0
    if options.action == "add":
        entry = styles.add(options.file, options.name)
    elif options.action == "remove":
        entry = styles.remove(options.name)
    else:
        entry = styles.show(options.name)
    described = {"name": entry.name, "path": str(entry.path), "sha256": entry.sha256}
    if options.action == "show":
        described["thumbnail"] = str(styles.thumbnail(entry))
    if options.json:
        print_json(described)
    elif options.action == "show":
        for key, value in described.items():
            print(f"{key:10} {value}")
    else:
        print(f"{entry.name} {'added' if options.action == 'add' else 'removed'}")
    return 0


def _list(options: argparse.Namespace) -> None:
    from velatura.library import styles

    entries = styles.entries()
    if options.json:
        print_json({entry.name: str(entry.path) for entry in entries})
    elif not entries:
        print("The library is empty. `velatura styles add FILE` takes in a picture.")
    else:
        for entry in entries:
            print(f"{entry.name:24} {entry.path}")

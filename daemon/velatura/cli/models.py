"""`velatura models list|add|path`: the weights that engines load."""

from __future__ import annotations

import argparse
from pathlib import Path

from velatura.cli.display import print_json


def configure(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    actions.add_parser(
        "list", help="list the models that are here and those that can be downloaded"
    )
    add = actions.add_parser("add", help="add a weights file")
    add.add_argument("file", type=Path, metavar="FILE")
    add.add_argument(
        "--name",
        help=(
            "which model it is, or a name for it (default: recognised from its contents, or else "
            "the file's name)"
        ),
    )
    path = actions.add_parser(
        "path", help="show the path of a model's file, downloading it if necessary"
    )
    path.add_argument("name", metavar="NAME")


def run(options: argparse.Namespace) -> int:
    from velatura.library import models

    if options.action == "add":
        found = models.add(options.file, options.name)
        _tell(options, found.model.name, found.path, found.note)
    elif options.action == "path":
        from velatura.cli.display import progress_bar

        with progress_bar(as_json=options.json) as bar:
            found = models.ensure(
                options.name,
                progress=lambda done, total: bar.show("weights", done, total, None),
            )
        _tell(options, found.model.name, found.path, found.note)
    else:
        _list(options)
    return 0


def _tell(options: argparse.Namespace, name: str, path: Path, note: str | None) -> None:
    if options.json:
        print_json({"model": name, "path": str(path), "note": note or ""})
        return
    print(str(path))
    if note:
        print(f"  {note}")


def _list(options: argparse.Namespace) -> None:
    from velatura.library import models
    from velatura.library.catalogue import MODELS

    own = [each for name in models.own() if (each := models.find(name)) is not None]
    found = {
        **{model.name: models.find(model.name) for model in MODELS},
        **{each.model.name: each for each in own},
    }
    if options.json:
        print_json(
            {
                model.name: {
                    "title": model.title,
                    "licence": model.licence,
                    "source": model.source,
                    "path": str(here.path) if (here := found.get(model.name)) else None,
                }
                for model in (*MODELS, *(each.model for each in own))
            }
        )
        return
    for each in own:
        print(f"{each.model.name:16} a model of your own, to use as a style")
        print(f"{'':16} {each.path}")
    for model in MODELS:
        here = found[model.name]
        print(f"{model.name:16} {model.title}; {model.licence}")
        print(f"{'':16} {here.path if here else 'not here; downloaded at first use'}")

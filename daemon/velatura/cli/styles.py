"""`velatura styles list|add|remove|show|favourite|collect|rename|code`: the style library."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from velatura.cli.arguments import whole_number
from velatura.cli.display import Bar, print_json, progress_bar
from velatura.errors import BadRequest
from velatura_link.titles import title_of

if TYPE_CHECKING:
    from velatura.library.styles import StyleEntry


def configure(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    listed = actions.add_parser("list", help="list all styles")
    listed.add_argument("--favourites", action="store_true", help="only favourites")
    listed.add_argument("--collection", metavar="NAME", help="only the styles of this collection")
    favourite = actions.add_parser("favourite", help="mark a style as a favourite")
    favourite.add_argument("name", metavar="NAME")
    favourite.add_argument("--off", action="store_true", help="remove the mark")
    collect = actions.add_parser("collect", help="put a style into a collection")
    collect.add_argument("name", metavar="NAME")
    collect.add_argument("collection", metavar="COLLECTION")
    collect.add_argument("--off", action="store_true", help="take the style out of the collection")
    rename = actions.add_parser("rename", help="change the title of a style of your own")
    rename.add_argument(
        "name", metavar="NAME", help="the name that --style takes; it stays the same"
    )
    rename.add_argument(
        "title", metavar="TITLE", help="the title to show; empty for the file's name"
    )
    add = actions.add_parser("add", help="add a picture or a style code")
    add.add_argument("file", type=Path, metavar="FILE")
    add.add_argument("--name", help="a name for it (default: the file's name)")
    for action, text in (("remove", "remove a style"), ("show", "show where a style's files are")):
        actions.add_parser(action, help=text).add_argument("name", metavar="NAME")
    code = actions.add_parser("code", help="make a style code, a few hundred bytes, from a picture")
    code.add_argument("file", type=Path, metavar="FILE")
    code.add_argument(
        "-o", "--output", type=Path, required=True, metavar="OUT", help="a file that ends in .code"
    )
    code.add_argument("--title", help="its title (default: the file's name)")
    code.add_argument(
        "--size",
        type=whole_number,
        default=512,
        metavar="N",
        help="short side at which the picture is looked at; smaller gives finer strokes (default: 512)",
    )
    code.add_argument(
        "--polish",
        action="append",
        type=Path,
        default=[],
        metavar="PHOTO",
        help="improve the code on photos like this one; takes half a minute and needs VGG-19 "
        "(`velatura models`); may be given more than once",
    )


def run(options: argparse.Namespace) -> int:
    from velatura.library import styles

    if options.action == "list":
        _list(options)
        return 0
    if options.action == "code":
        return _code(options)
    if options.action in ("favourite", "collect", "rename"):
        return _mark(options)
    if options.action == "add":
        entry = styles.add(options.file, options.name)
    elif options.action == "remove":
        entry = styles.remove(options.name)
    else:
        entry = styles.show(options.name)
    described = {"name": entry.name, "path": str(entry.path), "sha256": entry.sha256}
    if options.action == "show":
        seen = styles.thumbnail(entry)
        if seen is not None:
            described["thumbnail"] = str(seen)
        if entry.builtin:
            described |= _credit(entry)
    if options.json:
        print_json(described)
    elif options.action == "show":
        for key, value in described.items():
            print(f"{key:10} {value}")
    else:
        print(f"{entry.name} {'added' if options.action == 'add' else 'removed'}")
    return 0


def _mark(options: argparse.Namespace) -> int:
    from velatura.library import styles

    if options.action == "favourite":
        entry = styles.change(options.name, favourite=not options.off)
    elif options.action == "rename":
        entry = styles.change(options.name, title=options.title)
    else:
        wanted = options.collection.strip().casefold()
        known = styles.show(options.name).collections
        kept = [each for each in known if each.casefold() != wanted]
        entry = styles.change(
            options.name, collections=kept if options.off else [*kept, options.collection]
        )
    said = {
        "name": entry.name,
        "title": entry.title,
        "favourite": entry.favourite,
        "collections": list(entry.collections),
    }
    if options.json:
        print_json(said)
    else:
        star = ", a favourite" if entry.favourite else ""
        groups = f", in {', '.join(entry.collections)}" if entry.collections else ""
        print(f"{entry.name}: {entry.title}{star}{groups}")
    return 0


def _credit(entry: StyleEntry) -> dict[str, str]:
    """A built-in style's title, and its picture with where that is from and why it is free."""
    from velatura.library import assets

    said = {"title": entry.title}
    credit = assets.credit_of(entry.name)
    if credit is not None:
        said |= {"picture": str(entry.picture), "source": credit[0], "rights": credit[1]}
    return said


def _code(options: argparse.Namespace) -> int:
    from velatura.cli.showing import Showing
    from velatura.contract.run import Run
    from velatura.contract.scene import STYLE_SIDES, Style
    from velatura.engines.glaze import engine as glaze
    from velatura.imaging.files import read_picture
    from velatura.library import codes
    from velatura.runtime.model_cache import WarmModels

    least, most = STYLE_SIDES
    if not least <= options.size <= most:
        raise BadRequest(f"--size must be from {least} to {most} pixels, not {options.size}.")
    picture = read_picture(options.file).raster
    if options.output.suffix.lower() != codes.SUFFIX:
        raise BadRequest(f"{options.output} does not end in {codes.SUFFIX}.")
    title = options.title if options.title is not None else title_of(options.file.stem)
    photos = [read_picture(photo).raster for photo in options.polish]
    models, style = WarmModels.on("auto" if photos else "cpu"), Style(picture=picture)
    bar: Bar
    with progress_bar(as_json=options.json) as bar:
        run = Run(models, Showing(bar))
        if photos:
            code = glaze.encode_polished(style, options.size, photos, run)
        else:
            code = glaze.encode(style, options.size, run)
    codes.write(options.output, code, codes.CodeFacts("glaze", glaze.encoder_identity(), title))
    if options.json:
        print_json({"title": title, "path": str(options.output)})
    else:
        print(f"{options.output}: {title}")
    return 0


def _list(options: argparse.Namespace) -> None:
    from velatura.library import styles

    wanted = (options.collection or "").strip().casefold()
    entries = [
        entry
        for entry in styles.entries()
        if (entry.favourite or not options.favourites)
        and (not wanted or wanted in [each.casefold() for each in entry.collections])
    ]
    if options.json:
        print_json({entry.name: str(entry.path) for entry in entries})
        return
    for entry in entries:
        star = "★ " if entry.favourite else ""
        print(f"{entry.name:24} {star}{_about(entry)}")


def _about(entry: StyleEntry) -> str:
    """Title and place; a code is told from a picture, since not every engine can paint with it."""
    code = ", a code without a picture" if entry.picture is None else ""
    if entry.builtin:
        return f"built in: {entry.title}{code}"
    return f"{title_of(entry.title)}: {entry.path}{code}"

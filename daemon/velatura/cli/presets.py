"""`velatura presets save|list|show|rename|export|add|remove`: ways to paint under names."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from velatura.cli import preset_options
from velatura.cli.display import print_json
from velatura.cli.style_options import style_file
from velatura.errors import BadRequest

if TYPE_CHECKING:
    from velatura.library.presets import Preset
    from velatura_link.request import Payload, StyleRef


def configure(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    # No abbreviations: --region, which is about one picture, would be taken for --regions.
    save = actions.add_parser(
        "save", help="save engine, knobs and styles under a name", allow_abbrev=False
    )
    save.add_argument("name", metavar="NAME")
    preset_options.configure(save)
    save.add_argument(
        "--replace", action="store_true", help="replace a preset that already has this name"
    )
    actions.add_parser("list", help="list all presets")
    for action, text in (("show", "show what is in a preset"), ("remove", "remove a preset")):
        actions.add_parser(action, help=text).add_argument("name", metavar="NAME")
    rename = actions.add_parser("rename", help="rename a preset")
    rename.add_argument("name", metavar="NAME")
    rename.add_argument("title", metavar="TITLE", help="the new name")
    export = actions.add_parser("export", help="write a preset and its styles to one file")
    export.add_argument("name", metavar="NAME")
    export.add_argument("file", type=Path, metavar="FILE", help="for example NAME.velatura")
    add = actions.add_parser("add", help="add a preset and its styles from a file")
    add.add_argument("file", type=Path, metavar="FILE")


def run(options: argparse.Namespace) -> int:
    from velatura.library import presets

    if options.action == "list":
        _list(options)
    elif options.action == "show":
        preset = presets.show(options.name)
        if options.json:
            print_json(preset.described())
        else:
            _show(preset)
    elif options.action == "remove":
        name = presets.remove(options.name)
        _tell(options, name, f"{name} removed")
    elif options.action == "rename":
        preset = presets.rename(options.name, options.title)
        _tell(options, preset.name, f"{options.name} is now called {preset.name}")
    elif options.action == "save":
        preset = _saved(options)
        _tell(options, preset.name, f"{preset.name} saved: {_summary(preset)}")
    else:
        _exchange(options)
    return 0


def _exchange(options: argparse.Namespace) -> None:
    from velatura.library import bundles

    if options.action == "export":
        preset = bundles.export(options.name, options.file)
        _tell(options, preset.name, f"{options.file}: {preset.name}, {_summary(preset)}")
        return
    added = bundles.add(options.file)
    renamed = [
        f"Its style {theirs} is called {ours} here." for theirs, ours in added.renamed.items()
    ]
    _tell(options, added.preset.name, f"{added.preset.name} added", renamed)


def _saved(options: argparse.Namespace) -> Preset:
    """The preset that ``options`` say, kept; styles that are files go into the library first.

    Raises :class:`BadRequest`, and what the engine says of its knobs.
    """
    from velatura.cli.engines import known_engines
    from velatura.cli.requests import check, engine_of
    from velatura.contract import registry
    from velatura.library import presets
    from velatura_link.request import Request, encode_request

    name = presets.short_name(options.name)
    if not options.replace:
        presets.require_free(name)
    request = Request(**preset_options.preset_fields(options))
    check(request)
    kept = [_kept(style) for style in request.styles]
    request = replace(request, engine=engine_of(request, known_engines()), styles=tuple(kept))
    # It has no pixels: its styles are names.
    preset = presets.from_fields(presets.filled(encode_request(request, _no_blob)), options.name)
    registry.validate(registry.load(preset.engine), preset.params)
    return presets.save(preset)


def _no_blob(payload: Payload) -> bytes:
    raise BadRequest("A preset keeps no pixels.")


def _kept(style: StyleRef) -> StyleRef:
    """``style`` by its name in the library, which takes in a file under a free one. Raises :class:`BadRequest`."""
    from velatura.library import bundles, styles

    for what, there in (("masks", style.mask), ("pairs", style.before)):
        if there is not None:
            name = style.name or getattr(style_file(style), "path", None)
            raise BadRequest(
                f"A preset keeps no {what}, and the style {name} has one.",
                hint=f"Give {what} when painting.",
            )
    if style.file is not None or style.model is not None:
        raise BadRequest("A preset keeps no checkpoints.", hint="Give them when painting.")
    file = style_file(style)
    if file is None or file.path is None:
        return replace(style, name=styles.show(style.name or "").name)
    name = bundles.keep(file.path, file.path.stem)
    return replace(style, picture=None, code=None, name=name)


def _list(options: argparse.Namespace) -> None:
    from velatura.library import presets

    found = presets.entries()
    if options.json:
        print_json({preset.name: preset.described() for preset in found})
        return
    for preset in found:
        print(f"{preset.name:24} {_summary(preset)}")


def _summary(preset: Preset) -> str:
    styles = ", ".join(style.name for style in preset.styles) or "no style"
    parts = f" in {preset.segments} parts" if preset.segments else ""
    return f"{preset.engine} with {styles}{parts}"


def _show(preset: Preset) -> None:
    if preset.title:
        print(f"{'title':12} {preset.title}")
    print(f"{'engine':12} {preset.engine}")
    for style in preset.styles:
        said = {key: value for key, value in style.reference().items() if key != "name"}
        print(f"{'style':12} {style.name}{_listed(said)}")
    for name, knobs in (("knobs", preset.params), ("common", preset.common)):
        if knobs:
            print(f"{name:12}{_listed(knobs)}")
    if preset.segments:
        print(f"{'regions':12} auto:{preset.segments}")
    print(f"{'strength':12} {preset.strength:g}")


def _listed(values: Mapping[str, object]) -> str:
    return "".join(f" {key}={value}" for key, value in values.items())


def _tell(options: argparse.Namespace, name: str, text: str, notes: Sequence[str] = ()) -> None:
    if options.json:
        print_json({"preset": name, "notes": notes})
        return
    print(text)
    for note in notes:
        print(f"  {note}")

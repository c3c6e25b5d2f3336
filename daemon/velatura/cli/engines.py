"""`velatura engines [NAME]`: the ways to paint, and their knobs."""

from __future__ import annotations

import argparse
from typing import Any

from velatura.cli.display import counted, print_json
from velatura.contract import manifest as manifests
from velatura.errors import UnknownEngine
from velatura.library.places import cache_dir
from velatura_link.engines import shown_engines
from velatura_link.titles import engine_title

CONTENTS = {
    "required": "a picture to paint over",
    "optional": "a picture to paint over, or --size",
    "none": "none: it starts from nothing; --size sets the size",
}


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", nargs="?", metavar="NAME", help="the engine whose knobs to list")
    parser.add_argument("--all", action="store_true", help="include engines made for tests")


def run(options: argparse.Namespace) -> int:
    manifest = known_engines(retry=True)
    if options.name is not None:
        engine = engine_named(options.name, manifest)
        if options.json:
            print_json(engine)
        else:
            show_engine(engine)
        return 0
    names = shown_engines(manifest)
    if options.all:
        names += tuple(sorted(set(manifest) - set(names)))
    shown = {name: manifest[name] for name in names}
    if options.json:
        print_json(shown)
        return 0
    for name, engine in shown.items():
        descriptor = engine["descriptor"]
        print(f"{name:12} {engine_title(descriptor)}  ({descriptor['source']})")
        print(f"{'':12} {descriptor['summary']}")
    return 0


def engine_named(name: str, manifest: manifests.Manifest) -> dict[str, Any]:
    """What ``manifest`` says of the engine ``name``. Raises :class:`UnknownEngine`."""
    engine = manifest.get(name)
    if engine is None:
        raise UnknownEngine(
            f"There is no engine called “{name}”.", hint=f"There are: {', '.join(manifest)}."
        )
    return engine


def known_engines(*, daemon: bool = False, retry: bool = False) -> manifests.Manifest:
    """The manifest, made and kept when this code has none yet: that loads torch, once. With ``retry`` it is made anew
    where an engine of another package could not be loaded.

    With ``daemon`` the daemon is asked for it then, and started if need be, since its worker has to make it, too.
    """
    cache, code = cache_dir(), manifests.code_hash()
    manifest = manifests.read(cache, code)
    if manifest is None and daemon:
        from velatura.cli import session

        manifest = session.manifest()
    if manifest is None or (retry and manifests.left_out(manifest)):
        manifest = manifests.build()
        manifests.write(cache, code, manifest)
    return manifest


def show_engine(engine: dict[str, Any]) -> None:
    """One engine and its knobs as lines."""
    descriptor = engine["descriptor"]
    print(f"{engine_title(descriptor)}: {descriptor['summary']}")
    print(f"  source   {descriptor['source']}")
    print(f"  content  {CONTENTS[descriptor['content']]}")
    print(f"  styles   {_styles_of(descriptor)}")
    print(f"  weights  {', '.join(descriptor['weights']) or 'none'}")
    for each in descriptor["inputs"]:
        print(f"  input    --input {each['name']}=VALUE  {each['title']} ({each['kind']})")
    for each in descriptor["outputs"][1:]:
        print(f"  output   {each['name']}  {each['title']} ({each['kind']})")
    if descriptor["frames"] == "ordered":
        print("  frames   in order, each with the state of the one before")
    print("  knobs    --set KEY=VALUE")
    for name, knob in engine["schema"].get("properties", {}).items():
        limits = f"{allowed}, " if (allowed := range_of(knob)) else ""
        print(f"    {name:12} {limits}default {knob.get('default')}")
        print(f"    {'':12} {knob.get('title', name)}: {knob.get('description', '')}")
        labels = knob.get("labels", {})
        for choice in filter(labels.get, knob.get("enum", ())):
            print(f"    {'':12}   {choice:12} {labels[choice]}")


def _styles_of(descriptor: dict[str, Any]) -> str:
    """What styles may be, and how many a region may have where that is limited."""
    kinds = ", ".join(descriptor["styles"]) or "none"
    most = descriptor["most_styles"]
    return f"{kinds} ({counted(most, 'style')} at most)" if most else kinds


def range_of(knob: dict[str, Any]) -> str:
    """A knob's range and unit as a person writes them."""
    if "enum" in knob:
        return "one of " + ", ".join(str(choice) for choice in knob["enum"])
    low, high = knob.get("minimum"), knob.get("maximum")
    unit = f" {knob['unit']}" if "unit" in knob else ""
    rule = f" (0: {knob['zero']})" if "zero" in knob else ""
    if low is None or high is None:
        return f"{unit}{rule}".strip()
    return f"{low:g} … {high:g}{unit}{rule}"

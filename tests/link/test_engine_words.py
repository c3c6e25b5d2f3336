"""What engines say of themselves and of their results has a German wording, once for every plugin."""

from __future__ import annotations

import ast
import json
import string
from collections.abc import Iterator
from pathlib import Path

import velatura
from velatura.contract import manifest
from velatura_link import catalogue

GERMAN = json.loads((catalogue.SHARED / "de.json").read_text(encoding="utf-8"))


def said() -> set[str]:
    """All words of engines that are shown, and of their knobs."""
    found: set[str] = set()
    for entry in manifest.build().values():
        descriptor = entry["descriptor"]
        if descriptor["hidden"]:
            continue
        found |= {descriptor[each] for each in ("title", "purpose", "summary")}
        found |= {each["title"] for each in descriptor["inputs"]}
        for schema in (entry["schema"], entry["common"]):
            for knob in schema["properties"].values():
                found |= {knob[each] for each in ("title", "description")}
                found |= {knob[each] for each in ("unit", "zero") if each in knob}
                found |= set(knob.get("labels", {}).values())
    return found


def noted() -> set[str]:
    """Templates of notes: first arguments of ``note`` and ``Note`` in the daemon's modules, where these are text."""
    found: set[str] = set()
    for path in Path(velatura.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _called(node.func) in ("note", "Note"):
                found |= set(_texts(node.args[0]))
    return found


def _called(function: ast.expr) -> str:
    return getattr(function, "attr", getattr(function, "id", ""))


def _texts(argument: ast.expr) -> Iterator[str]:
    if isinstance(argument, ast.IfExp):
        yield from (*_texts(argument.body), *_texts(argument.orelse))
    elif isinstance(argument, ast.Constant):
        yield argument.value


def names(text: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_word_of_an_engine_is_translated_and_no_other() -> None:
    assert (said() | noted()) - GERMAN.keys() == set()
    assert GERMAN.keys() - (said() | noted()) == set()


def test_translated_notes_fill_in_the_same_values() -> None:
    assert noted()
    assert [note for note in noted() if names(note) != names(GERMAN[note])] == []

"""`--input NAME=VALUE`: what an engine is given beside content and styles, read as the kind that the
engine says it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from pathlib import Path

from velatura.cli.files import read_file
from velatura.errors import BadPicture, BadRequest
from velatura_link.request import EncodedFile

PICTURES = ("raster", "flow")
"""Kinds of input whose value is the name of a picture's file."""

FILES = (*PICTURES, "file", "state")
"""Kinds of input whose value is a file's name."""


def inputs_of(settings: Sequence[str]) -> dict[str, str]:
    """``NAME=VALUE`` pairs as they were written. Raises :class:`BadRequest` for anything else and
    for a name that comes twice.
    """
    inputs: dict[str, str] = {}
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not equals or not name:
            raise BadRequest(
                f"--input {setting} is not NAME=VALUE.",
                hint="`velatura engines NAME` lists an engine's inputs.",
            )
        if name in inputs:
            raise BadRequest(f"The input “{name}” was given twice.", hint="Give it once.")
        inputs[name] = value
    return inputs


def read_inputs(
    inputs: Mapping[str, str], engine: str, kinds: Mapping[str, str]
) -> dict[str, EncodedFile | float | str]:
    """``inputs`` as what ``engine`` takes: a file, a finite number or text; ``kinds`` are those of its inputs, by name.

    Raises :class:`BadRequest` for an input that the engine does not have, a file that is not there
    and a number that is none, and :class:`BadPicture` for an empty picture.
    """
    return {name: _value(name, text, _kind(name, engine, kinds)) for name, text in inputs.items()}


def _kind(name: str, engine: str, kinds: Mapping[str, str]) -> str:
    if name not in kinds:
        raise BadRequest(
            f"The engine {engine} has no input “{name}”.",
            hint=f"It has: {', '.join(kinds)}." if kinds else "It has none.",
        )
    return kinds[name]


def _value(name: str, text: str, kind: str) -> EncodedFile | float | str:
    if kind in FILES:
        if not text:
            raise BadRequest(f"The input “{name}” is a file, and none was named.")
        trouble = BadPicture if kind in PICTURES else BadRequest
        return read_file(Path(text), trouble, f"The input “{name}”")
    return _number(name, text) if kind == "number" else text


def _number(name: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not isfinite(number):
        raise BadRequest(f"The input “{name}” must be a number, not “{text}”.")
    return number

"""`--input NAME=VALUE`: what an engine is given beside content and styles, read as the kind that the
engine says it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

from velatura.errors import BadPicture, BadRequest

FILES = ("raster", "file", "state")
"""Kinds of input whose value is a file's name."""


@dataclass(frozen=True)
class Given:
    """An input's value: the path of a file that is there, a finite number or text, as its ``kind``
    wants.
    """

    kind: str
    value: Path | float | str


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


def given_inputs(
    inputs: Mapping[str, str], engine: str, kinds: Mapping[str, str]
) -> dict[str, Given]:
    """``inputs`` as what ``engine`` takes; ``kinds`` are those of its inputs, by name.

    Raises :class:`BadRequest` for an input that the engine does not have, a file that is not there
    and a number that is none, and :class:`BadPicture` for an empty picture.
    """
    return {
        name: Given(_kind(name, engine, kinds), _value(name, text, kinds[name]))
        for name, text in inputs.items()
    }


def _kind(name: str, engine: str, kinds: Mapping[str, str]) -> str:
    if name not in kinds:
        raise BadRequest(
            f"The engine {engine} has no input “{name}”.",
            hint=f"It has: {', '.join(kinds)}." if kinds else "It has none.",
        )
    return kinds[name]


def _value(name: str, text: str, kind: str) -> Path | float | str:
    if kind in FILES:
        return _file(name, text, BadPicture if kind == "raster" else BadRequest)
    return _number(name, text) if kind == "number" else text


def _file(name: str, text: str, trouble: type[BadPicture | BadRequest]) -> Path:
    if not text:
        raise BadRequest(f"The input “{name}” is a file, and none was named.")
    path = Path(text)
    try:
        if path.is_dir():
            raise trouble(f"{path} is a folder.", hint=f"The input “{name}” is a file.")
        with path.open("rb"):
            empty = path.stat().st_size == 0
    except FileNotFoundError as error:
        raise trouble(f"There is no file {path}.", hint="Check the path.") from error
    except OSError as error:
        raise trouble(f"{path} cannot be opened: {error.strerror or error}.") from error
    if empty:
        raise trouble(f"{path} is empty.", hint="The file may not have been saved fully.")
    return path


def _number(name: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not isfinite(number):
        raise BadRequest(f"The input “{name}” must be a number, not “{text}”.")
    return number

"""Style codes as files: what a style encoder made of a style, to be kept, sent and mixed.

One safetensors file: the tensor ``code``, (n,) in half precision, and as metadata a ``format``, the ``engine`` that it
is for, the ``encoder`` (SHA-256 of the weights that made it) and a ``title``.
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from velatura.errors import BadRequest
from velatura.library.weights import write_state

if TYPE_CHECKING:
    from torch import Tensor

SUFFIX = ".code"

FORMAT = "velatura style code 1"

LARGEST = 1 << 20
"""Bytes of a file beyond which it is not looked at: a code has a few hundred."""

LONGEST_TITLE = 200
"""Letters of a title."""


@dataclass(frozen=True)
class CodeFacts:
    """What a file says of its code."""

    engine: str
    encoder: str
    title: str


def is_code(path: Path) -> bool:
    """Whether ``path`` is named like a style code."""
    return path.suffix.lower() == SUFFIX


def facts(path: Path) -> CodeFacts:
    """What ``path`` says of itself, without torch. Raises :class:`BadRequest` for no style code."""
    try:
        with path.open("rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            metadata = json.loads(file.read(min(length, LARGEST)))["__metadata__"]
        said = CodeFacts(metadata["engine"], metadata["encoder"], metadata["title"])
        if metadata["format"] == FORMAT and all(isinstance(x, str) for x in vars(said).values()):
            return said
    except OSError as error:
        raise BadRequest(
            "{path} cannot be read: {reason}.", path=str(path), reason=error.strerror or str(error)
        ) from error
    except (struct.error, ValueError, KeyError, TypeError, RecursionError):
        pass
    raise BadRequest(
        "{file} is not a style code.", hint="`velatura styles code` makes one.", file=path.name
    )


def check(path: Path) -> CodeFacts:
    """What ``path`` says of itself, after all of it was looked at, without torch. Raises :class:`BadRequest`.

    A code from somewhere else is shown to everybody, so its title must be one that can be.
    """
    import numpy as np
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    said = facts(path)
    try:
        code = load_file(path)["code"]
        sound = code.ndim == 1 and code.size > 0 and bool(np.isfinite(code).all())
    except (SafetensorError, OSError, KeyError, TypeError) as error:
        raise BadRequest(
            "{file} is damaged.", hint="Make the code again.", file=path.name
        ) from error
    if not sound or len(said.title) > LONGEST_TITLE or not said.title.isprintable():
        raise BadRequest("{file} is damaged.", hint="Make the code again.", file=path.name)
    return said


def read(path: Path) -> tuple[Tensor, CodeFacts]:
    """The code in ``path``, (1, n) float32, and what it says of itself. Raises :class:`BadRequest`."""
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    said = facts(path)
    try:
        code = load_file(path)["code"]
    except (SafetensorError, OSError, KeyError) as error:
        raise BadRequest(
            "{file} is damaged.", hint="Make the code again.", file=path.name
        ) from error
    return code.float().view(1, -1), said


def write(path: Path, code: Tensor, said: CodeFacts) -> None:
    """Write ``code`` (1, n)."""
    state = {"code": code[0].half().cpu().contiguous()}
    write_state(state, path, {"format": FORMAT, **vars(said)})

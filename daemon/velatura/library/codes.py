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

if TYPE_CHECKING:
    from torch import Tensor

SUFFIX = ".code"

FORMAT = "velatura style code 1"

LARGEST = 1 << 20
"""Bytes of a file beyond which it is not looked at: a code has a few hundred."""


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
        if metadata["format"] == FORMAT:
            return CodeFacts(metadata["engine"], metadata["encoder"], metadata["title"])
    except OSError as error:
        raise BadRequest(f"{path} cannot be read: {error.strerror or error}.") from error
    except (struct.error, ValueError, KeyError, TypeError):
        pass
    raise BadRequest(f"{path.name} is not a style code.", hint="`velatura styles code` makes one.")


def read(path: Path) -> tuple[Tensor, CodeFacts]:
    """The code in ``path``, (1, n) float32, and what it says of itself. Raises :class:`BadRequest`."""
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    said = facts(path)
    try:
        code = load_file(path)["code"]
    except (SafetensorError, OSError, KeyError) as error:
        raise BadRequest(f"{path.name} is damaged.", hint="Make the code again.") from error
    return code.float().view(1, -1), said


def write(path: Path, code: Tensor, said: CodeFacts) -> None:
    """Write ``code`` (1, n)."""
    from safetensors.torch import save_file

    metadata = {"format": FORMAT, **vars(said)}
    save_file({"code": code[0].half().cpu().contiguous()}, path, metadata)

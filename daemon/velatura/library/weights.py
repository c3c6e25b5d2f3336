"""Weights in files: read without running anything that may be in them, written so that others may read them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from velatura.errors import BadWeights
from velatura.library.catalogue import Mark

if TYPE_CHECKING:
    from torch import Tensor

    State = dict[str, Tensor]


def read_state(path: Path) -> State:
    """The tensors of ``path`` by name, on the processor, as they were stored.

    The content decides whether it is safetensors or torch's own format, which is read with
    ``weights_only``. Raises :class:`BadWeights` for whatever is neither, or is damaged.
    """
    try:
        with path.open("rb") as file:
            start = file.read(9)
    except OSError as error:
        raise BadWeights(
            "{path} cannot be read: {reason}.", path=str(path), reason=error.strerror or str(error)
        ) from error
    state = _read_safetensors(path) if start[8:9] == b"{" else _read_torch(path)
    if not state:
        raise BadWeights("{file} has no weights in it.", file=path.name)
    return state


def write_state(state: State, path: Path, facts: Mapping[str, str] | None = None) -> None:
    """Write ``state`` as safetensors, with ``facts`` in its header."""
    from safetensors.torch import save

    # The library's own way of writing a file lets nobody but its owner read it.
    path.write_bytes(save(state, dict(facts) if facts else None))


def has_marks(state: State, marks: Iterable[Mark]) -> bool:
    """Whether ``state`` has all tensors of ``marks``, in their shapes."""
    return all(name in state and tuple(state[name].shape) == shape for name, shape in marks)


def _read_safetensors(path: Path) -> State:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return load_file(path)
    except (SafetensorError, OSError, ValueError) as error:
        raise _damaged(path) from error


def _read_torch(path: Path) -> State:
    import torch

    try:
        found = torch.load(path, map_location="cpu", weights_only=True)
    # The unpickler raises whatever it stumbles over: there is no list of it.
    except Exception as error:
        raise _damaged(path) from error
    if not isinstance(found, dict) or not all(
        isinstance(name, str) and isinstance(tensor, torch.Tensor) for name, tensor in found.items()
    ):
        raise BadWeights("{file} holds something other than named weights.", file=path.name)
    return dict(found)


def _damaged(path: Path) -> BadWeights:
    return BadWeights(
        "{file} is damaged or not a file of weights.",
        hint="Remove {path} and get it again; safetensors and torch's .pth can be read.",
        file=path.name,
        path=str(path),
    )

"""Glaze's networks from what their files hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import torch
from torch import Tensor, nn

from velatura.errors import BadWeights
from velatura.networks.glaze import LEARNT, SIZES, Painter
from velatura.networks.glaze_encoder import StyleEncoder

State = Mapping[str, Tensor]

ModuleT = TypeVar("ModuleT", bound=nn.Module)


def size_of(state: State) -> str | None:
    """The name of the size whose painter ``state`` holds, or None."""
    found = {
        name.removeprefix("painter."): tuple(tensor.shape)
        for name, tensor in state.items()
        if name.startswith("painter.")
    }
    for name, size in SIZES.items():
        with torch.device("meta"):
            expected = Painter(size).state_dict()
        if found == {key: tuple(tensor.shape) for key, tensor in expected.items()}:
            return name
    return None


def load_painter(state: State, *, dtype: torch.dtype = torch.float32) -> Painter:
    """The painter of ``state``, frozen. Raises :class:`BadWeights` when it holds none."""
    size = size_of(state)
    if size is None:
        raise BadWeights("These weights are not a painter of the engine glaze.")
    painter = Painter(SIZES[size], dtype=dtype)
    fill(painter, state, "painter")
    return _frozen(painter)


def load_encoder(state: State, *, dtype: torch.dtype = torch.float32) -> StyleEncoder:
    """The style encoder of ``state``, frozen. Raises :class:`BadWeights` when it holds none."""
    encoder = StyleEncoder(LEARNT, dtype=dtype)
    try:
        fill(encoder, state, "encoder")
    except RuntimeError as error:
        raise BadWeights("These weights are not a style encoder of the engine glaze.") from error
    return _frozen(encoder)


def fill(module: nn.Module, state: State, part: str) -> None:
    """Give ``module`` the weights of ``state`` whose names begin with ``part``.

    Raises :class:`RuntimeError` when they are not its own.
    """
    prefix = f"{part}."
    module.load_state_dict(
        {
            name.removeprefix(prefix): tensor.float()
            for name, tensor in state.items()
            if name.startswith(prefix)
        }
    )


def _frozen(module: ModuleT) -> ModuleT:
    """As painting wants it: no gradients, and filters lie as channels-last convolutions read them."""
    module.requires_grad_(False)
    module.eval()
    return module.to(memory_format=torch.channels_last)

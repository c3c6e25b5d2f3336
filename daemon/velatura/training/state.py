"""What a training run is at one moment: averaged weights, position, and all of it in one file."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from velatura.errors import BadWeights


@dataclass
class Position:
    """How far a run is: optimiser steps, pictures painted, seconds spent over all calls, steps that
    changed no weight because they had no finite gradient.
    """

    step: int = 0
    samples: int = 0
    seconds: float = 0.0
    skipped: int = 0


class Average:
    """An exponential moving average of a module's parameters: what is shipped and shown.

    Early averages forget sooner: decay is at most (1 + n) / (10 + n) after n updates. Polyak &
    Juditsky 1992 for why averages generalise; the ramp is customary.
    """

    def __init__(self, module: nn.Module, decay: float) -> None:
        self.decay = decay
        self.updates = 0
        self.tensors = {name: each.detach().clone() for name, each in _floating(module).items()}

    def update(self, module: nn.Module) -> None:
        """Move towards the module's parameters."""
        self.updates += 1
        decay = min(self.decay, (1 + self.updates) / (10 + self.updates))
        with torch.no_grad():
            torch._foreach_lerp_(
                list(self.tensors.values()), list(_floating(module).values()), 1 - decay
            )

    def copy_to(self, module: nn.Module) -> None:
        """Give the averages to a module of the same construction."""
        module.load_state_dict(self.tensors, strict=False)

    def state(self) -> dict[str, Any]:
        return {"updates": self.updates, "tensors": self.tensors}

    def restore(self, state: Mapping[str, Any]) -> None:
        self.updates = state["updates"]
        for name, tensor in self.tensors.items():
            tensor.copy_(state["tensors"][name])


def _floating(module: nn.Module) -> dict[str, Tensor]:
    return dict(module.named_parameters())


def save(path: Path, state: Mapping[str, Any]) -> None:
    """Write ``state``, plain values and tensors, as one file that appears whole or not at all."""
    draft = path.with_name(f".{path.name}.draft")
    with draft.open("wb") as stream:
        torch.save(dict(state), stream)
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(path)


def restore(path: Path) -> dict[str, Any]:
    """What :func:`save` wrote, on the processor. Raises :class:`BadWeights` when it cannot be read."""
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    # The unpickler raises whatever it stumbles over: there is no list of it.
    except Exception as error:
        raise BadWeights(
            f"{path} is not the state of a training run, or is damaged.",
            hint="Start a new run in another folder; --start takes weights from an older one.",
        ) from error
    if not isinstance(state, dict):
        raise BadWeights(f"{path} is not the state of a training run.")
    return state


def clipped(gradients: Sequence[Tensor], most: float) -> tuple[list[Tensor], Tensor]:
    """``gradients`` scaled so that their common norm is at most ``most``, and what it was, a scalar. Pascanu et al.
    2013.

    All are 0 when it is not finite. Nothing waits for the device.
    """
    norm = torch.nn.utils.get_total_norm(gradients)
    factor = (most / norm).clamp(max=1.0)
    finite = torch.isfinite(norm)
    return [torch.where(finite, each * factor, 0.0) for each in gradients], norm

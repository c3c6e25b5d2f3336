"""How much memory there is to compute in, and how little of it tiles may be cut down to."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

SPARED = 0.3
"""The part of the free memory that is left to others."""

SMALLEST = 128
"""Tiles never have fewer pixels a side: what has to be seen around them would cost more than is saved."""


def available(device: torch.device) -> int:
    """Bytes that a computation on ``device`` can still take: on the processor those that nobody uses or
    that can be had back without swapping.
    """
    import psutil
    import torch

    if device.type == "cuda":
        free, _ = torch.cuda.mem_get_info(device)
        # What torch holds for itself can be used again.
        return free + torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
    return psutil.virtual_memory().available

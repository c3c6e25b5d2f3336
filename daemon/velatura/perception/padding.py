"""A border of one position around activations, for 3×3 convolutions."""

from __future__ import annotations

from typing import Any, Literal

import torch
import torch.nn.functional as F
from torch import Tensor

Mode = Literal["reflect", "replicate"]

SOURCE: dict[Mode, int] = {"reflect": 1, "replicate": 0}
"""Which position of ``x``, counted from its edge, the border repeats."""


def padded(x: Tensor, mode: Mode) -> Tensor:
    """``x`` (n, c, h, w) with one position more on each side.

    ``replicate`` repeats the edge; ``reflect`` repeats what lies beside it, and the edge where a side is of one pixel
    and has nothing to reflect. On a GPU the result is channels last.
    """
    if min(x.shape[-2:]) == 1:
        mode = "replicate"
    # On a GPU torch's own padding turns channels-last activations round and back, forwards and backwards, and adds up
    # gradients in any order. Four pixels are the least in which no row is two borders' source.
    if x.device.type != "cpu" and min(x.shape[-2:]) >= 4:
        bordered: Tensor = _Bordered.apply(x, SOURCE[mode])
        return bordered
    return F.pad(x, (1, 1, 1, 1), mode=mode)


class _Bordered(torch.autograd.Function):
    """Copies of slices. Both borders of a direction are written at once: a stride as long as the side takes first and
    last.
    """

    @staticmethod
    def forward(context: Any, x: Tensor, source: int) -> Tensor:
        context.source = source
        count, channels, height, width = x.shape
        y = torch.empty(
            (count, channels, height + 2, width + 2),
            dtype=x.dtype, device=x.device, memory_format=torch.channels_last,
        )  # fmt: skip
        y[..., 1:-1, 1:-1] = x
        y[..., 1:-1, :: width + 1] = x[..., _both_ends(source, width)]
        y[..., :: height + 1, :] = y[..., 1:-1, :][..., _both_ends(source, height), :]
        return y

    @staticmethod
    def backward(context: Any, gradient: Tensor) -> tuple[Tensor, None]:
        height, width = (length - 2 for length in gradient.shape[-2:])
        rows, columns = (_both_ends(context.source, length) for length in (height, width))
        inner = gradient[..., 1:-1, 1:-1].clone(memory_format=torch.channels_last)
        inner[..., rows, :] += gradient[..., :: height + 1, 1:-1]
        inner[..., columns] += gradient[..., 1:-1, :: width + 1]
        inner[..., rows, columns] += gradient[..., :: height + 1, :: width + 1]
        return inner, None


def _both_ends(source: int, length: int) -> slice:
    """The positions ``source`` from either end of ``length``."""
    return slice(source, length - source, length - 1 - 2 * source)

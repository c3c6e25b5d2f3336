"""Plain 3×3 convolutions whose parameters stay float32 whatever they compute in."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from velatura.perception.padding import padded


def convolution(inputs: int, outputs: int, stride: int = 1) -> nn.Conv2d:
    """3×3, for :func:`convolve` and a ReLU to follow. He et al. 2015."""
    layer = nn.Conv2d(inputs, outputs, 3, stride=stride)
    nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
    assert layer.bias is not None
    nn.init.zeros_(layer.bias)
    return layer


def surrounded(x: Tensor) -> Tensor:
    """``x`` (n, c, h, w) with its edge repeated once around it.

    Zeros there tell a network where a picture ends: it paints frames, and takes a small part of a style for another
    style.
    """
    return padded(x, "replicate")


def convolve(layer: nn.Module, x: Tensor) -> Tensor:
    """What ``layer`` gives for ``x`` (n, in, h, w) whose edge surrounds it, in the type of ``x``, channels last."""
    assert isinstance(layer, nn.Conv2d)
    assert layer.bias is not None
    weight = layer.weight.to(x.dtype).contiguous(memory_format=torch.channels_last)
    return convolved(x, weight, layer.bias.to(x.dtype), zoom=1 / layer.stride[0])


def convolved(x: Tensor, weight: Tensor, bias: Tensor | None = None, *, zoom: float = 1) -> Tensor:
    """``weight`` (out, in, 3, 3) over ``x`` (n, in, h, w), both channels last, whose edge surrounds it.

    ``zoom`` is how many positions a side the result has for each of ``x``: with ½ every other one is computed, with 2
    each is repeated first, in both directions.
    """
    if zoom == 2:
        return _convolved_doubled(x, weight, bias)
    return F.conv2d(surrounded(x), weight, bias, stride=round(1 / zoom))


def _convolved_doubled(x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """Of three repeated positions in a row two are the same, so that 2×2 filters over ``x`` as it is do, one for each
    of the four positions that come of one: four ninths of the products, and no repeated copy to read.
    """
    outputs = len(weight)
    filters = _shared(_shared(weight.float(), -1), -2).flatten(0, 2)
    filters = filters.to(x.dtype).contiguous(memory_format=torch.channels_last)
    found = F.conv2d(surrounded(x), filters, None if bias is None else bias.repeat(4))
    height, width = (length - 1 for length in found.shape[2:])
    cells = found.permute(0, 2, 3, 1).reshape(len(x), height + 1, width + 1, 2, 2, outputs)
    rows = [
        torch.stack([cells[:, a : a + height, b : b + width, a, b] for b in range(2)], 3)
        for a in range(2)
    ]
    return torch.stack(rows, 2).reshape(len(x), 2 * height, 2 * width, outputs).permute(0, 3, 1, 2)


def _shared(taps: Tensor, dim: int) -> Tensor:
    """What of three taps along ``dim`` falls on each of two positions: (2, …) for the first and for the second of two
    repeated ones.
    """
    before, middle, after = taps.unbind(dim)
    first = torch.stack([before, middle + after], dim)
    second = torch.stack([before + middle, after], dim)
    return torch.stack([first, second])

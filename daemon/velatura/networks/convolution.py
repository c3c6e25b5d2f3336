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
    bias = layer.bias.to(x.dtype)
    return F.conv2d(surrounded(x), weight, bias, stride=layer.stride)

"""Convolutions at other resolutions, against what they stand for."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from velatura.networks.convolution import convolved, surrounded


def numbers(*shape: int, seed: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed)).requires_grad_()


def plainly(x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    doubled = F.interpolate(x, scale_factor=2.0, mode="nearest")
    return F.conv2d(surrounded(doubled), weight, bias)


@pytest.mark.parametrize("size", [(1, 1), (1, 6), (3, 7), (16, 9)])
@pytest.mark.parametrize("count", [1, 2])
def test_doubled_is_what_repeating_and_then_convolving_gives(
    size: tuple[int, int], count: int
) -> None:
    x, weight, bias = numbers(count, 5, *size, seed=0), numbers(4, 5, 3, 3, seed=1), torch.ones(4)
    found = convolved(x, weight, bias, zoom=2)
    torch.testing.assert_close(found, plainly(x, weight, bias), rtol=0, atol=1e-5)


def test_gradients_are_those_of_repeating_and_then_convolving() -> None:
    x, weight = numbers(2, 3, 5, 4, seed=2), numbers(6, 3, 3, 3, seed=3)
    upstream = numbers(2, 6, 10, 8, seed=4).detach()
    found = torch.autograd.grad(convolved(x, weight, zoom=2), (x, weight), upstream)
    expected = torch.autograd.grad(plainly(x, weight, None), (x, weight), upstream)
    for gradient, plain in zip(found, expected, strict=True):
        torch.testing.assert_close(gradient, plain, rtol=0, atol=1e-4)


def test_half_is_every_other_position() -> None:
    x, weight = numbers(1, 3, 6, 8, seed=5), numbers(4, 3, 3, 3, seed=6)
    everywhere = convolved(x, weight)
    torch.testing.assert_close(convolved(x, weight, zoom=0.5), everywhere[:, :, ::2, ::2])

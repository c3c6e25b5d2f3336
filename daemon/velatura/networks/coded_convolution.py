"""A convolution whose kernel is made from a style code before any picture is seen.

A style changes the filters themselves and not only how much of each there is, and painting costs what a plain
convolution costs: kernels are made once for each style. Between conditional instance normalisation, which scales and
shifts channels (Dumoulin, Shlens & Kudlur 2017, arXiv:1610.07629), and mixtures of whole kernels (Yang et al. 2019,
CondConv, arXiv:1904.04971); the low rank keeps the linear maps from the code small.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

EFFECT = 0.5
"""How large the code's part of a fresh kernel is, relative to the part that all styles share."""

SPREAD = 0.1
"""Standard deviation of fresh filters. Kernels do not depend on it, but the smaller it is, the farther a step of an
optimiser turns them.
"""

GENTLE = 0.1
"""Factor on codes where they enter, made up for by the weights: hundreds of numbers push in one direction, and steps as
long as elsewhere would throw amplitudes about. Karras et al. 2018, section 4.1, scale learning rates so.
"""

EPSILON = 1e-8


@dataclass(frozen=True)
class Kernel:
    """The filters of one layer for one style: ``weight`` (out, in, k, k), ``bias`` (out,), in the type
    that the layer computes in.
    """

    weight: Tensor
    bias: Tensor

    def __call__(self, x: Tensor, *, stride: int = 1) -> Tensor:
        """Convolve ``x`` (n, in, h, w) of the kernel's type; zeros surround it."""
        return F.conv2d(
            x, self.weight, self.bias, stride=stride, padding=self.weight.shape[-1] // 2
        )


class CodedConvolution(nn.Module):
    """Makes kernels from codes of ``code`` numbers: W(c) = g(c) ⊙ N(W₀ + U diag(a(c)) V), b(c).

    W₀ and V are filters, ``rank`` of them in V, U mixes V's filters into output channels. N scales
    each filter to length 1, so that activations keep their size without a layer that measures them
    (Karras et al. 2020, arXiv:1912.04958, section 2.2). The gain g per output channel, the
    amplitudes a and the bias b are linear in the code. ``scale`` is the standard deviation of what
    a fresh layer gives for inputs of deviation 1.

    Filters are stored as (out, k · k · in), the order in which channels-last convolutions read them.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        *,
        code: int,
        rank: int,
        side: int = 3,
        scale: float = 1.0,
    ) -> None:
        super().__init__()
        self.inputs, self.side = inputs, side
        taps = side * side * inputs
        self.weight = nn.Parameter(torch.randn(outputs, taps) * SPREAD)
        self.basis = nn.Parameter(torch.randn(rank, taps) * SPREAD)
        self.mixing = nn.Parameter(torch.randn(outputs, rank) * (EFFECT / rank**0.5))
        self.sizes = [outputs, rank, outputs]
        self.from_code = nn.Linear(code, sum(self.sizes))
        with torch.no_grad():
            nn.init.normal_(self.from_code.weight, std=code**-0.5 / GENTLE)
            gains, _, biases = torch.split(self.from_code.weight, self.sizes)
            gains.mul_(0.1 * scale)
            biases.mul_(0.1 * scale)
            self.from_code.bias.zero_()
            self.from_code.bias[:outputs] = scale

    def kernels(self, codes: Tensor, dtype: torch.dtype = torch.float32) -> list[Kernel]:
        """One kernel in ``dtype`` for each of ``codes``, (n, code)."""
        gains, amplitudes, biases = torch.split(self.from_code(codes * GENTLE), self.sizes, dim=1)
        whole = torch.baddbmm(
            self.weight.expand(len(codes), *self.weight.shape),
            self.mixing * amplitudes[:, None],
            self.basis.expand(len(codes), *self.basis.shape),
        )
        lengths = (whole.square().sum(2) + EPSILON).sqrt()
        whole = whole * (gains / lengths)[:, :, None]
        weights = whole.to(dtype).view(*whole.shape[:2], self.side, self.side, self.inputs)
        pairs = zip(weights.permute(0, 1, 4, 2, 3), biases.to(dtype), strict=True)
        return [Kernel(weight, bias) for weight, bias in pairs]

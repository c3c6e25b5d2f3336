"""A convolution whose output is normalised and then scaled and shifted as a style code says.

Conditional instance normalisation (Dumoulin, Shlens & Kudlur 2017, arXiv:1610.07629), with scales and shifts that are
linear in a code instead of learnt for each of a few styles (Ghiasi et al. 2017, arXiv:1705.06830).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from velatura.perception.statistics import EPSILON

SPREAD = 0.1
"""Standard deviation of fresh filters. What is normalised does not depend on it, but the smaller it is, the farther
a step of an optimiser turns them.
"""

EFFECT = 0.1
"""How far a code's deviation of 1 moves a fresh layer's scale, relative to it."""

GENTLE = 0.1
"""Factor on codes where they enter, made up for by the weights: hundreds of numbers push in one direction, and steps as
long as elsewhere would throw scales about. Karras et al. 2018, section 4.1, scale learning rates so.
"""


@dataclass(frozen=True)
class Kernel:
    """A layer for one style and one picture, statistics folded in: ``weight`` (out, in, 3, 3) channels-last and
    ``bias`` (out,), in the type that the layer computes in.
    """

    weight: Tensor
    bias: Tensor

    def __call__(self, x: Tensor, stride: int) -> Tensor:
        return F.conv2d(x, self.weight, self.bias, stride=stride, padding=1)


class ModulatedConvolution(nn.Module):
    """3×3 filters, then y = γ(c) (x − μ) / σ + β(c) with μ and σ of each channel over all positions.

    ``normalised`` False leaves μ = 0, σ = 1. ``scale`` is what γ starts at.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        *,
        code: int,
        scale: float = 1.0,
        normalised: bool = True,
    ) -> None:
        super().__init__()
        self.normalised = normalised
        spread = SPREAD if normalised else (9 * inputs) ** -0.5
        self.weight = nn.Parameter(torch.randn(outputs, inputs, 3, 3) * spread)
        self.from_code = nn.Linear(code, 2 * outputs)
        with torch.no_grad():
            nn.init.normal_(self.from_code.weight, std=EFFECT * scale * code**-0.5 / GENTLE)
            self.from_code.bias.zero_()
            self.from_code.bias[:outputs] = scale

    def convolve(self, x: Tensor, stride: int) -> Tensor:
        """The filters alone, in the type of ``x``; zeros surround it."""
        weight = self.weight.to(x.dtype).contiguous(memory_format=torch.channels_last)
        return F.conv2d(x, weight, stride=stride, padding=1)

    def scales(self, codes: Tensor) -> tuple[Tensor, Tensor]:
        """γ and β for ``codes`` (n, code), both (n, out)."""
        gains, shifts = self.from_code(codes * GENTLE).chunk(2, dim=1)
        return gains, shifts

    def forward(self, x: Tensor, codes: Tensor, stride: int) -> Tensor:
        """Each of ``x`` (n, in, h, w) normalised by itself and modulated by its own of ``codes``."""
        y = self.convolve(x, stride)
        if self.normalised:
            # functional.instance_norm refuses a single position, whose deviation is simply 0.
            y = torch.instance_norm(y, None, None, None, None, True, 0.0, EPSILON, False)
        gains, shifts = (each.to(y.dtype)[:, :, None, None] for each in self.scales(codes))
        return torch.addcmul(shifts, y, gains)

    def measure(
        self, x: Tensor, code: Tensor, stride: int, shares: Tensor | None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """``x`` (n, in, h, w), parts of one picture, normalised together and modulated by ``code`` (1, code); μ and σ,
        (out,).

        ``shares`` (n · h' · w', 1) say how much each position of the result counts, in sum 1.
        """
        y = self.convolve(x, stride)
        gains, shifts = (each[0] for each in self.scales(code))
        if self.normalised and shares is None:
            # What batch normalisation does in training, and several times as fast as the steps of it.
            y, mean, inverse = torch.native_batch_norm(
                y, gains, shifts, None, None, True, 0.0, EPSILON
            )
            return y, mean, 1 / inverse
        mean, deviation = gains.new_zeros(y.shape[1]), gains.new_ones(y.shape[1])
        if self.normalised and shares is not None:
            rows = y.permute(0, 2, 3, 1).flatten(0, 2).float()
            mean = (rows * shares).sum(0)
            deviation = (((rows - mean).square() * shares).sum(0) + EPSILON).sqrt()
        scale = gains / deviation
        shift = shifts - mean * scale
        y = torch.addcmul(shift.to(y.dtype)[:, None, None], y, scale.to(y.dtype)[:, None, None])
        return y, mean, deviation

    def kernel(self, code: Tensor, mean: Tensor, deviation: Tensor, dtype: torch.dtype) -> Kernel:
        """All in one convolution: for ``code`` (1, code) and given μ and σ, (out,)."""
        gains, shifts = (each[0] for each in self.scales(code))
        gains = gains / deviation
        weight = (self.weight * gains[:, None, None, None]).to(dtype)
        return Kernel(
            weight.contiguous(memory_format=torch.channels_last), (shifts - mean * gains).to(dtype)
        )

"""A convolution whose output is normalised and then scaled and shifted as a style code says.

Conditional instance normalisation (Dumoulin, Shlens & Kudlur 2017, arXiv:1610.07629), with scales and shifts that are
linear in a code instead of learnt for each of a few styles (Ghiasi et al. 2017, arXiv:1705.06830).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from velatura.networks.convolution import convolved
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


Mixing = Callable[[tuple[int, int]], Tensor]
"""Shares of regions at the positions of a layer (height, width): (n · height · width, regions), in sum 1."""

ROWS = 2048
"""Positions that are mixed at once: what is mixed for them stays in a processor's cache."""


FLATTEST = 0.02
"""A region's variances are never taken for less than this part of the whole picture's: what lies along the border of a
flat one would be blown up, layer after layer.
"""


SPARSE = 16
"""Every so manieth position tells about what the mean of all is."""


@dataclass(frozen=True)
class Kernel:
    """A layer for one style and one picture: ``weight`` (out, in, 3, 3) channels-last in the type that the layer
    computes in, ``bias`` (out,) float32, and ``scale`` (out,) float32, None where it is folded into the weights.

    It is folded in where that type is float32. A coarser one would round it with the weights, otherwise than where the
    layer was measured: a picture painted in tiles would differ from one that is painted while it is measured.
    """

    weight: Tensor
    bias: Tensor
    scale: Tensor | None = None

    @classmethod
    def of(cls, filters: Tensor, scale: Tensor, bias: Tensor, dtype: torch.dtype) -> Kernel:
        """``filters`` (out, in, 3, 3) computed in ``dtype``, then times ``scale``, plus ``bias``, both (out,)."""
        folded = dtype == torch.float32
        weight = filters * scale[:, None, None, None] if folded else filters.to(dtype)
        weight = weight.contiguous(memory_format=torch.channels_last)
        return cls(weight, bias, None if folded else scale)

    def __call__(self, x: Tensor, zoom: float) -> Tensor:
        if self.scale is None:
            return convolved(x, self.weight, self.bias, zoom=zoom)
        return scaled(convolved(x, self.weight, zoom=zoom), self.scale, self.bias)


@dataclass(frozen=True)
class RegionalKernel:
    """A layer for several regions of one picture: what its filters find, scaled and shifted at each position by the
    mixture of ``scales`` and ``shifts``, (regions, out). ``weight`` (out, in, 3, 3) channels-last.
    """

    weight: Tensor
    scales: Tensor
    shifts: Tensor

    def __call__(self, x: Tensor, zoom: float, mixing: Mixing) -> Tensor:
        return modulated(convolved(x, self.weight, zoom=zoom), self.scales, self.shifts, mixing)

    def only(self, regions: Tensor) -> RegionalKernel:
        """That of some ``regions``, given by their numbers."""
        return RegionalKernel(self.weight, self.scales[regions], self.shifts[regions])

    def alone(self) -> Kernel:
        """The same for a single region, which needs no mixing."""
        return Kernel.of(self.weight, self.scales[0], self.shifts[0], self.weight.dtype)


def _normalising(
    gains: Tensor, shifts: Tensor, mean: Tensor, deviation: Tensor
) -> tuple[Tensor, Tensor]:
    """Scale and shift that normalise by μ and σ and then modulate by γ and β, all (out,)."""
    scale = gains / deviation
    return scale, shifts - mean * scale


def scaled(y: Tensor, scale: Tensor, shift: Tensor) -> Tensor:
    """``y`` (n, out, h, w) · ``scale`` + ``shift``, both (out,) float32, rounded once to the type of ``y``.

    It is what batch normalisation does with a known mean of 0 and variance of 1. ``addcmul`` would take scales in the
    type of ``y`` alone, and needs twice the time in bfloat16.
    """
    zeros, ones = torch.zeros_like(scale), torch.ones_like(scale)
    found: Tensor = torch.native_batch_norm(y, scale, shift, zeros, ones, False, 0.0, 0.0)[0]
    return found


def modulated(y: Tensor, scales: Tensor, shifts: Tensor, mixing: Mixing) -> Tensor:
    """``y`` (n, out, h, w) scaled and shifted by what is mixed at each position of ``scales`` and ``shifts``, (regions,
    out); in place where ``y`` is channels last.
    """
    shares = mixing((y.shape[2], y.shape[3])).to(y.dtype)
    scales, shifts = scales.to(y.dtype), shifts.to(y.dtype)
    y = y.contiguous(memory_format=torch.channels_last)
    rows = y.permute(0, 2, 3, 1).view(len(shares), -1)
    for some, share in zip(torch.split(rows, ROWS), torch.split(shares, ROWS), strict=True):
        torch.addcmul(share @ shifts, some, share @ scales, out=some)
    return y


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

    def convolve(self, x: Tensor, zoom: float) -> Tensor:
        """The filters alone, in the type of ``x``; its edge surrounds it."""
        return convolved(x, self._filters(x.dtype), zoom=zoom)

    def _filters(self, dtype: torch.dtype) -> Tensor:
        return self.weight.to(dtype).contiguous(memory_format=torch.channels_last)

    def scales(self, codes: Tensor) -> tuple[Tensor, Tensor]:
        """γ and β for ``codes`` (n, code), both (n, out)."""
        gains, shifts = self.from_code(codes * GENTLE).chunk(2, dim=1)
        return gains, shifts

    def forward(self, x: Tensor, codes: Tensor, zoom: float) -> Tensor:
        """Each of ``x`` (n, in, h, w) normalised by itself and modulated by its own of ``codes``."""
        y = self.convolve(x, zoom)
        if self.normalised:
            # functional.instance_norm refuses a single position, whose deviation is simply 0.
            y = torch.instance_norm(y, None, None, None, None, True, 0.0, EPSILON, False)
        gains, shifts = (each.to(y.dtype)[:, :, None, None] for each in self.scales(codes))
        return torch.addcmul(shifts, y, gains)

    def measure(self, x: Tensor, code: Tensor, zoom: float) -> tuple[Tensor, Tensor, Tensor]:
        """``x`` (n, in, h, w), parts of one picture, normalised together and modulated by ``code`` (1, code); μ and σ,
        (out,).
        """
        y = self.convolve(x, zoom)
        gains, shifts = (each[0] for each in self.scales(code))
        if self.normalised:
            # What batch normalisation does in training, and several times as fast as the steps of it.
            normal, mean, inverse = torch.native_batch_norm(
                y, gains, shifts, None, None, True, 0.0, EPSILON
            )
            if y.dtype != torch.float32:
                # Rounding shows whatever is computed in another order: here, too, as the kernel does it.
                normal = scaled(y, *_normalising(gains, shifts, mean, 1 / inverse))
            return normal, mean, 1 / inverse
        mean, deviation = gains.new_zeros(y.shape[1]), gains.new_ones(y.shape[1])
        y = torch.addcmul(shifts.to(y.dtype)[:, None, None], y, gains.to(y.dtype)[:, None, None])
        return y, mean, deviation

    def measure_regions(
        self, x: Tensor, codes: Tensor, zoom: float, counts: Tensor, mixing: Mixing | None
    ) -> tuple[Tensor, RegionalKernel]:
        """``x`` (n, in, h, w), parts of one picture, each region normalised by itself and modulated by its own of
        ``codes`` (regions, code); and the layer as it is for the whole picture.

        ``counts`` (regions + 1, n · h' · w') say how much each position of the result counts for each region, and last
        for the whole picture, each in sum 1. ``mixing`` is None for a single region.
        """
        y = self.convolve(x, zoom)
        gains, shifts = self.scales(codes)
        if self.normalised:
            rows = y.permute(0, 2, 3, 1).flatten(0, 2).float()
            # Around about the mean of all, so that small variances are no differences of large squares.
            middle = rows[::SPARSE].mean(0)
            rows = rows - middle
            means = counts @ rows
            variances = counts @ rows.square_() - means.square()
            means, variances = means[:-1], torch.maximum(variances[:-1], FLATTEST * variances[-1])
            gains = gains / (variances + EPSILON).sqrt()
            shifts = shifts - (means + middle) * gains
        kernel = RegionalKernel(self._filters(x.dtype), gains, shifts)
        if mixing is None:
            return scaled(y, gains[0], shifts[0]), kernel
        return modulated(y, gains, shifts, mixing), kernel

    def kernel(self, code: Tensor, mean: Tensor, deviation: Tensor, dtype: torch.dtype) -> Kernel:
        """The layer for ``code`` (1, code) and given μ and σ, (out,)."""
        gains, shifts = (each[0] for each in self.scales(code))
        return Kernel.of(self.weight, *_normalising(gains, shifts, mean, deviation), dtype)

"""MicroAST's forward pass (Wang et al. 2023, arXiv:2211.15313) for its published weights: a peer to compare with.

Two micro encoders of the same shape, one for the content and one for the style; a modulator that
makes scales and shifts of filters from the style's features; a micro decoder of modulated blocks.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from benchmarks.weights import SHARED

State = dict[str, Tensor]

PUBLISHED = SHARED / "weights" / "microast"

STRIDE = 4
"""Sides of what is painted are multiples of this many pixels."""

STRIDES = (1, 2, 1, 2, 1)
"""Of the five convolutions before an encoder's first block."""

FINER = ((1, 3), (6, 8, 10))
"""Places of the decoder's convolutions after each of its two doublings."""

EPSILON = 1e-5


@dataclass(frozen=True)
class Code:
    """All that the decoder needs of a style, for its deeper and its shallower block: mean and deviation
    of the style's features, scale and shift of filters; each (1, C, 1, 1).
    """

    moments: tuple[tuple[Tensor, Tensor], ...]
    scales: tuple[Tensor, ...]
    shifts: tuple[Tensor, ...]


class MicroAST:
    """The four networks of a folder of published checkpoints, float32, contiguous."""

    def __init__(self, folder: Path) -> None:
        self.content, self.style, self.modulator, self.decoder = (
            _read(folder, part)
            for part in ("content_encoder", "style_encoder", "modulator", "decoder")
        )

    def encode(self, style: Tensor) -> Code:
        """The code of ``style``, (1, 3, h, w) in 0..1."""
        shallow, deep = _encoded(self.style, style)
        pairs = ((deep, 2), (shallow, 1))
        return Code(
            tuple(_moments(features) for features, _ in pairs),
            *(
                tuple(
                    _convolve(self.modulator, f"{kind}{number}.0", features).mean((2, 3), True)
                    for features, number in pairs
                )
                for kind in ("weight", "bias")
            ),
        )

    def paint(self, content: Tensor, code: Code) -> Tensor:
        """``content`` (1, 3, h, w) in 0..1 in the style of ``code``; as large."""
        height, width = content.shape[-2:]
        filled = F.pad(content, (0, -width % STRIDE, 0, -height % STRIDE), mode="replicate")
        _, x = _encoded(self.content, filled)
        for block, (mean, deviation) in enumerate(code.moments):
            own_mean, own_deviation = _moments(x)
            x = (x - own_mean) / own_deviation * deviation + mean
            x = self._modulated(f"dec{block + 1}", x, code.scales[block], code.shifts[block])
        for places in FINER:
            x = F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
            for place in places:
                x = _convolve(self.decoder, f"dec3.{place}", x)
                if place != FINER[-1][-1]:
                    x = F.relu(x)
        return x[..., :height, :width]

    def _modulated(self, name: str, x: Tensor, scale: Tensor, shift: Tensor) -> Tensor:
        """A residual block whose filters are scaled and shifted by the style, section 3.2."""
        first = _convolve(self.decoder, f"{name}.conv1", x)
        inner = F.relu(scale * first + shift * x)
        second = _convolve(self.decoder, f"{name}.conv2", inner)
        return x + scale * second + shift * inner


def _read(folder: Path, part: str) -> State:
    (file,) = folder.glob(f"{part}_iter_*.pth.tar")
    state: State = torch.load(file, map_location="cpu", weights_only=True)
    return state


def _encoded(state: State, x: Tensor) -> tuple[Tensor, Tensor]:
    """Features after each of an encoder's two residual blocks, at a quarter of the resolution."""
    for place, stride in enumerate(STRIDES):
        x = F.relu(_convolve(state, f"enc1.{2 * place}", x, stride))
    shallow = _residual(state, "enc1.10", x)
    return shallow, _residual(state, "enc2.0", shallow)


def _residual(state: State, name: str, x: Tensor) -> Tensor:
    inner = F.relu(_convolve(state, f"{name}.conv1", x))
    return x + _convolve(state, f"{name}.conv2", inner)


def _convolve(state: State, name: str, x: Tensor, stride: int = 1) -> Tensor:
    weight = state[f"{name}.conv_layer.weight"]
    beyond = weight.shape[-1] // 2
    if beyond:
        x = F.pad(x, (beyond,) * 4, mode="reflect")
    groups = x.shape[1] // weight.shape[1]
    return F.conv2d(x, weight, state[f"{name}.conv_layer.bias"], stride=stride, groups=groups)


def _moments(x: Tensor) -> tuple[Tensor, Tensor]:
    variance, mean = torch.var_mean(x, (2, 3), keepdim=True)
    return mean, (variance + EPSILON).sqrt()

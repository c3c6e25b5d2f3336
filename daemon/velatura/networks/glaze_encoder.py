"""Glaze's style encoder: a picture's strokes and colours in a few hundred numbers.

Larger than what it steers, since it runs once for each style. What it knows of a style are statistics over all
positions (means, deviations and covariances of filters at four scales), so that a style may have any size and a mask
may say which of its pixels count.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from velatura.networks.convolution import convolution, convolve
from velatura.networks.palette import Palette

WIDTHS = (48, 96, 192, 192)
"""Channels at a half, a quarter, an eighth and a sixteenth of the resolution."""

SKETCH = 24
"""Directions in which a scale's covariance is measured."""

HIDDEN = 304

BEND = 192
"""Numbers between the two layers of the residual that bends what is hidden once more."""

LARGEST = 4.0
"""Bound of a code's numbers: an unusual style asks for no kernel far from all that were trained."""

STRIDE = 16

LEAST_SPREAD = 2e-3
"""Least deviation by which a statistic is divided: some never change."""

GENTLE = 1 / 12
"""Deviation that statistics are brought to: with 1, thousands of them pushing in one direction throw codes about."""

EPSILON = 1e-4
"""Keeps roots of variances differentiable where a filter is constant."""


class StyleEncoder(nn.Module):
    """From a picture to its code: ``learnt`` numbers for the layers and a :class:`Palette` for the colours.

    ``dtype`` is what convolutions compute in; parameters and statistics are float32 always.
    """

    def __init__(self, learnt: int, *, dtype: torch.dtype = torch.float32) -> None:
        super().__init__()
        self.dtype = dtype
        self.entries = nn.ModuleList(
            convolution(inputs, outputs, stride)
            for inputs, outputs, stride in zip(
                (12, *WIDTHS[:-1]), WIDTHS, (1, 2, 2, 2), strict=True
            )
        )
        self.blocks = nn.ModuleList(convolution(width, width, 1) for width in WIDTHS[1:])
        self.sketches = nn.ParameterList(
            torch.randn(SKETCH, width) * width**-0.5 for width in WIDTHS
        )
        known = 2 * sum(WIDTHS) + len(WIDTHS) * SKETCH * (SKETCH + 1) // 2
        # Statistics are far from 0 and differ little from style to style. As they are, steps of an optimiser move what
        # all styles have in common instead of what tells them apart, and hidden numbers die of it.
        self.centre = nn.Parameter(torch.zeros(known), requires_grad=False)
        self.spread = nn.Parameter(torch.ones(known), requires_grad=False)
        self.hidden = nn.Linear(known, HIDDEN)
        self.bend_first = nn.Linear(HIDDEN, BEND)
        self.bend_second = nn.Linear(BEND, HIDDEN)
        self.last = nn.Linear(HIDDEN, learnt)
        self.upper: Tensor
        self.register_buffer("upper", torch.triu_indices(SKETCH, SKETCH), persistent=False)

    def forward(self, style: Tensor, weights: Tensor | None = None) -> Tensor:
        """Codes of ``style`` (n, 3, h, w) sRGB 0..1: (n, learnt + 12) float32, those learnt in −4..4.

        ``weights`` (n, 1, h, w) ≥ 0 say how much each pixel counts; some must be above 0. The edge
        is repeated to the right and below until the sides are multiples of 16.
        """
        return torch.cat([self.learnt(style, weights), Palette.of(style, weights).numbers], 1)

    def learnt(self, style: Tensor, weights: Tensor | None = None) -> Tensor:
        """The numbers of :meth:`forward` that are learnt, without the palette."""
        code: Tensor = self.last(self._hidden(self.known(style, weights)))
        return LARGEST * torch.tanh(code / LARGEST)

    def known(self, style: Tensor, weights: Tensor | None = None) -> Tensor:
        """The statistics that a code is made of, (n, statistics) float32."""
        style = _to_multiple(style - 0.5)
        weights = None if weights is None else _to_multiple(weights)
        x = F.pixel_unshuffle(style, 2).to(self.dtype).contiguous(memory_format=torch.channels_last)
        known: list[Tensor] = []
        for scale, (entry, sketch) in enumerate(zip(self.entries, self.sketches, strict=True)):
            x = F.relu_(convolve(entry, x))
            if scale:
                x = x + F.relu_(convolve(self.blocks[scale - 1], x))
            known.append(self._statistics(x, sketch, weights))
        return torch.cat(known, 1)

    def calibrate(self, styles: Tensor) -> None:
        """Let each number that is learnt have mean 0 and deviation 1 over ``styles`` (n, 3, h, w).

        For fresh weights only: what a network sees first decides how far the layers behind it
        start. Salimans & Kingma 2016, section 3; Krähenbühl et al. 2015.
        """
        with torch.no_grad():
            known = self.known(styles)
            # Rounded as they will be stored, so that they stay what weights were trained with.
            self.centre.copy_(known.mean(0).half())
            self.spread.copy_((known.std(0).clamp_min(LEAST_SPREAD) / GENTLE).half())
            standard = self._standard(known)
            _standardise(self.hidden, standard)
            _standardise(self.bend_first, F.silu(self.hidden(standard)))
            _standardise(self.last, self._hidden(known))

    def _standard(self, known: Tensor) -> Tensor:
        return (known - self.centre) / self.spread

    def _hidden(self, known: Tensor) -> Tensor:
        hidden = F.silu(self.hidden(self._standard(known)))
        bent: Tensor = self.bend_second(F.silu(self.bend_first(hidden)))
        return hidden + bent

    def _statistics(self, x: Tensor, sketch: Tensor, weights: Tensor | None) -> Tensor:
        """Means, deviations and a sketch of the covariance of ``x`` over its positions, (n, …)."""
        rows = x.permute(0, 2, 3, 1).flatten(1, 2).float()
        share = _shares(x, weights)
        if weights is None:
            # The same as below, in one pass over the activations instead of five.
            variance, mean = torch.var_mean(rows, 1, correction=0, keepdim=True)
        else:
            mean = (rows * share).sum(1, keepdim=True)
            variance = ((rows - mean).square() * share).sum(1, keepdim=True)
        deviation = (variance[:, 0] + EPSILON).sqrt()
        turned = rows @ sketch.T - mean @ sketch.T
        covariance = (turned * share).transpose(1, 2) @ turned
        above = covariance[:, self.upper[0], self.upper[1]]
        # The root brings covariances, which range over decades, to the size of deviations.
        rooted = above / (above.abs() + EPSILON).sqrt()
        return torch.cat([mean[:, 0], deviation, rooted], 1)


def _standardise(layer: nn.Linear, x: Tensor) -> None:
    deviation, mean = torch.std_mean(layer(x), 0)
    deviation = deviation.clamp_min(EPSILON)
    layer.weight.div_(deviation[:, None])
    layer.bias.sub_(mean).div_(deviation)


def _shares(x: Tensor, weights: Tensor | None) -> Tensor:
    """How much each position of ``x`` (n, c, h, w) counts: (n or 1, h·w, 1), in sum 1."""
    height, width = x.shape[-2:]
    if weights is None:
        return x.new_full((1, height * width, 1), 1 / (height * width), dtype=torch.float32)
    pooled = F.adaptive_avg_pool2d(weights.float(), (height, width)).flatten(1)[:, :, None]
    return pooled / pooled.sum(1, keepdim=True)


def _to_multiple(x: Tensor) -> Tensor:
    height, width = x.shape[-2:]
    return F.pad(x, (0, -width % STRIDE, 0, -height % STRIDE), mode="replicate")

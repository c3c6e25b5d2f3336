"""VGG-19 as a pair of eyes: activations by the paper's layer names, nothing that classifies.

Simonyan & Zisserman 2014, arXiv:1409.1556, configuration E. ``conv3_1`` is what the convolution
gives, before its ReLU; ``relu3_1`` is after it; ``pool3`` ends the third block.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from velatura.errors import BadRequest, BadWeights
from velatura.perception.padding import padded

BLOCKS = (2, 2, 4, 4, 4)
"""Convolutions in each block."""

WIDTHS = (64, 128, 256, 512, 512)
"""Channels of each block."""

CONVOLUTIONS = tuple(
    f"conv{block}_{i}" for block, count in enumerate(BLOCKS, 1) for i in range(1, count + 1)
)
"""The sixteen convolutions in order."""

MEAN = (0.485, 0.456, 0.406)
STD = (0.229, 0.224, 0.225)
"""Statistics of ImageNet's sRGB values 0..1 that inputs are normalised with, per channel."""

Convolution = tuple[Tensor, Tensor]
"""Weight (out, in, 3, 3) and bias (out,)."""


def layers_of(convolutions: int) -> tuple[str, ...]:
    """Names of all layers that the first ``convolutions`` convolutions give, shallow to deep."""
    names: list[str] = []
    for conv in CONVOLUTIONS[:convolutions]:
        block, index = (int(part) for part in conv.removeprefix("conv").split("_"))
        names += [conv, f"relu{block}_{index}"]
        if index == BLOCKS[block - 1]:
            names.append(f"pool{block}")
    return tuple(names)


LAYERS = layers_of(len(CONVOLUTIONS))
"""Every layer of the whole network, shallow to deep."""


def convolutions_until(layer: str) -> int:
    """How many convolutions are needed for ``layer``. Raises :class:`BadRequest` for a name VGG-19
    does not have.
    """
    if layer not in LAYERS:
        raise BadRequest(
            "VGG-19 has no layer “{layer}”.",
            hint="Layers are named conv1_1, relu1_1, … conv5_4, relu5_4 and pool1 … pool5.",
            layer=layer,
        )
    return sum(name in CONVOLUTIONS for name in LAYERS[: LAYERS.index(layer) + 1])


class VGG19(nn.Module):
    """The first convolutions of VGG-19, frozen.

    ``convolutions`` are (weight, bias) pairs in order, as many as there are: a file may end early.
    ``padding``: ``zeros`` as trained, ``reflect`` for weights that were normalised with it (the
    Gatys ones). ``pooling``: ``max`` as trained, ``avg`` as Gatys et al. prefer for synthesis.
    ``ceil`` lets pooling keep an odd last row and column, as Torch 7's networks did; sides that are
    multiples of 16 are not affected.

    ``dtype`` is what the body computes in; outputs are ``gives``, and conv1_1 is float32: it costs
    little, and rounding what it sees of a smooth sky is most of what bfloat16 would do to a picture
    (AdaIN of a sunset: 99 % of values within 1.9/255 of float32's instead of within 9.1/255).

    Raises :class:`BadWeights` when the shapes are not VGG-19's.
    """

    def __init__(
        self,
        convolutions: Sequence[Convolution],
        *,
        pooling: Literal["max", "avg"] = "max",
        padding: Literal["zeros", "reflect"] = "zeros",
        ceil: bool = False,
        dtype: torch.dtype = torch.float32,
        gives: torch.dtype = torch.float32,
    ) -> None:
        super().__init__()
        check_shapes(convolutions)
        self.layers = layers_of(len(convolutions))
        self.pooling = pooling
        self.padding = padding
        self.ceil = ceil
        self.gives = gives
        dtypes = [torch.float32, *[dtype] * (len(convolutions) - 1)]
        self.weights = nn.ParameterList(
            weight.to(kind).contiguous(memory_format=torch.channels_last)
            for (weight, _), kind in zip(convolutions, dtypes, strict=True)
        )
        self.biases = nn.ParameterList(
            bias.to(kind) for (_, bias), kind in zip(convolutions, dtypes, strict=True)
        )
        self.register_buffer("mean", torch.tensor(MEAN).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(STD).view(1, 3, 1, 1), persistent=False)
        self.mean: Tensor
        self.std: Tensor
        self.requires_grad_(False)
        self.eval()

    @property
    def deepest(self) -> str:
        """The deepest layer that these weights give."""
        return self.layers[-1]

    def forward(self, picture: Tensor, layers: Collection[str]) -> dict[str, Tensor]:
        """Activations of ``picture``, (n, 3, h, w) sRGB 0..1, by layer name, shallow to deep.

        Each is (n, channels, h / 2^k, w / 2^k), k the number of poolings before it, of the
        type ``gives``. Nothing
        deeper than the deepest layer asked for is computed. Raises :class:`BadRequest` for a layer
        that is unknown or not there.
        """
        wanted = set(layers)
        self._check(wanted)
        found: dict[str, Tensor] = {}
        x = ((picture - self.mean) / self.std).contiguous(memory_format=torch.channels_last)
        convolution = 0
        asked_for = False
        for layer in self.layers:
            if len(found) == len(wanted):
                break
            if layer.startswith("conv"):
                x = self._convolve(x, convolution)
                convolution += 1
            elif layer.startswith("relu"):
                # In place: a frozen convolution needs what it gave neither again nor for a gradient.
                x = F.relu(x) if asked_for else F.relu_(x)
            else:
                x = self._pool(x)
            asked_for = layer in wanted
            if asked_for:
                found[layer] = x.to(self.gives)
        return found

    def _check(self, wanted: set[str]) -> None:
        for layer in wanted - set(self.layers):
            convolutions_until(layer)
            raise BadRequest(
                "These VGG-19 weights end at {deepest}; {layer} lies deeper.",
                hint="Use {deepest} or a shallower layer, or the complete “vgg19” weights.",
                deepest=self.deepest,
                layer=layer,
            )

    def _convolve(self, x: Tensor, index: int) -> Tensor:
        x = x.to(self.weights[index].dtype)
        if self.padding == "reflect":
            x = padded(x, "reflect")
            return F.conv2d(x, self.weights[index], self.biases[index])
        return F.conv2d(x, self.weights[index], self.biases[index], padding=1)

    def _pool(self, x: Tensor) -> Tensor:
        pool = F.max_pool2d if self.pooling == "max" else F.avg_pool2d
        return pool(x, 2, ceil_mode=self.ceil)


def check_shapes(convolutions: Sequence[Convolution]) -> None:
    """Raise :class:`BadWeights` unless these are the first convolutions of VGG-19."""
    if not 1 <= len(convolutions) <= len(CONVOLUTIONS):
        raise BadWeights(
            "VGG-19 has 1 to {most} convolutions, not {count}.",
            most=len(CONVOLUTIONS),
            count=len(convolutions),
        )
    widths = [width for width, count in zip(WIDTHS, BLOCKS, strict=True) for _ in range(count)]
    for name, fan_in, fan_out, (weight, bias) in zip(
        CONVOLUTIONS, [3, *widths], widths, convolutions, strict=False
    ):
        if weight.shape != (fan_out, fan_in, 3, 3) or bias.shape != (fan_out,):
            raise BadWeights(
                "{name} should be {fan_out}×{fan_in}×3×3, but the weights have {shape}.",
                name=name,
                fan_out=fan_out,
                fan_in=fan_in,
                shape="×".join(map(str, weight.shape)),
            )

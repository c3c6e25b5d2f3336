"""AdaIN's decoder: from relu4_1 of the Gatys-normalised VGG-19 back to a picture. Huang & Belongie
2017.

A mirror of the encoder: reflection padding, nearest doubling instead of poolings, no normalisation
layers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from velatura.errors import BadWeights
from velatura.perception.padding import padded

State = Mapping[str, Tensor]

WIDTHS = (512, 256, 256, 256, 256, 128, 128, 64, 64, 3)
"""Channels before the first convolution and after each of the nine."""

DOUBLED_AFTER = (0, 4, 6)
"""Convolutions whose output is doubled in size by repeating pixels."""

NUMBERED = tuple(range(9))
"""Names of the convolutions in a file that holds nothing else."""

RELEASE = (1, 5, 8, 11, 14, 18, 21, 25, 28)
"""Places of the convolutions in the published ``nn.Sequential``."""

LAYOUTS = (NUMBERED, RELEASE)


def expected_shape(index: int) -> tuple[int, int, int, int]:
    """Shape of the weight of convolution ``index``, 0 … 8."""
    return (WIDTHS[index + 1], WIDTHS[index], 3, 3)


def layout_of(state: State) -> tuple[int, ...] | None:
    """The layout whose first and last convolutions ``state`` has, or None."""
    for layout in LAYOUTS:
        ends = {layout[0]: 0, layout[-1]: len(layout) - 1}
        tensors = {state.get(f"{place}.weight"): index for place, index in ends.items()}
        if all(
            tensor is not None and tensor.shape == expected_shape(index)
            for tensor, index in tensors.items()
        ):
            return layout
    return None


def recognise(state: State) -> bool:
    """Whether ``state`` is an AdaIN decoder in a layout that :func:`load` reads."""
    return layout_of(state) is not None


def load(state: State, *, dtype: torch.dtype = torch.float32) -> AdaINDecoder:
    """The decoder of ``state``, its body in ``dtype``. Raises :class:`BadWeights` for anything
    else.
    """
    layout = layout_of(state)
    if layout is None:
        raise BadWeights("These weights are not an AdaIN decoder in a layout that is known.")
    convolutions: list[tuple[Tensor, Tensor]] = []
    for index, place in enumerate(layout):
        weight, bias = state.get(f"{place}.weight"), state.get(f"{place}.bias")
        shape = expected_shape(index)
        if weight is None or bias is None or weight.shape != shape or bias.shape != shape[:1]:
            raise BadWeights(
                "Convolution {index} of the AdaIN decoder is missing or damaged.", index=index
            )
        convolutions.append((weight.float(), bias.float()))
    return AdaINDecoder(convolutions, dtype=dtype)


class AdaINDecoder(nn.Module):
    """Nine 3×3 convolutions, the last one in float32 whatever ``dtype`` the body has, so that
    nothing bands.
    """

    def __init__(
        self, convolutions: Sequence[tuple[Tensor, Tensor]], *, dtype: torch.dtype = torch.float32
    ) -> None:
        super().__init__()
        last = len(convolutions) - 1
        dtypes = [torch.float32 if index == last else dtype for index in range(last + 1)]
        self.weights = nn.ParameterList(
            weight.to(kind).contiguous(memory_format=torch.channels_last)
            for (weight, _), kind in zip(convolutions, dtypes, strict=True)
        )
        self.biases = nn.ParameterList(
            bias.to(kind) for (_, bias), kind in zip(convolutions, dtypes, strict=True)
        )
        self.requires_grad_(False)
        self.eval()

    def forward(self, features: Tensor) -> Tensor:
        """The picture of ``features`` (n, 512, h, w): (n, 3, 8h, 8w) sRGB float32, about 0..1 but
        not clipped.
        """
        x = features.contiguous(memory_format=torch.channels_last)
        for index, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            x = F.conv2d(padded(x.to(weight.dtype), "reflect"), weight, bias)
            if index < len(self.weights) - 1:
                x = F.relu(x)
            if index in DOUBLED_AFTER:
                x = F.interpolate(x, scale_factor=2, mode="nearest")
        return x

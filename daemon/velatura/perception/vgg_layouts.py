"""The two ways in which VGG-19's weights are published, read into one list of convolutions."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from velatura.errors import BadWeights
from velatura.perception.vgg import (
    CONVOLUTIONS,
    LAYERS,
    MEAN,
    STD,
    Convolution,
    check_shapes,
    convolutions_until,
)

State = Mapping[str, Tensor]

TORCHVISION = (0, 2, 5, 7, 10, 12, 14, 16, 19, 21, 23, 25, 28, 30, 32, 34)
"""Places of the convolutions in torchvision's ``features``; ReLUs and poolings lie between."""

ADAIN_RELEASE = (2, 5, 9, 12, 16, 19, 22, 25, 29, 32, 35, 38, 42, 45, 48, 51)
"""Places in the ``nn.Sequential`` published with AdaIN: a 1×1 preprocessing at 0, a reflection pad
before each.
"""


def is_torchvision(state: State) -> bool:
    """Whether ``state`` names its tensors like ``torchvision.models.vgg19``."""
    return "features.0.weight" in state


def is_adain_release(state: State) -> bool:
    """Whether ``state`` is laid out like the encoder published with AdaIN (Huang & Belongie)."""
    first = state.get("0.weight")
    return first is not None and first.shape == (3, 3, 1, 1) and "2.weight" in state


def recognise(state: State) -> bool:
    """Whether ``state`` holds VGG-19 in a layout that :func:`load` reads."""
    return is_torchvision(state) or is_adain_release(state)


def load(state: State, *, until: str = LAYERS[-1]) -> list[Convolution]:
    """The convolutions of ``state`` in float32, those deeper than ``until`` needs left out.

    All take sRGB 0..1 normalised with ImageNet's statistics. Raises :class:`BadWeights` for other
    layouts, a gap in the middle or wrong shapes, and :class:`BadRequest` for an unknown layer.
    """
    count = convolutions_until(until)
    if is_torchvision(state):
        convolutions = _collect(state, "features.", TORCHVISION[:count])
    elif is_adain_release(state):
        convolutions = _collect(state, "", ADAIN_RELEASE[:count])
        check_shapes(convolutions)
        convolutions[0] = _fold_preprocessing(state, convolutions[0])
    else:
        raise BadWeights(
            "These weights are not VGG-19 in a layout that is known.",
            hint="torchvision's names (features.0.weight …) and AdaIN's released encoder are read.",
        )
    check_shapes(convolutions)
    return convolutions


def _collect(state: State, prefix: str, places: tuple[int, ...]) -> list[Convolution]:
    convolutions: list[Convolution] = []
    for order, place in enumerate(places):
        weight = state.get(f"{prefix}{place}.weight")
        bias = state.get(f"{prefix}{place}.bias")
        if weight is None or bias is None:
            if any(f"{prefix}{later}.weight" in state for later in places[order:]):
                raise BadWeights(
                    "{name} is missing from the VGG-19 weights.", name=CONVOLUTIONS[order]
                )
            break
        convolutions.append((weight.float(), bias.float()))
    return convolutions


def _fold_preprocessing(state: State, first: Convolution) -> Convolution:
    """``first`` after the 1×1 convolution P that turns sRGB 0..1 into what it was trained on, as
    one convolution.

    W(P(σx + μ) + p) + b = (W P σ) x + (W(P μ + p) + b). Exact with reflection padding, which
    commutes with a 1×1.
    """
    weight, bias = first
    bias_before = state.get("0.bias")
    if bias_before is None or bias_before.shape != (3,):
        raise BadWeights("The preprocessing at the start of AdaIN's VGG-19 is damaged.")
    matrix = state["0.weight"].double()[:, :, 0, 0]
    offset = matrix @ torch.tensor(MEAN, dtype=torch.float64) + bias_before.double()
    std = torch.tensor(STD, dtype=torch.float64)
    folded = torch.einsum("omyx,mi,i->oiyx", weight.double(), matrix, std)
    folded_bias = bias.double() + torch.einsum("omyx,m->o", weight.double(), offset)
    return folded.float(), folded_bias.float()

"""Where a region counts at each layer of a network: only where nothing beyond its edge is seen.

Gatys, Ecker, Bethge, Hertzmann & Shechtman 2017, arXiv:1611.07865, section 4. Of the ways to carry a
mask to a layer that are given there this is the strict one: a position counts for a region only if
its whole receptive field lies inside, so that no region's loss reaches into another.
"""

from __future__ import annotations

from collections.abc import Collection

import torch.nn.functional as F
from torch import Tensor

from velatura.perception.geometry import until

LEAST = 4
"""A layer at which a region has fewer positions tells nothing of a texture."""


def carried(mask: Tensor, layers: Collection[str], *, ceil: bool) -> dict[str, Tensor]:
    """The smallest value of ``mask`` (1, 1, h, w) in the receptive field of each position, by layer
    of VGG-19, shallow to deep; (1, 1, h / 2^k, w / 2^k) each.

    What lies beyond the picture's edge is a reflection of what is inside, and takes nothing away.
    ``ceil`` as in :class:`~velatura.perception.vgg.VGG19`.
    """
    found: dict[str, Tensor] = {}
    below = -mask
    for layer in until(layers):
        if layer.startswith("conv"):
            below = F.max_pool2d(below, 3, stride=1, padding=1)
        elif layer.startswith("pool"):
            below = F.max_pool2d(below, 2, ceil_mode=ceil)
        if layer in layers:
            found[layer] = -below
    return found


def guides(mask: Tensor, layers: Collection[str], *, ceil: bool) -> dict[str, Tensor]:
    """Guidance channels T of the region ``mask`` (1, 1, h, w) in 0..1, by layer; ΣT² = 1 each.

    Layers at which the region has fewer than ``LEAST`` positions are left out.
    """
    found = carried(mask, layers, ceil=ceil)
    return {
        name: normalised(channel)
        for name, channel in found.items()
        if int((channel > 0).sum()) >= LEAST
    }


def normalised(channel: Tensor) -> Tensor:
    """``channel`` (1, 1, h, w) ≥ 0, not 0 everywhere, with unit energy."""
    relative = channel / channel.max()
    return relative / relative.square().sum().sqrt()

"""Regions as engines that blend styles themselves need them: how much of each position each region gets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from velatura.contract.scene import Region, Scene
from velatura.imaging.alpha import coverage
from velatura.imaging.colour import Floats
from velatura.imaging.masks import shares
from velatura.imaging.tiles import Box

if TYPE_CHECKING:
    from torch import Tensor

    from velatura.contract.run import Run

_TRACE = np.float32(1e-4)
"""What every region gets of what none covers: where none is, the styles of all are mixed, unseen."""


def claims(scene: Scene, box: Box) -> list[Floats]:
    """How much of each pixel in ``box`` each region of ``scene`` covers, (h, w, 1) float32, together at most 1.

    A scene without regions is one region everywhere.
    """
    regions = scene.regions or (Region(styles=()),)
    feather = scene.common.feather * scene.reduction
    return shares([region.mask for region in regions], box, feather=feather)


def blending(scene: Scene, box: Box, size: Sequence[int], run: Run) -> Tensor | None:
    """Shares for mixing what regions do: (1, regions, h, w), in sum 1 at every pixel; None for a single region.

    ``size`` is (h, w) of the tensor that ``box`` lies in, at its top left; its edge is repeated beyond.
    """
    if len(scene.regions) < 2:
        return None
    covers = claims(scene, box)
    rest = np.maximum(1 - np.sum(covers, axis=0), 0)
    traced = [cover + _TRACE * rest for cover in covers]
    together = np.sum(traced, axis=0)
    return _planes([claim / together for claim in traced], size, run, mode="edge")


def counting(scene: Scene, box: Box, size: Sequence[int], run: Run) -> Tensor | None:
    """How much each pixel counts in each region's statistics of the content: (1, regions, h, w) ≥ 0.

    What is hidden does not, nor what only fills a tensor up. None where all count alike.
    """
    content = scene.content
    everywhere = all(region.mask is None for region in scene.regions) and len(scene.regions) < 2
    if content is None or (everywhere and not content.has_alpha):
        return None
    seen = coverage(content.crop(box.x0, box.y0, box.x1, box.y1))
    return _planes([claim * seen for claim in claims(scene, box)], size, run, mode="constant")


def _planes(layers: list[Floats], size: Sequence[int], run: Run, *, mode: str) -> Tensor:
    import torch

    stacked = np.concatenate(layers, axis=2)
    missing = [(0, side - there) for side, there in zip(size, stacked.shape[:2], strict=True)]
    padded = np.pad(stacked, (*missing, (0, 0)), mode=mode)  # type: ignore[call-overload]
    planes = np.ascontiguousarray(padded.transpose(2, 0, 1))
    return torch.from_numpy(planes)[None].to(run.device)

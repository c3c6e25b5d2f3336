"""A picture's colours as the linear map that gives them: mean and covariance of RGB.

A painter paints in canonical colours (mean 0, covariance 1 when it is right), which then become the style's, so that
its palette need not be learnt and is there for any style: the second half of whitening and colouring (Li et al. 2017,
arXiv:1705.08086) on pixels.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

FLOOR = 1e-3
"""Added to variances of RGB (0..1 squared): even in a flat style something can be seen."""

NUMBERS = 12
"""Numbers of a palette: the mean and the root."""


@dataclass(frozen=True)
class Palette:
    """``mean`` (n, 3) and ``root`` (n, 3, 3), the symmetric root of the covariance, float32."""

    mean: Tensor
    root: Tensor

    @classmethod
    def of(cls, pictures: Tensor, weights: Tensor | None = None) -> Palette:
        """Those of each of ``pictures`` (n, 3, h, w); ``weights`` (n, 1, h, w) ≥ 0 say how much a pixel counts."""
        rows = pictures.flatten(2).double()
        if weights is None:
            shares = torch.full_like(rows[:, :1], 1 / rows.shape[2])
        else:
            flat = weights.flatten(2).double()
            shares = flat / flat.sum(2, keepdim=True).clamp_min(1e-12)
        mean = (rows * shares).sum(2)
        centred = rows - mean[:, :, None]
        covariance = (centred * shares) @ centred.transpose(1, 2)
        values, vectors = torch.linalg.eigh(covariance)
        root = vectors * (values.clamp_min(0) + FLOOR).sqrt()[:, None] @ vectors.transpose(1, 2)
        return cls(mean.float(), root.float())

    @classmethod
    def from_numbers(cls, numbers: Tensor) -> Palette:
        """What :attr:`numbers` gave."""
        mean, root = torch.split(numbers, [3, 9], dim=1)
        return cls(mean, root.view(-1, 3, 3))

    @property
    def numbers(self) -> Tensor:
        """(n, 12): those of a mixture are the mixture of numbers."""
        return torch.cat([self.mean, self.root.flatten(1)], 1)

    def given(self, canonical: Tensor) -> Tensor:
        """(n, 3, h, w) of mean 0 and covariance 1 with these colours."""
        turned = (self.root @ canonical.flatten(2)).view_as(canonical)
        return turned + self.mean[:, :, None, None]

"""A picture's colours, taken out and put in: mean and covariance of RGB as linear maps.

What a painter sees has no colours of its own (mean 0, covariance 1), and what it paints gets those of the style, so
that colours need not be learnt and hold for any style. The symmetric roots keep red red where they can: of all maps
between two normal distributions A Σ Aᵀ = Σ′, theirs move colours least when they commute (Pitié & Kokaram 2007).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

FLOOR = 1e-3
"""Added to variances of RGB (0..1 squared): what is flat is not stretched to noise, and not painted wholly flat."""

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
        mean, root = numbers.split((3, 9), dim=1)
        return cls(mean, root.unflatten(1, (3, 3)))

    @property
    def numbers(self) -> Tensor:
        """(n, 12): those of a mixture are the mixture of numbers."""
        return torch.cat([self.mean, self.root.flatten(1)], 1)

    def removed(self, pictures: Tensor) -> Tensor:
        """``pictures`` (n, 3, h, w) without these colours: mean 0 and covariance 1 if they are their own."""
        inverse = torch.linalg.inv(self.root.double()).float()
        return _mixed(inverse, pictures - self.mean[:, :, None, None])

    def given(self, canonical: Tensor) -> Tensor:
        """(n, 3, h, w) of mean 0 and covariance 1 with these colours."""
        return _mixed(self.root, canonical) + self.mean[:, :, None, None]


def _mixed(matrices: Tensor, pictures: Tensor) -> Tensor:
    return (matrices @ pictures.flatten(2)).view_as(pictures)

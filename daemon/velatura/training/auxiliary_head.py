"""What an encoder must know of a style whatever the painter makes of it."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from velatura.networks.glaze import CODE


class AuxiliaryHead(nn.Module):
    """Tells from a code what VGG-19 sees of a style, so that the encoder learns to see it from the
    first step on, through one linear map. Thrown away at the end.
    """

    def __init__(self, known: int) -> None:
        super().__init__()
        self.says = nn.Linear(CODE, known)
        self.mean: Tensor
        self.deviation: Tensor
        self.register_buffer("mean", torch.zeros(known))
        self.register_buffer("deviation", torch.ones(known))
        nn.init.zeros_(self.says.weight)
        nn.init.zeros_(self.says.bias)

    def calibrate(self, summaries: Tensor) -> None:
        """Take the scale of each fact from many styles' ``summaries``, (n, known)."""
        deviation, mean = torch.std_mean(summaries, 0)
        self.mean.copy_(mean)
        self.deviation.copy_(deviation.clamp_min(1e-3))

    def forward(self, codes: Tensor, summaries: Tensor) -> Tensor:
        """Mean squared error in deviations: 1 for knowing nothing."""
        wanted = (summaries - self.mean) / self.deviation
        return F.mse_loss(self.says(codes), wanted)

"""Gatys' optimisation as one writes it down from the paper: float32, contiguous, torch's own parts."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from velatura.perception.vgg import BLOCKS, MEAN, STD, Convolution


class PlainVGG(nn.Module):
    """VGG-19 as far as there are convolutions, layer by layer; gives every layer's activations."""

    def __init__(self, convolutions: list[Convolution], padding: str) -> None:
        super().__init__()
        self.layers = nn.Sequential()
        done = 0
        for block, count in enumerate(BLOCKS, 1):
            for i in range(1, count + 1):
                if done == len(convolutions):
                    return
                weight, bias = convolutions[done]
                convolution = nn.Conv2d(
                    weight.shape[1], weight.shape[0], 3, padding=1, padding_mode=padding
                )
                convolution.weight = nn.Parameter(weight.clone(), requires_grad=False)
                convolution.bias = nn.Parameter(bias.clone(), requires_grad=False)
                self.layers.add_module(f"conv{block}_{i}", convolution)
                self.layers.add_module(f"relu{block}_{i}", nn.ReLU())
                done += 1
            self.layers.add_module(f"pool{block}", nn.MaxPool2d(2))

    def forward(self, picture: Tensor) -> dict[str, Tensor]:
        x = (picture - torch.tensor(MEAN).view(1, 3, 1, 1)) / torch.tensor(STD).view(1, 3, 1, 1)
        found = {}
        for name, layer in self.layers.named_children():
            x = layer(x)
            found[name] = x
        return found


class PlainGatys:
    """α · mean (F − P)² at relu4_1 + β Σ mean (G − A)² / N² at relu1_1 … relu4_1."""

    CONTENT = "relu4_1"
    STYLE = ("relu1_1", "relu2_1", "relu3_1", "relu4_1")

    def __init__(self, vgg: PlainVGG, content: Tensor, style: Tensor, beta: float) -> None:
        self.vgg = vgg
        self.beta = beta
        with torch.no_grad():
            self.target = vgg(content)[self.CONTENT]
            seen = vgg(style)
            self.grams = {name: self.gram(seen[name]) for name in self.STYLE}

    @staticmethod
    def gram(features: Tensor) -> Tensor:
        flat = features.flatten(2)[0]
        return flat @ flat.T / flat.shape[1]

    def loss(self, picture: Tensor) -> Tensor:
        found = self.vgg(picture)
        loss = F.mse_loss(found[self.CONTENT], self.target)
        for name, target in self.grams.items():
            of_layer = F.mse_loss(self.gram(found[name]), target) / len(target) ** 2
            loss = loss + self.beta * of_layer
        return loss

    def adam(self, start: Tensor, steps: int, rate: float) -> Tensor:
        picture = start.clone().requires_grad_()
        optimiser = torch.optim.Adam([picture], lr=rate)
        for _ in range(steps):
            optimiser.zero_grad()
            self.loss(picture).backward()
            optimiser.step()
            with torch.no_grad():
                picture.clamp_(0, 1)
        return picture.detach()

    def lbfgs(self, start: Tensor, steps: int) -> Tensor:
        """As Gatys et al. optimise: all steps in one call, unbounded; what it gives is not clipped."""
        picture = start.clone().requires_grad_()
        optimiser = torch.optim.LBFGS(
            [picture], max_iter=steps, history_size=100, tolerance_grad=0, tolerance_change=0
        )

        def closure() -> Tensor:
            optimiser.zero_grad()
            loss = self.loss(picture)
            loss.backward()
            return loss

        optimiser.step(closure)
        return picture.detach()

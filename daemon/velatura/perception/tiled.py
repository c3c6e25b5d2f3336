"""An objective evaluated a piece of the picture at a time: the same loss and gradient in less memory.

A style's loss needs the Gram matrices of the whole picture, so each evaluation goes over all pieces
twice: first for the statistics, which are sums over positions, then for what their slopes, known by
then, make of each piece's pixels. Only the activations of one piece are held at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

import torch
from torch import Tensor

from velatura.perception.gram import guided_grams
from velatura.perception.losses import content_loss
from velatura.perception.objective import Objective, Part, pooled
from velatura.perception.seen import Channels, Piece, cut, everywhere


@dataclass(frozen=True)
class _Term:
    """A loss at ``layer`` as a sum over positions: what a piece's activations give to it, a tensor."""

    layer: str
    size: float
    share: Callable[[Piece, Tensor], Tensor]


class TiledObjective:
    """``objective`` of pictures as large as ``content`` (1, 3, h, w), in pieces of at most ``side`` pixels a side.

    Called with a picture it gives the total, whose gradient is known already: it costs one forward
    pass more than at once (two where gradients are even). Every call cuts elsewhere.
    """

    def __init__(self, objective: Objective, content: Tensor, side: int) -> None:
        self._objective = objective
        self._side = side
        self._turn = 0
        self._channels: Channels = {
            name: [_channel(part, name, content, objective) for part in objective.counting[name]]
            for name in objective.style_layers
        }
        self._terms = [*self._of_content(), *self._of_style()]

    def __call__(self, picture: Tensor) -> Tensor:
        """The total loss of ``picture``, (1, 3, h, w), a scalar with a gradient."""
        value, gradient = self.value_and_gradient(picture.detach())
        return cast(Tensor, _Known.apply(picture, value, gradient))

    def value_and_gradient(self, picture: Tensor) -> tuple[Tensor, Tensor]:
        """The total loss of ``picture`` (1, 3, h, w) and its gradient, of the same shape."""
        self._turn += 1
        with torch.enable_grad():
            leaf = picture.clone().requires_grad_()
            sums = [each.requires_grad_() for each in self._sums(picture)]
            total = self._total(leaf, sums)
            of_pixels, *slopes = torch.autograd.grad(
                total, [leaf, *sums], allow_unused=True, materialize_grads=True
            )
        if self._objective.balance.even:
            slopes = self._evened(picture, slopes)
        return total.detach(), self._gradient(picture, slopes).add_(of_pixels)

    def _of_content(self) -> Iterator[_Term]:
        for name in self._objective.content:
            size = self._objective.size_of_content(name)
            yield _Term(name, size, partial(self._content_of, name))

    def _of_style(self) -> Iterator[_Term]:
        for name in self._objective.style_layers:
            yield _Term(name, self._objective.size_of_style(name), partial(self._grams_of, name))

    def _content_of(self, layer: str, piece: Piece, seen: Tensor) -> Tensor:
        target, normalisation = (
            self._objective.content[layer],
            self._objective.balance.normalisation,
        )
        wanted, found = piece.core(layer, target, seen)
        loss = content_loss(found, wanted, normalisation)
        # A mean over a core becomes its part of the mean over the whole.
        return loss if normalisation == "printed" else loss * (found.numel() / target.numel())

    def _grams_of(self, layer: str, piece: Piece, seen: Tensor) -> Tensor:
        return guided_grams(seen, piece.guides(layer, self._channels[layer], seen))

    def _total(self, picture: Tensor, sums: list[Tensor]) -> Tensor:
        count = len(self._objective.content)
        content = dict(zip(self._objective.content, sums[:count], strict=True))
        grams = {
            name: each.unbind() for name, each in zip(self._channels, sums[count:], strict=True)
        }
        return self._objective.weighed(picture, content, grams).total

    def _pieces(self, picture: Tensor) -> Iterator[Piece]:
        return cut(self._objective.eyes, picture, self._objective.layers, self._side, self._turn)

    def _sums(self, picture: Tensor) -> list[Tensor]:
        sums: list[Tensor] = []
        with torch.no_grad():
            for piece in self._pieces(picture):
                found = self._objective.eyes(piece.of(picture), self._objective.layers)
                shares = [term.share(piece, found[term.layer]) for term in self._terms]
                sums = [a + b for a, b in zip(sums, shares, strict=True)] if sums else shares
        return sums

    def _evened(self, picture: Tensor, slopes: list[Tensor]) -> list[Tensor]:
        """``slopes`` scaled so that each term's gradient at its layer has the size it is to have."""
        norms = [0.0] * len(slopes)
        for piece in self._pieces(picture):
            with torch.no_grad():
                found = self._objective.eyes(piece.of(picture), self._objective.layers)
            for index, (term, slope) in enumerate(zip(self._terms, slopes, strict=True)):
                with torch.enable_grad():
                    leaf = found[term.layer].requires_grad_()
                    (gradient,) = torch.autograd.grad((term.share(piece, leaf) * slope).sum(), leaf)
                norms[index] += float(gradient.abs().sum())
        return [
            slope * (term.size / max(norm, 1e-12)) if term.size > 0 else slope
            for term, slope, norm in zip(self._terms, slopes, norms, strict=True)
        ]

    def _gradient(self, picture: Tensor, slopes: list[Tensor]) -> Tensor:
        gradient = torch.zeros_like(picture)
        for piece in self._pieces(picture):
            with torch.enable_grad():
                leaf = piece.of(picture).clone().requires_grad_()
                found = self._objective.eyes(leaf, self._objective.layers)
                pull = leaf.sum() * 0
                for term, slope in zip(self._terms, slopes, strict=True):
                    pull = pull + (term.share(piece, found[term.layer]) * slope).sum()
                (part,) = torch.autograd.grad(pull, leaf)
            piece.of(gradient).add_(part)
        return gradient


class _Known(torch.autograd.Function):
    """A scalar whose gradient has been found already."""

    @staticmethod
    def forward(context: Any, picture: Tensor, value: Tensor, gradient: Tensor) -> Tensor:
        context.save_for_backward(gradient)
        return value.clone()

    @staticmethod
    def backward(context: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        (gradient,) = context.saved_tensors
        return gradient * gradients[0], None, None


def _channel(part: Part, layer: str, content: Tensor, objective: Objective) -> Tensor:
    """T of ``part`` at ``layer``; whoever has no guidance channels counts where its pixels do."""
    if part.channels is not None:
        return part.channels[layer]
    channel = everywhere(layer, content, ceil=objective.eyes.ceil)
    weights = pooled(part.pixels, channel)
    if weights is None:
        return channel
    return (weights / weights.sum().clamp_min(1e-12)).sqrt()

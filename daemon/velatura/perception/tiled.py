"""An objective evaluated a piece of the picture at a time: the same loss and gradient in less memory.

A style's loss needs the Gram matrices of the whole picture, so each evaluation goes over all pieces
twice: first for the statistics, which are sums over positions (Gram matrices, and how much is in which bin of a
histogram), then for what their slopes, known by then, make of each piece's pixels. Only the activations of one piece
are held at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

import torch
from torch import Tensor

from velatura.perception.gram import guided_grams, rows_of
from velatura.perception.histograms import histogram_loss
from velatura.perception.losses import content_loss
from velatura.perception.objective import Objective, Part, pooled
from velatura.perception.seen import Channels, Piece, cut, everywhere


@dataclass(frozen=True)
class _Term:
    """A loss at ``layer`` as a sum over positions: what a piece's activations give to it, a tensor. ``weight`` is that
    of a term that is a loss itself; of others it is known only once all is summed up.
    """

    layer: str
    size: float
    share: Callable[[Piece, Tensor], Tensor]
    weight: float = 1.0


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
        self._matched: Channels = {
            name: [
                _channel(part, name, content, objective) for part, _ in objective.matchings[name]
            ]
            for name in objective.matched_layers
        }
        self._terms = [*self._of_content(), *self._of_style()]

    def __call__(self, picture: Tensor) -> Tensor:
        """The total loss of ``picture``, (1, 3, h, w), a scalar with a gradient."""
        value, gradient = self.value_and_gradient(picture.detach())
        return cast(Tensor, _Known.apply(picture, value, gradient))

    def value_and_gradient(self, picture: Tensor) -> tuple[Tensor, Tensor]:
        """The total loss of ``picture`` (1, 3, h, w) and its gradient, of the same shape."""
        self._turn += 1
        sums, counts = self._statistics(picture)
        histograms = list(self._of_histograms(counts))
        with torch.enable_grad():
            leaf = picture.clone().requires_grad_()
            sums = [each.requires_grad_() for each in sums]
            total = self._total(leaf, sums)
            of_pixels, *slopes = torch.autograd.grad(
                total, [leaf, *sums], allow_unused=True, materialize_grads=True
            )
        terms = [*self._terms, *histograms]
        slopes = [*slopes, *(picture.new_tensor(term.weight) for term in histograms)]
        if self._objective.balance.even:
            slopes = self._evened(picture, terms, slopes)
        gradient, losses = self._gradient(picture, terms, slopes)
        for term, loss in zip(histograms, losses[len(self._terms) :], strict=True):
            total = total + term.weight * loss
        return total.detach(), gradient.add_(of_pixels)

    def _of_content(self) -> Iterator[_Term]:
        for name in self._objective.content:
            size = self._objective.size_of_content(name)
            yield _Term(name, size, partial(self._content_of, name))

    def _of_style(self) -> Iterator[_Term]:
        for name in self._objective.style_layers:
            yield _Term(name, self._objective.size_of_style(name), partial(self._grams_of, name))

    def _of_histograms(self, counts: dict[str, list[Tensor]]) -> Iterator[_Term]:
        for name, weight in self._objective.matched_layers.items():
            tables = [
                matching.table(each)
                for (_, matching), each in zip(
                    self._objective.matchings[name], counts[name], strict=True
                )
            ]
            size = self._objective.size_of_histogram(name)
            share = partial(self._histogram_of, name, tables)
            yield _Term(name, size, share, self._objective.balance.gamma * weight)

    def _histogram_of(self, layer: str, tables: list[Tensor], piece: Piece, seen: Tensor) -> Tensor:
        guides = piece.guides(layer, self._matched[layer], seen)
        total = seen.new_zeros(())
        for (part, matching), guide, table, channel in zip(
            self._objective.matchings[layer], guides, tables, self._matched[layer], strict=True
        ):
            rows, weights = guide.of_rows(rows_of(seen)), guide.weights.flatten().square()
            scale = self._objective.histogram_scale(matching, channel.numel())
            total = total + part.extent * scale * histogram_loss(rows, matching, table, weights)
        return total

    def _counts(self, layer: str, piece: Piece, seen: Tensor) -> list[Tensor]:
        guides = piece.guides(layer, self._matched[layer], seen)
        return [
            matching.counts(guide.of_rows(rows_of(seen)), guide.weights.flatten().square())
            for (_, matching), guide in zip(self._objective.matchings[layer], guides, strict=True)
        ]

    def _content_of(self, layer: str, piece: Piece, seen: Tensor) -> Tensor:
        target, normalisation = (
            self._objective.content[layer],
            self._objective.balance.normalisation,
        )
        wanted, found = piece.core(layer, target, seen)
        return content_loss(found, wanted, normalisation, target)

    def _grams_of(self, layer: str, piece: Piece, seen: Tensor) -> Tensor:
        return guided_grams(seen, piece.guides(layer, self._channels[layer], seen))

    def _total(self, picture: Tensor, sums: list[Tensor]) -> Tensor:
        count = len(self._objective.content)
        content = dict(zip(self._objective.content, sums[:count], strict=True))
        grams = {
            name: each.unbind() for name, each in zip(self._channels, sums[count:], strict=True)
        }
        return self._objective.weighed(picture, content, grams, {}).total

    def _pieces(self, picture: Tensor) -> Iterator[Piece]:
        return cut(self._objective.eyes, picture, self._objective.layers, self._side, self._turn)

    def _statistics(self, picture: Tensor) -> tuple[list[Tensor], dict[str, list[Tensor]]]:
        """The sums of all terms, and by layer how much of each part is in which bin."""
        sums: list[Tensor] = []
        counts: dict[str, list[Tensor]] = {}
        with torch.no_grad():
            for piece in self._pieces(picture):
                found = self._objective.eyes(piece.of(picture), self._objective.layers)
                shares = [term.share(piece, found[term.layer]) for term in self._terms]
                sums = [a + b for a, b in zip(sums, shares, strict=True)] if sums else shares
                for name in self._matched:
                    found_here = self._counts(name, piece, found[name])
                    before = counts.get(name, [torch.zeros_like(each) for each in found_here])
                    counts[name] = [a + b for a, b in zip(before, found_here, strict=True)]
        return sums, counts

    def _evened(self, picture: Tensor, terms: list[_Term], slopes: list[Tensor]) -> list[Tensor]:
        """``slopes`` scaled so that each term's gradient at its layer has the size it is to have."""
        norms = [0.0] * len(slopes)
        for piece in self._pieces(picture):
            with torch.no_grad():
                found = self._objective.eyes(piece.of(picture), self._objective.layers)
            for index, (term, slope) in enumerate(zip(terms, slopes, strict=True)):
                with torch.enable_grad():
                    leaf = found[term.layer].requires_grad_()
                    (gradient,) = torch.autograd.grad((term.share(piece, leaf) * slope).sum(), leaf)
                norms[index] += float(gradient.abs().sum())
        return [
            slope * (term.size / max(norm, 1e-12)) if term.size > 0 else slope
            for term, slope, norm in zip(terms, slopes, norms, strict=True)
        ]

    def _gradient(
        self, picture: Tensor, terms: list[_Term], slopes: list[Tensor]
    ) -> tuple[Tensor, list[Tensor]]:
        """The gradient, and the sum of each term."""
        gradient = torch.zeros_like(picture)
        sums = [torch.zeros_like(slope) for slope in slopes]
        for piece in self._pieces(picture):
            with torch.enable_grad():
                leaf = piece.of(picture).clone().requires_grad_()
                found = self._objective.eyes(leaf, self._objective.layers)
                pull = leaf.sum() * 0
                for term, slope, whole in zip(terms, slopes, sums, strict=True):
                    share = term.share(piece, found[term.layer])
                    whole += share.detach()
                    pull = pull + (share * slope).sum()
                (part,) = torch.autograd.grad(pull, leaf)
            piece.of(gradient).add_(part)
        return gradient, sums


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

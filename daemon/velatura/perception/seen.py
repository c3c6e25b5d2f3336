"""What is seen of a picture, at once or a piece at a time, and what that makes of a style.

Statistics are sums over positions. Each position is in the core of one piece, and a piece shows all
that its core sees: however a picture is cut, but for rounding its statistics are those of the whole.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from velatura.imaging.tiles import Tile
from velatura.perception.geometry import Field, pieces, side_at, window
from velatura.perception.gram import Guide, gram, guided_grams, rows_of
from velatura.perception.guides import guides
from velatura.perception.histograms import SAMPLES, quantiles
from velatura.perception.losses import colour_moments, luminance
from velatura.perception.vgg import VGG19

Channels = Mapping[str, Sequence[Tensor]]
"""Guidance channels (1, 1, h, w) by layer, one for each region that counts there."""


@dataclass(frozen=True)
class Eyes:
    """How pictures are seen: by which network, and whether in grey.

    Seen in grey, a picture's hues have no gradient: its texture changes and its hues stay (Gatys et
    al. 2017, luminance-only transfer).
    """

    network: VGG19
    grey: bool = False

    def __call__(self, picture: Tensor, layers: Iterable[str]) -> dict[str, Tensor]:
        """Activations of ``picture`` (1, 3, h, w) by layer name, float32."""
        seen = luminance(picture).expand_as(picture) if self.grey else picture
        found: dict[str, Tensor] = self.network(seen, tuple(layers))
        return found

    @property
    def ceil(self) -> bool:
        """Whether an odd last row and column is kept where layers pool."""
        return self.network.ceil


@dataclass(frozen=True)
class Piece:
    """A piece of a picture of ``size`` (height, width) pixels: where it lies, and how it is seen."""

    tile: Tile
    size: tuple[int, int]
    ceil: bool

    def of(self, picture: Tensor) -> Tensor:
        """Its pixels, (1, c, h, w): a view."""
        box = self.tile.outer
        return picture[..., box.y0 : box.y1, box.x0 : box.x1]

    def core(self, layer: str, whole: Tensor, seen: Tensor) -> tuple[Tensor, Tensor]:
        """The core's positions of ``layer``, (1, c, h, w) each: of the ``whole`` picture's and of this piece's."""
        there, here = window(layer, self.tile, self.size, ceil=self.ceil)
        return whole[..., there[0], there[1]], seen[..., here[0], here[1]]

    def sample(self, layer: str, whole: Tensor, seen: Tensor, stride: int) -> tuple[Tensor, Tensor]:
        """Every ``stride``-th row and column of the ``whole`` picture's ``layer`` as far as they are in the core:
        of the whole's and of this piece's.
        """
        there, _ = window(layer, self.tile, self.size, ceil=self.ceil)
        rows, columns = (slice(-span.start % stride, None, stride) for span in there)
        given, found = self.core(layer, whole, seen)
        return given[..., rows, columns], found[..., rows, columns]

    def guides(self, layer: str, channels: Sequence[Tensor], seen: Tensor) -> list[Guide]:
        """What ``channels`` of the whole picture say of this piece's core; ``seen`` are its activations."""
        found = []
        for channel in channels:
            placed = channel.new_zeros(1, 1, *seen.shape[2:])
            given, into = self.core(layer, channel, placed)
            into.copy_(given)
            found.append(Guide.of(placed))
        return found


def cut(
    eyes: Eyes, picture: Tensor, layers: Collection[str], side: int, turn: int = 0
) -> Iterator[Piece]:
    """``picture`` (1, 3, h, w) in pieces whose cores have at most ``side`` pixels a side; every ``turn``
    is cut elsewhere.
    """
    height, width = picture.shape[2:]
    for tile in pieces(width, height, core=side, field=Field.of(layers), turn=turn):
        yield Piece(tile, (height, width), eyes.ceil)


def features(
    eyes: Eyes, picture: Tensor, layers: Collection[str], side: int | None = None
) -> dict[str, Tensor]:
    """Activations of ``picture`` (1, 3, h, w) by layer, without a gradient; in pieces where ``side`` is given."""
    with torch.no_grad():
        if side is None:
            return eyes(picture, layers)
        found: dict[str, Tensor] = {}
        for piece in cut(eyes, picture, layers, side):
            for name, seen in eyes(piece.of(picture), layers).items():
                if name not in found:
                    shape = [side_at(name, pixels, ceil=eyes.ceil) for pixels in piece.size]
                    found[name] = seen.new_empty(1, seen.shape[1], *shape)
                into, given = piece.core(name, found[name], seen)
                into.copy_(given)
        return found


def grams(
    eyes: Eyes, picture: Tensor, channels: Channels, side: int, turn: int = 0
) -> dict[str, Tensor]:
    """Gram matrices of ``picture`` (1, 3, h, w), (regions, N, N) by layer, in pieces and without a gradient."""
    found: dict[str, Tensor] = {}
    with torch.no_grad():
        for piece in cut(eyes, picture, channels, side, turn):
            for name, seen in eyes(piece.of(picture), channels).items():
                part = guided_grams(seen, piece.guides(name, channels[name], seen))
                found[name] = found[name] + part if name in found else part
    return found


def everywhere(layer: str, picture: Tensor, *, ceil: bool) -> Tensor:
    """The guidance channel of a region that is all of ``picture`` (1, 3, h, w), at ``layer``."""
    height, width = (side_at(layer, pixels, ceil=ceil) for pixels in picture.shape[2:])
    return picture.new_full((1, 1, height, width), (height * width) ** -0.5)


@dataclass(frozen=True)
class StyleTargets:
    """What a style is: Gram matrices by layer, (N, N) each, its :func:`colour_moments`, and the quantiles of its
    activations by layer (:func:`~velatura.perception.histograms.quantiles`).

    Layers at which too little of it counts are left out.
    """

    grams: dict[str, Tensor]
    colours: Tensor
    quantiles: dict[str, Tensor] = field(default_factory=dict)


def distributions(
    eyes: Eyes, picture: Tensor, channels: Mapping[str, Tensor], side: int
) -> dict[str, Tensor]:
    """Quantiles of the activations of ``picture`` (1, 3, h, w) by layer, in pieces and without a gradient; ``channels``
    are guidance channels, (1, 1, h, w). Of layers with many positions some are looked at.
    """
    strides = {name: _stride(channel) for name, channel in channels.items()}
    values: dict[str, list[Tensor]] = {name: [] for name in channels}
    weights: dict[str, list[Tensor]] = {name: [] for name in channels}
    with torch.no_grad():
        for piece in cut(eyes, picture, channels, side):
            for name, seen in eyes(piece.of(picture), channels).items():
                channel, found = piece.sample(name, channels[name], seen, strides[name])
                values[name].append(rows_of(found))
                weights[name].append(channel.flatten().square())
        return {
            name: quantiles(torch.cat(values[name]).T.contiguous(), torch.cat(weights[name]))
            for name in channels
        }


def _distribution(seen: Tensor, channel: Tensor) -> Tensor:
    """That of the activations ``seen``, (1, N, h, w), of a whole picture."""
    stride = _stride(channel)
    seen, channel = (each[..., ::stride, ::stride] for each in (seen, channel))
    return quantiles(rows_of(seen).T.contiguous(), channel.flatten().square())


def _stride(channel: Tensor) -> int:
    """The step in rows and columns that leaves at most ``SAMPLES`` positions at which ``channel`` (1, 1, h, w) counts,
    but some.
    """
    stride = 1
    while int((channel[..., ::stride, ::stride] > 0).sum()) > SAMPLES:
        stride += 1
    return stride if (channel[..., ::stride, ::stride] > 0).any() else 1


def style_targets(
    eyes: Eyes,
    picture: Tensor,
    layers: Collection[str],
    weights: Tensor | None = None,
    side: int | None = None,
    *,
    matched: Collection[str] = (),
) -> StyleTargets:
    """What ``picture`` (1, 3, h, w) is as a style; ``weights`` (1, 1, h, w) in 0..1 say which pixels count.

    Gram matrices at ``layers``, quantiles at those that are to be ``matched``; in pieces where ``side`` is given.
    """
    colours = colour_moments(picture, weights)
    every = dict.fromkeys((*layers, *matched))
    if weights is None:
        channels = {name: everywhere(name, picture, ceil=eyes.ceil) for name in every}
    else:
        channels = guides(weights, every, ceil=eyes.ceil)
    of_grams = {name: each for name, each in channels.items() if name in layers}
    spread = {name: each for name, each in channels.items() if name in matched}
    if side is not None:
        parts = grams(eyes, picture, {name: [each] for name, each in of_grams.items()}, side)
        return StyleTargets(
            {name: each[0] for name, each in parts.items()},
            colours,
            distributions(eyes, picture, spread, side) if spread else {},
        )
    with torch.no_grad():
        seen = eyes(picture, channels)
        return StyleTargets(
            {
                name: gram(seen[name])
                if weights is None
                else guided_grams(seen[name], [Guide.of(each)])[0]
                for name, each in of_grams.items()
            },
            colours,
            {name: _distribution(seen[name], each) for name, each in spread.items()},
        )


def mix(styles: Iterable[tuple[float, StyleTargets]]) -> StyleTargets:
    """Several styles as one: the weighted mean of their statistics; of a layer, over those that have it.

    The sum of their losses, Σ w_i ‖G − A_i‖² with weights that sum to 1, is ‖G − Σ w_i A_i‖² and a
    constant: the same picture for the price of one style. So it is with histograms: what the matches R_i to several
    styles pull at together is the match to the mean of their quantiles. Raises :class:`ValueError` when the
    weights are not greater than 0 in sum.
    """
    pairs = list(styles)
    if sum(weight for weight, _ in pairs) <= 0:
        raise ValueError("the weights of the styles must be greater than 0 in sum")
    return StyleTargets(
        _means([(weight, each.grams) for weight, each in pairs]),
        _mean([(weight, each.colours) for weight, each in pairs]),
        _means([(weight, each.quantiles) for weight, each in pairs]),
    )


def _means(parts: Sequence[tuple[float, Mapping[str, Tensor]]]) -> dict[str, Tensor]:
    """The mean of each layer over those of ``parts`` that have it."""
    return {
        name: _mean([(weight, each[name]) for weight, each in parts if name in each])
        for name in dict.fromkeys(name for _, each in parts for name in each)
    }


def _mean(parts: Sequence[tuple[float, Tensor]]) -> Tensor:
    total = sum(weight for weight, _ in parts)
    return torch.stack([part * (weight / total) for weight, part in parts]).sum(0)

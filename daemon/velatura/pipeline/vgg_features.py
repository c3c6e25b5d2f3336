"""VGG-19 as engines look through it, kept warm; and what styles look like through it, remembered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from torch import Tensor

from velatura.contract.run import Run
from velatura.contract.scene import Style
from velatura.library.weights import read_state
from velatura.perception import calibration, vgg_layouts
from velatura.perception.losses import luminance
from velatura.perception.seen import Eyes, StyleTargets, mix, style_targets
from velatura.perception.vgg import VGG19
from velatura.pipeline.style_input import style_key, style_tensor
from velatura.runtime.model_files import ensure

Pooling = Literal["max", "avg"]


LARGEST = 1 << 22
"""Pixels of a style that are looked at at once; more are in pieces of ``PIECE`` pixels a side."""

PIECE = 1024


@dataclass(frozen=True)
class Network:
    """VGG-19 with filters of Gatys' scale; ``identity`` names its weights and how they pool."""

    vgg: VGG19
    identity: str


@dataclass(frozen=True)
class Brightness:
    """Mean and standard deviation of a picture's luminance."""

    mean: float
    deviation: float

    @classmethod
    def of(cls, picture: Tensor, weights: Tensor | None = None) -> Brightness:
        """That of ``picture``, (1, 3, h, w) sRGB; ``weights`` (1, 1, h, w) say how much each pixel counts."""
        grey = luminance(picture)
        if weights is None:
            return cls(float(grey.mean()), float(grey.std(correction=0)))
        relative = weights / weights.sum().clamp_min(1e-12)
        mean = (grey * relative).sum()
        return cls(float(mean), float(((grey - mean).square() * relative).sum().sqrt()))

    def given_to(self, picture: Tensor) -> Tensor:
        """``picture`` in grey, (1, 3, h, w), with this mean and deviation. Gatys et al. 2017, eq. 10."""
        own = Brightness.of(picture)
        scale = self.deviation / max(own.deviation, 1e-5)
        grey = (luminance(picture) - own.mean) * scale + self.mean
        return grey.clamp(0, 1).expand_as(picture)


def load(name: str, pooling: Pooling, run: Run) -> Network:
    """The model ``name`` of the catalogue as VGG-19 on ``run.device``, fetched where it is missing.

    Filters are scaled to those of Gatys' (:mod:`velatura.perception.calibration`). Padding
    reflects: zeros leave a frame along the edge of what is optimised. Pooling keeps odd rows.
    Raises :class:`~velatura.errors.WeightsMissing` and :class:`~velatura.errors.BadWeights`.
    """

    def build() -> Network:
        found = ensure(name, run)
        state = read_state(found.path)
        convolutions = vgg_layouts.load(state)
        if found.sha256 not in calibration.NORMALISED and not vgg_layouts.is_adain_release(state):
            convolutions = calibration.normalised(convolutions)
        vgg = VGG19(
            convolutions, pooling=pooling, padding="reflect", ceil=True, dtype=run.dtype
        ).to(run.device)
        return Network(vgg, f"{found.sha256} {pooling}")

    network: Network = run.model(f"eyes {name} {pooling}", build)
    return network


@dataclass(frozen=True)
class Look:
    """How styles are looked at: the layers of Gram matrices, and those whose histograms are ``matched``;
    ``brightness`` is the content's, when their texture is looked at in grey.
    """

    layers: tuple[str, ...]
    brightness: Brightness | None = None
    matched: tuple[str, ...] = ()


def styles_seen(
    styles: Iterable[tuple[Style, int]],
    network: Network,
    look: Look,
    run: Run,
    side: int | None = None,
) -> StyleTargets:
    """What styles are together, mixed by their weights, each with its short side in pixels; each is
    remembered by its content.

    Hidden pixels and those that a mask leaves out do not count. In pieces where ``side`` is given.
    Raises :class:`BadPicture` when there is nothing to see of one, and :class:`BadRequest` for one
    that is no picture.
    """
    return mix(
        (style.weight, _style_seen(style, short, network, look, run, side))
        for style, short in styles
    )


def _style_seen(
    style: Style, short: int, network: Network, look: Look, run: Run, side: int | None
) -> StyleTargets:
    def make() -> StyleTargets:
        tensor, weights = style_tensor(style, short, run)
        colours = style_targets(Eyes(network.vgg), tensor, (), weights).colours
        if look.brightness is not None:
            tensor = look.brightness.given_to(tensor)
        large = tensor.shape[2] * tensor.shape[3] > LARGEST
        pieces = side or (PIECE if large else None)
        seen = style_targets(
            Eyes(network.vgg), tensor, look.layers, weights, pieces, matched=look.matched
        )
        return replace(seen, colours=colours)

    return run.remember(f"grams {network.identity} {look} {style_key(style, short)}", make)

"""Glaze: any picture's style in one pass, by two small networks of our own.

A style encoder looks at a style once and gives its **code**, ``CODE`` numbers. A painter normalises what its layers see
and scales and shifts it as the code says; what it paints then gets the style's own palette. Codes can be mixed: a
weighted mean of them is a blend of styles.

What is known of fast networks for processors decides the shape. All convolutions are dense; none works at full
resolution: pixels are folded into channels (Shi et al. 2016) before the first and after the last. Doubling repeats
pixels and then convolves, which leaves no checkerboard (Odena et al. 2016). What the normalisations need of the whole
picture is measured once; with it, every layer is a plain convolution, and tiles are painted as the whole would be.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, Protocol, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from velatura.networks.convolution import convolution, convolve
from velatura.networks.glaze_encoder import StyleEncoder
from velatura.networks.modulated import Kernel, ModulatedConvolution, RegionalKernel
from velatura.networks.palette import NUMBERS, Palette
from velatura.networks.region_planes import Counts, Shares

LEARNT = 320
"""Numbers of a style code that the encoder learns to give."""

CODE = LEARNT + NUMBERS
"""Numbers of a style code: those and the palette."""

STRIDE = 8
"""Pixels between two positions of the coarsest layer: sides are padded to multiples of this."""

FOLD = 4
"""Pixels that are folded into one position at the start."""

_HALVINGS = STRIDE.bit_length() - 1

_UNSEEN = 1e-4
"""A region whose share is nowhere larger in a tile is not painted there: it would change nothing by a level of 255."""


@dataclass(frozen=True)
class Size:
    """How large a painter is. ``near`` channels at a quarter of the resolution, ``far`` at an eighth, ``tail`` at a
    half; ``near_blocks`` and ``far_blocks`` are residual blocks of two convolutions.
    """

    near: int
    near_blocks: int
    far: int
    far_blocks: int
    tail: int

    @property
    def halo(self) -> int:
        """Pixels that are seen around a tile whose edges lie at multiples of ``STRIDE``.

        Outwards from its edge: head and tail add 1 each at a half, near blocks 2 each and
        ``up`` 1 at a quarter, far blocks 2 each at an eighth, ``down``, ``second`` and ``stem`` 1
        each at a quarter; halving rounds to whole positions.
        """
        near = 1 + 2 * self.near_blocks + 1
        far = -(-near // 2) + 2 * self.far_blocks
        return FOLD * (2 * far + 3)


SIZES = {
    "glaze": Size(near=64, near_blocks=1, far=128, far_blocks=5, tail=32),
    "glaze-live": Size(near=48, near_blocks=0, far=96, far_blocks=2, tail=24),
}


@dataclass(frozen=True)
class Brush:
    """How a painter paints one picture in one style: ``kernels`` by layer, in the types that its layers compute in;
    ``colours`` are the style's.

    Kernels are made for the first tile that is painted: a small picture is painted already when it was measured.
    """

    make: Callable[[], dict[str, Kernel]]
    colours: Palette

    @cached_property
    def kernels(self) -> dict[str, Kernel]:
        return self.make()

    def __call__(self, layer: str, x: Tensor, zoom: float = 1) -> Tensor:
        return self.kernels[layer](x, zoom)


@dataclass(frozen=True)
class RegionalBrush:
    """How a painter paints a picture of several regions: ``kernels`` by layer, and a palette for each region."""

    kernels: dict[str, RegionalKernel]
    colours: Palette

    def only(self, regions: Tensor) -> RegionalBrush:
        """That of some ``regions``, given by their numbers."""
        kernels = {name: kernel.only(regions) for name, kernel in self.kernels.items()}
        return RegionalBrush(
            kernels, Palette(self.colours.mean[regions], self.colours.root[regions])
        )

    def alone(self) -> Brush:
        """The same for a single region, which needs no mixing."""
        return Brush(
            lambda: {name: each.alone() for name, each in self.kernels.items()}, self.colours
        )


class Layer(Protocol):
    """How a modulated layer, found by its name, is computed."""

    def __call__(self, layer: str, x: Tensor, zoom: float = 1, /) -> Tensor: ...


class Painter(nn.Module):
    """Paints pictures as codes say.

    ``dtype`` is what the body computes in; parameters and the last layer are float32 always. Called with pictures, it
    normalises each by its own statistics. A caller with tiles lets :meth:`measure` look at the picture, or at a fair
    sample of it, and then paints any part with the :class:`Brush`.
    """

    def __init__(self, size: Size, *, dtype: torch.dtype = torch.float32) -> None:
        super().__init__()
        self.size = size
        self.dtype = dtype
        near, far = size.near, size.far
        self.stem = convolution(3 * FOLD**2, near)
        self.modulated = nn.ModuleDict()
        self._add("second", near, near)
        self._add("down", near, far, scale=2**0.5)
        for block in range(size.far_blocks):
            self._add(f"far{block}_first", far, far, scale=2**0.5)
            self._add(f"far{block}_second", far, far, scale=0.5)
        self._add("up", far, near)
        for block in range(size.near_blocks):
            self._add(f"near{block}_first", near, near, scale=2**0.5)
            self._add(f"near{block}_second", near, near, scale=0.5)
        self._add("tail", near, size.tail, scale=2**0.5)
        self._add("head", size.tail, 12, normalised=False)
        self._start_without_checkerboard()

    def _add(self, name: str, inputs: int, outputs: int, **kind: Any) -> None:
        self.modulated[name] = ModulatedConvolution(inputs, outputs, code=LEARNT, **kind)

    def _start_without_checkerboard(self) -> None:
        """Let the four pixels of a position start equal. Aitken et al. 2017, arXiv:1707.02937."""
        head = self._layer("head")
        with torch.no_grad():
            for each in (head.weight, *head.from_code.weight.chunk(2)):
                each.copy_(each[::4].repeat_interleave(4, dim=0))

    def _layer(self, name: str) -> ModulatedConvolution:
        layer = self.modulated[name]
        assert isinstance(layer, ModulatedConvolution)
        return layer

    def forward(self, content: Tensor, codes: Tensor) -> Tensor:
        """Each of ``content`` (n, 3, h, w) sRGB 0..1 in the style of its own of ``codes`` (n, CODE).

        As large, sRGB float32, not clipped.
        """

        learnt, colours = _parted(codes)

        def layer(name: str, x: Tensor, zoom: float = 1, /) -> Tensor:
            return cast(Tensor, self._layer(name)(x, learnt, zoom))

        return colours.given(self._paint(content, layer))

    def measure(self, content: Tensor, code: Tensor) -> tuple[Brush, Tensor]:
        """The brush for ``content`` (n, 3, h, w) in the style of ``code`` (1, CODE), and what it paints there.

        The n are parts of one picture and have their statistics together.
        """
        learnt, colours = _parted(code)
        later: dict[str, Callable[[], Kernel]] = {}

        def layer(name: str, x: Tensor, zoom: float = 1, /) -> Tensor:
            found = self._layer(name)
            y, mean, deviation = found.measure(x, learnt, zoom)
            later[name] = partial(found.kernel, learnt, mean, deviation, x.dtype)
            return y

        painted = self._paint(content, layer)
        brush = Brush(lambda: {name: kernel() for name, kernel in later.items()}, colours)
        return brush, colours.given(painted)

    def paint(self, content: Tensor, brush: Brush) -> Tensor:
        """``content`` (n, 3, h, w) as :meth:`measure` would have painted it there."""
        return brush.colours.given(self._paint(content, brush))

    def measure_regions(
        self, content: Tensor, codes: Tensor, weights: Tensor, shares: Tensor | None
    ) -> tuple[Brush | RegionalBrush, Tensor]:
        """As :meth:`measure`, with a style of ``codes`` (regions, CODE) for each region.

        ``weights`` (n, regions, h, w) ≥ 0 say how much each pixel counts in a region's statistics, ``shares``
        (n, regions, h, w), in sum 1, how what regions do is mixed; None for a single region.
        """
        learnt, colours = _parted(codes)
        kernels: dict[str, RegionalKernel] = {}
        mixing = None if shares is None else Shares(_padded(shares), _HALVINGS)
        foreign = None if mixing is None else mixing.foreign(codes)
        counted = Counts(_padded(weights), _HALVINGS, foreign)
        seen = 0.0

        def layer(name: str, x: Tensor, zoom: float = 1, /) -> Tensor:
            nonlocal seen
            if kernels:
                # What the first one is given has no style yet. Steps in all directions add up as variances do.
                seen = math.hypot(seen, content.shape[2] / x.shape[2])
            counts = counted((round(x.shape[2] * zoom), round(x.shape[3] * zoom)), seen)
            y, kernels[name] = self._layer(name).measure_regions(x, learnt, zoom, counts, mixing)
            return y

        painted = self._paint(content, layer)
        brush = RegionalBrush(kernels, colours)
        if shares is None:
            return brush.alone(), colours.given(painted)
        return brush, _mixed(colours, painted, shares)

    def paint_regions(self, content: Tensor, brush: RegionalBrush, shares: Tensor) -> Tensor:
        """``content`` (n, 3, h, w) as :meth:`measure_regions` would have painted it there."""
        present = (shares.amax((0, 2, 3)) > _UNSEEN).nonzero()[:, 0]
        if len(present) < shares.shape[1]:
            brush, shares = brush.only(present), shares[:, present]
            shares = shares / shares.sum(1, keepdim=True)
        if len(present) == 1:
            return self.paint(content, brush.alone())
        mixing = Shares(_padded(shares), _HALVINGS)

        def layer(name: str, x: Tensor, zoom: float = 1, /) -> Tensor:
            return brush.kernels[name](x, zoom, mixing)

        return _mixed(brush.colours, self._paint(content, layer), shares)

    def _paint(self, content: Tensor, layer: Layer) -> Tensor:
        """What is painted, in canonical colours."""
        height, width = content.shape[-2:]
        x = F.pixel_unshuffle(_padded(content - 0.5), FOLD)
        x = x.to(self.dtype).contiguous(memory_format=torch.channels_last)
        seen = layer("second", F.relu_(convolve(self.stem, x)))
        far = F.relu_(layer("down", seen, 0.5))
        for block in range(self.size.far_blocks):
            far = _residual(far, f"far{block}", layer)
        near = seen + layer("up", far, 2)
        for block in range(self.size.near_blocks):
            near = _residual(near, f"near{block}", layer)
        # The largest layers come last: what is not needed any more shall not lie beside them.
        del x, seen, far
        tail = F.relu_(layer("tail", F.relu_(near), 2))
        painted = F.pixel_shuffle(layer("head", tail.float()), 2)
        return painted[..., :height, :width]


class Glaze(nn.Module):
    """Style encoder and painter together, as they are trained."""

    def __init__(self, size: Size, *, dtype: torch.dtype = torch.float32) -> None:
        super().__init__()
        self.encoder = StyleEncoder(LEARNT, dtype=dtype)
        self.painter = Painter(size, dtype=dtype)

    def forward(self, content: Tensor, style: Tensor) -> Tensor:
        """``content`` (n, 3, h, w) in the style of ``style`` (1, 3, h', w'), both sRGB 0..1."""
        painted: Tensor = self.painter(content, self.encoder(style).expand(len(content), -1))
        return painted


def _parted(codes: Tensor) -> tuple[Tensor, Palette]:
    learnt, numbers = torch.split(codes, [LEARNT, NUMBERS], dim=1)
    return learnt, Palette.from_numbers(numbers)


def _padded(x: Tensor) -> Tensor:
    """The edge repeated to the right and below until sides are multiples of ``STRIDE``."""
    return F.pad(x, (0, -x.shape[-1] % STRIDE, 0, -x.shape[-2] % STRIDE), mode="replicate")


def _mixed(colours: Palette, painted: Tensor, shares: Tensor) -> Tensor:
    """``painted`` (n, 3, h, w), in canonical colours, in those that ``colours`` (regions, …) mix to at each pixel by
    ``shares`` (n, regions, h, w).
    """
    found = torch.zeros_like(painted)
    for mean, root, share in zip(colours.mean, colours.root, shares.unbind(1), strict=True):
        found.addcmul_(Palette(mean[None], root[None]).given(painted), share[:, None])
    return found


def _residual(x: Tensor, block: str, layer: Layer) -> Tensor:
    return x + layer(f"{block}_second", F.relu_(layer(f"{block}_first", x)))

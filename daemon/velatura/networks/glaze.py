"""Glaze: any picture's style in one pass, by two small networks of our own.

A style encoder looks at a style once and gives its **code**, ``CODE`` numbers. A painter makes its kernels from the
code and then paints pictures of any size. Codes can be mixed: a weighted mean of them is a blend of styles.

What is known of fast networks for processors decides the shape. All convolutions are dense; none works at full
resolution: pixels are folded into channels (Shi et al. 2016) before the first and after the last. Doubling repeats
pixels and then convolves, which leaves no checkerboard (Odena et al. 2016). One layer alone, the normalisation of the
content's features, needs the whole picture, so that a picture can be painted in tiles with statistics gathered in a
first pass.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from velatura.errors import BadWeights
from velatura.networks.coded_convolution import CodedConvolution, Kernel
from velatura.networks.glaze_encoder import StyleEncoder
from velatura.perception.statistics import EPSILON, MeanStd

State = Mapping[str, Tensor]

CODE = 320
"""Numbers of a style code."""

STRIDE = 8
"""Pixels between two positions of the coarsest layer: sides are padded to multiples of this."""

FOLD = 4
"""Pixels that are folded into one position at the start."""

BEYOND = 0.05
"""How far painted values may lie outside 0..1 before they are clipped: so black and white are within reach."""


@dataclass(frozen=True)
class Size:
    """How large a painter is. ``near`` channels at a quarter of the resolution, ``far`` at an eighth, ``tail`` at a
    half; ``near_blocks`` and ``far_blocks`` are residual blocks of two convolutions; ``rank`` is how many filters of
    a layer the code mixes.
    """

    near: int
    near_blocks: int
    far: int
    far_blocks: int
    tail: int
    rank: int

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
    "glaze": Size(near=64, near_blocks=1, far=128, far_blocks=3, tail=32, rank=48),
    "glaze-live": Size(near=48, near_blocks=0, far=96, far_blocks=2, tail=24, rank=32),
}


@dataclass(frozen=True)
class Brush:
    """A painter's kernels for one style, by layer, in the types that its layers compute in."""

    kernels: dict[str, Kernel]

    def __getitem__(self, layer: str) -> Kernel:
        return self.kernels[layer]


class Painter(nn.Module):
    """Paints pictures with brushes.

    ``dtype`` is what the body computes in; parameters, the normalisation and the last layer are
    float32 always. :meth:`paint` does all at once. A caller with tiles uses the steps:
    :meth:`features` of each tile, their statistics over the whole picture, then :meth:`decode`.
    """

    def __init__(self, size: Size, *, dtype: torch.dtype = torch.float32) -> None:
        super().__init__()
        self.size = size
        self.dtype = dtype
        near, far, rank = size.near, size.far, size.rank
        self.stem = _convolution(3 * FOLD**2, near)
        self.second = _convolution(near, near)
        self.coded = nn.ModuleDict()
        self._code("down", near, far, rank, scale=2**0.5)
        for block in range(size.far_blocks):
            self._code(f"far{block}_first", far, far, rank, scale=2**0.5)
            self._code(f"far{block}_second", far, far, rank, scale=0.5)
        self._code("up", far, near, rank)
        for block in range(size.near_blocks):
            self._code(f"near{block}_first", near, near, rank, scale=2**0.5)
            self._code(f"near{block}_second", near, near, rank, scale=0.5)
        self._code("tail", near, size.tail, rank, scale=2**0.5)
        self._code("head", size.tail, 12, -(-rank // 4), scale=0.5)
        self._start_without_checkerboard()

    def _code(self, name: str, inputs: int, outputs: int, rank: int, *, scale: float = 1.0) -> None:
        self.coded[name] = CodedConvolution(inputs, outputs, code=CODE, rank=rank, scale=scale)

    def _start_without_checkerboard(self) -> None:
        """Let the four pixels of a position start equal. Aitken et al. 2017, arXiv:1707.02937."""
        head = self.coded["head"]
        assert isinstance(head, CodedConvolution)
        with torch.no_grad():
            gains, _, biases = torch.split(head.from_code.weight, head.sizes)
            for each in (head.weight, head.mixing, gains, biases):
                each.copy_(each[::4].repeat_interleave(4, dim=0))

    def brush(self, code: Tensor) -> Brush:
        """The kernels for ``code``, (1, CODE): made once, used for every tile."""
        return self.brushes(code)[0]

    def brushes(self, codes: Tensor) -> list[Brush]:
        """A brush for each of ``codes``, (n, CODE)."""
        made: dict[str, list[Kernel]] = {}
        for name, layer in self.coded.items():
            assert isinstance(layer, CodedConvolution)
            made[name] = layer.kernels(codes, torch.float32 if name == "head" else self.dtype)
        return [
            Brush({name: kernels[style] for name, kernels in made.items()})
            for style in range(len(codes))
        ]

    def features(self, content: Tensor) -> Tensor:
        """What the painter sees of ``content`` (n, 3, h, w) sRGB 0..1, before any style.

        (n, near, 2⌈h/8⌉, 2⌈w/8⌉) float32. The edge is repeated to the right and below until the
        sides are multiples of 8.
        """
        height, width = content.shape[-2:]
        x = F.pad(content - 0.5, (0, -width % STRIDE, 0, -height % STRIDE), mode="replicate")
        x = F.pixel_unshuffle(x, FOLD).to(self.dtype).contiguous(memory_format=torch.channels_last)
        x = F.relu_(_convolve(self.stem, x))
        return _convolve(self.second, x).float()

    def statistics(self, content: Tensor) -> MeanStd:
        """Mean and deviation of the features of each of ``content``, (n, near, 1, 1): all that needs
        a whole picture.
        """
        return mean_std(self.features(content))

    def paint(self, content: Tensor, statistics: MeanStd, code: Tensor) -> Tensor:
        """``content`` (n, 3, h, w) in the style of ``code`` (1, CODE): as large, sRGB float32,
        not clipped: −0.05..1.05.
        """
        painted = self.decode(self.features(content), statistics, self.brush(code))
        return painted[..., : content.shape[-2], : content.shape[-1]]

    def decode(self, features: Tensor, statistics: MeanStd, brush: Brush) -> Tensor:
        """The picture of ``features`` (n, near, h, w): (n, 3, 4h, 4w) sRGB float32, −0.05..1.05."""
        seen = ((features - statistics.mean) / statistics.std).to(self.dtype)
        far = F.relu_(brush["down"](seen, stride=2))
        for block in range(self.size.far_blocks):
            inner = F.relu_(brush[f"far{block}_first"](far))
            far = far + brush[f"far{block}_second"](inner)
        near = seen + brush["up"](_doubled(far))
        for block in range(self.size.near_blocks):
            inner = F.relu_(brush[f"near{block}_first"](near))
            near = near + brush[f"near{block}_second"](inner)
        tail = F.relu_(brush["tail"](_doubled(F.relu(near))))
        painted = torch.sigmoid(brush["head"](tail.float()))
        return F.pixel_shuffle(painted * (1 + 2 * BEYOND) - BEYOND, 2)


class Glaze(nn.Module):
    """Style encoder and painter together, as they are trained."""

    def __init__(self, size: Size, *, dtype: torch.dtype = torch.float32) -> None:
        super().__init__()
        self.encoder = StyleEncoder(CODE, dtype=dtype)
        self.painter = Painter(size, dtype=dtype)

    def forward(self, content: Tensor, style: Tensor) -> Tensor:
        """``content`` (n, 3, h, w) in the style of ``style`` (1, 3, h', w'), both sRGB 0..1."""
        painted: Tensor = self.painter.paint(
            content, self.painter.statistics(content), self.encoder(style)
        )
        return painted


def mean_std(features: Tensor) -> MeanStd:
    """Statistics of each of ``features`` (n, channels, h, w) over its positions."""
    deviation, mean = torch.var_mean(features, (2, 3), correction=0, keepdim=True)
    return MeanStd(mean, (deviation + EPSILON).sqrt())


def size_of(state: State) -> str | None:
    """The name of the size whose painter ``state`` holds, or None."""
    found = {
        name.removeprefix("painter."): tuple(tensor.shape)
        for name, tensor in state.items()
        if name.startswith("painter.")
    }
    for name, size in SIZES.items():
        with torch.device("meta"):
            expected = Painter(size).state_dict()
        if found == {key: tuple(tensor.shape) for key, tensor in expected.items()}:
            return name
    return None


def load_painter(state: State, *, dtype: torch.dtype = torch.float32) -> Painter:
    """The painter of ``state``, frozen. Raises :class:`BadWeights` when it holds none."""
    size = size_of(state)
    if size is None:
        raise BadWeights("These weights are not a painter of the engine glaze.")
    painter = Painter(SIZES[size], dtype=dtype)
    _fill(painter, state, "painter.")
    return painter


def load_encoder(state: State, *, dtype: torch.dtype = torch.float32) -> StyleEncoder:
    """The style encoder of ``state``, frozen. Raises :class:`BadWeights` when it holds none."""
    encoder = StyleEncoder(CODE, dtype=dtype)
    try:
        _fill(encoder, state, "encoder.")
    except RuntimeError as error:
        raise BadWeights("These weights are not a style encoder of the engine glaze.") from error
    return encoder


def _fill(module: nn.Module, state: State, prefix: str) -> None:
    module.load_state_dict(
        {
            name.removeprefix(prefix): tensor.float()
            for name, tensor in state.items()
            if name.startswith(prefix)
        }
    )
    module.requires_grad_(False)
    module.eval()


def _convolution(inputs: int, outputs: int) -> nn.Conv2d:
    layer = nn.Conv2d(inputs, outputs, 3, padding=1)
    nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
    assert layer.bias is not None
    nn.init.zeros_(layer.bias)
    return layer


def _convolve(layer: nn.Conv2d, x: Tensor) -> Tensor:
    assert layer.bias is not None
    weight = layer.weight.to(x.dtype).contiguous(memory_format=torch.channels_last)
    return F.conv2d(x, weight, layer.bias.to(x.dtype), padding=1)


def _doubled(x: Tensor) -> Tensor:
    return F.interpolate(x, scale_factor=2, mode="nearest")

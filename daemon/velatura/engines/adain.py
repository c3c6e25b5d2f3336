"""Adaptive instance normalisation: any picture's style in one pass. Huang & Belongie 2017."""

from __future__ import annotations

from dataclasses import dataclass

import torch.nn.functional as F
from pydantic import Field
from torch import Tensor

from velatura.engines.engine import Descriptor, EngineParams, FeedForward
from velatura.engines.fingerprint import fingerprint
from velatura.engines.run import Run
from velatura.engines.scene import Scene, Style
from velatura.engines.style_pictures import style_size_knob, style_tensor
from velatura.engines.tensors import (
    ContentTile,
    alpha_tensor,
    content_tiles,
    tile_plan,
)
from velatura.engines.weights import ensure
from velatura.errors import BadRequest
from velatura.imaging.raster import Raster
from velatura.library.catalogue import ADAIN_PAIR
from velatura.library.weights import read_state
from velatura.networks import adain_decoder
from velatura.networks.adain_decoder import AdaINDecoder
from velatura.perception import vgg_layouts
from velatura.perception.statistics import MeanStd, Moments, mean_std, merge, mix, moments
from velatura.perception.vgg import VGG19

STRIDE = 8
"""Pixels between two positions of relu4_1: three poolings."""

HALO = 62
"""Radius of the receptive field of encoder and decoder together, in pixels.

Outwards from the edge of a tile that starts at a multiple of 8: the decoder's convolutions add 2 at
full size, 2 at half, 4 at a quarter, 1 at an eighth, the encoder's 1, 4, 2 and 2 back again;
doubling and pooling round to whole cells. Left and top: 2 → 3/2 → 6/4 → 4/8 → 5/8 → 14/4 → 30/2 →
62 pixels; right and bottom take two fewer."""


@dataclass(frozen=True)
class Networks:
    """The encoder and decoder of one pair; ``identity`` is the encoder file's SHA-256."""

    encoder: VGG19
    decoder: AdaINDecoder
    identity: str

    def encode(self, picture: Tensor) -> Tensor:
        """relu4_1 of ``picture`` (1, 3, h, w): (1, 512, ⌈h/8⌉, ⌈w/8⌉) float32."""
        layer = ADAIN_PAIR.layer
        features: dict[str, Tensor] = self.encoder(picture, (layer,))
        return features[layer]

    def decode(self, features: Tensor) -> Tensor:
        """The picture of ``features``: (1, 3, 8h, 8w) sRGB 0..1 float32."""
        picture: Tensor = self.decoder(features)
        return picture.clamp(0, 1)


@dataclass(frozen=True)
class Shift:
    """AdaIN as one multiplication and addition per channel, both (1, channels, 1, 1)."""

    scale: Tensor
    offset: Tensor

    def __call__(self, features: Tensor) -> Tensor:
        return features * self.scale + self.offset


def adain(content: MeanStd, style: MeanStd, alpha: float = 1.0) -> Shift:
    """Eq. 8, σ(y)(x − μ(x)) / σ(x) + μ(y), and the trade-off of eq. 14, (1 − α) x + α AdaIN(x, y).

    ``content`` and ``style`` are the statistics of x and y; the result is applied to x. α is 0..1.
    """
    scale = style.std / content.std
    return Shift(alpha * scale + (1 - alpha), alpha * (style.mean - scale * content.mean))


@dataclass(frozen=True)
class Prepared:
    """``features`` are the content's, (1, 512, h/8, w/8), when it is a single tile, else None."""

    networks: Networks
    shift: Shift
    features: Tensor | None


class AdaINParams(EngineParams):
    """Knobs of AdaIN."""

    style_size: int = style_size_knob()
    alpha: float = Field(
        1.0,
        ge=0.0,
        le=1.0,
        title="Trade-off",
        description="How far the content's features move to the style's: 0 rebuilds the content.",
    )


class AdaIN(FeedForward[AdaINParams, Prepared]):
    """Give the content's features the mean and deviation of the style's. Huang & Belongie 2017."""

    descriptor = Descriptor(
        name="adain",
        title="AdaIN",
        summary="Any picture as a style, in one pass: colours and texture, large shapes kept.",
        source="arXiv:1703.06868",
        tiles=True,
        halo=HALO,
        multiple=STRIDE,
        least=2 * STRIDE,
        deterministic="close",
        weights=(ADAIN_PAIR.encoder, ADAIN_PAIR.decoder),
    )
    Params = AdaINParams

    def prepare(self, scene: Scene, params: AdaINParams, run: Run) -> Prepared:
        """Style codes mixed by weight, and the content's statistics over all of its tiles.

        Mixing statistics is eq. 15, which mixes features, since eq. 8 is linear in them. Hidden
        pixels count neither in a style nor in the content.
        """
        networks = run.model("adain", lambda: load_networks(run))
        style = mix(
            (style.weight, _style_code(style, params.style_size, networks, run))
            for style in scene.styles
        )
        content, features = _content_statistics(scene, networks, run)
        # A content that nobody sees has no statistics; as little is changed as can be.
        code = mean_std(content, run.device) if content.count else style
        return Prepared(networks, adain(code, style, params.alpha), features)

    def apply(self, tile: ContentTile, prepared: Prepared, run: Run) -> Tensor:
        """Decode the shifted features of ``tile``. Eq. 9 and 10."""
        features = prepared.features
        if features is None:
            features = prepared.networks.encode(tile.tensor)
        return prepared.networks.decode(prepared.shift(features))


def load_networks(run: Run) -> Networks:
    """The pair on ``run.device``, fetched first where it is missing.

    Pooling keeps odd rows and padding reflects, as in the network that the decoder was trained on.
    Raises :class:`~velatura.errors.WeightsMissing` and :class:`~velatura.errors.BadWeights`.
    """
    encoder, decoder = (ensure(name, run) for name in (ADAIN_PAIR.encoder, ADAIN_PAIR.decoder))
    convolutions = vgg_layouts.load(read_state(encoder.path), until=ADAIN_PAIR.layer)
    return Networks(
        VGG19(convolutions, padding="reflect", ceil=True, dtype=run.dtype).to(run.device),
        adain_decoder.load(read_state(decoder.path), dtype=run.dtype).to(run.device),
        encoder.sha256,
    )


def _style_code(style: Style, size: int, networks: Networks, run: Run) -> MeanStd:
    picture = style.picture
    if picture is None:
        raise BadRequest("AdaIN takes pictures as styles.", hint="Give a picture as the style.")
    content = fingerprint(picture, style.mask)
    return run.remember(
        f"adain {networks.identity} {size} {content}",
        lambda: _encode_style(picture, style.mask, size, networks, run),
    )


def _encode_style(
    picture: Raster, mask: Raster | None, size: int, networks: Networks, run: Run
) -> MeanStd:
    tensor, weights = style_tensor(picture, mask, size, run)
    cells = None if weights is None else _per_cell(weights)
    return mean_std(moments(networks.encode(tensor), cells), run.device)


def _content_statistics(
    scene: Scene, networks: Networks, run: Run
) -> tuple[Moments, Tensor | None]:
    """Statistics of the whole content, and its features when it is a single tile."""
    if scene.content is None:
        raise BadRequest("AdaIN needs a picture to paint over.")
    count = len(tile_plan(scene.content.width, scene.content.height, AdaIN.descriptor))
    parts: list[Moments] = []
    features = None
    for done, tile in enumerate(content_tiles(scene, run, AdaIN.descriptor), 1):
        features = networks.encode(tile.tensor)
        parts.append(moments(_core(features, tile), _visibility(scene.content, tile, run)))
        run.step(done, count, phase="look")
    return merge(parts), features if count == 1 else None


def _core(features: Tensor, tile: ContentTile) -> Tensor:
    """The features of the cells that start in the tile's core: every cell is in one tile."""
    rows, columns = (slice(side.start // STRIDE, -(-side.stop // STRIDE)) for side in tile.core)
    return features[:, :, rows, columns]


def _visibility(content: Raster, tile: ContentTile, run: Run) -> Tensor | None:
    if not content.has_alpha:
        return None
    core = tile.tile.core
    return _per_cell(alpha_tensor(content.crop(core.x0, core.y0, core.x1, core.y1), run))


def _per_cell(weights: Tensor) -> Tensor:
    """Means over the cells of relu4_1: (1, 1, h, w) to (1, 1, ⌈h/8⌉, ⌈w/8⌉)."""
    return F.avg_pool2d(weights, STRIDE, ceil_mode=True)

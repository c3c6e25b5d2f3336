"""Adaptive instance normalisation: any picture's style in one pass. Huang & Belongie 2017."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from pydantic import Field
from torch import Tensor

from velatura.contract.engine import Descriptor, EngineParams, FeedForward
from velatura.contract.run import Run
from velatura.contract.scene import Region, Scene, Style
from velatura.contract.tile import ContentTile
from velatura.errors import BadRequest
from velatura.library.catalogue import ADAIN_PAIR
from velatura.library.weights import read_state
from velatura.networks import adain_decoder
from velatura.networks.adain_decoder import AdaINDecoder
from velatura.perception import vgg_layouts
from velatura.perception.statistics import MeanStd, Moments, mean_std, merge, mix, moments
from velatura.perception.vgg import VGG19
from velatura.pipeline.regions import counting
from velatura.pipeline.style_input import USUAL_SIDE, style_key, style_tensor, tell_enlarged
from velatura.pipeline.tensors import content_tiles, tile_plan
from velatura.runtime.model_files import ensure

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
    """AdaIN as one multiplication and addition per channel, both (regions, channels, 1, 1)."""

    scale: Tensor
    offset: Tensor

    def __call__(self, features: Tensor, shares: Tensor | None = None) -> Tensor:
        """``features`` (1, channels, h, w) shifted; each position by the mixture that ``shares`` (1, regions, h, w), in
        sum 1, say. None for a single region.
        """
        if shares is None:
            return features * self.scale + self.offset
        scale, offset = (
            torch.einsum("nrhw,rc->nchw", shares, each[:, :, 0, 0])
            for each in (self.scale, self.offset)
        )
        return features * scale + offset


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

    alpha: float = Field(
        1.0,
        ge=0.0,
        le=1.0,
        title="Amount of style",
        description="0 is the photo as the network rebuilds it, 1 is the full style. (The paper's α.)",
    )


class AdaIN(FeedForward[AdaINParams, Prepared]):
    """Give the content's features the mean and deviation of the style's. Huang & Belongie 2017."""

    descriptor = Descriptor(
        name="adain",
        rank=40,
        preview="glaze-live",
        title="AdaIN",
        purpose="Fast, an earlier method",
        summary="Any picture as a style, in one pass, with one slider from the photo to the style. "
        "Its networks are downloaded once (94 MB).",
        source="arXiv:1703.06868",
        regions="native",
        tiles=True,
        halo=HALO,
        native_side=USUAL_SIDE,
        multiple=STRIDE,
        least=2 * STRIDE,
        deterministic="close",
        weights=(ADAIN_PAIR.encoder, ADAIN_PAIR.decoder),
    )
    Params = AdaINParams

    def prepare(self, scene: Scene, params: AdaINParams, run: Run) -> Prepared:
        """Style codes mixed by weight, and the content's statistics over all of its tiles; a region's own where there
        are masks.

        Mixing statistics is eq. 15, which mixes features, since eq. 8 is linear in them. Hidden
        pixels count neither in a style nor in the content.
        """
        networks = run.model("adain", lambda: load_networks(run))
        content, features = _content_statistics(scene, networks, run)
        shifts = [
            _shift(region, statistics, params, scene, networks, run)
            for region, statistics in zip(scene.regions, content, strict=True)
        ]
        together = Shift(
            torch.cat([shift.scale for shift in shifts]),
            torch.cat([shift.offset for shift in shifts]),
        )
        return Prepared(networks, together, features)

    def apply(self, tile: ContentTile, prepared: Prepared, run: Run) -> Tensor:
        """Decode the shifted features of ``tile``. Eq. 9 and 10."""
        features = prepared.features
        if features is None:
            features = prepared.networks.encode(tile.tensor)
        shares = None if tile.shares is None else _per_cell(tile.shares)
        return prepared.networks.decode(prepared.shift(features, shares))


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


def _shift(
    region: Region,
    statistics: Moments,
    params: AdaINParams,
    scene: Scene,
    networks: Networks,
    run: Run,
) -> Shift:
    """What AdaIN does in ``region``, where the content has ``statistics``."""
    style = mix((style.weight, _style_code(style, scene, networks, run)) for style in region.styles)
    # A content that nobody sees has no statistics; as little is changed as can be.
    code = mean_std(statistics, run.device) if statistics.count else style
    return adain(code, style, params.alpha)


def _style_code(style: Style, scene: Scene, networks: Networks, run: Run) -> MeanStd:
    size = scene.style_side(style, USUAL_SIDE)
    tell_enlarged(style, size, run)
    return run.remember(
        f"adain {networks.identity} {style_key(style, size)}",
        lambda: _encode_style(style, size, networks, run),
    )


def _encode_style(style: Style, size: int, networks: Networks, run: Run) -> MeanStd:
    tensor, weights = style_tensor(style, size, run)
    cells = None if weights is None else _per_cell(weights)
    return mean_std(moments(networks.encode(tensor), cells), run.device)


def _content_statistics(
    scene: Scene, networks: Networks, run: Run
) -> tuple[list[Moments], Tensor | None]:
    """Statistics of the whole content for each region, and its features when it is a single tile."""
    if scene.content is None:
        raise BadRequest("AdaIN needs a picture to paint over.")
    count = len(tile_plan(scene.content.width, scene.content.height, AdaIN.descriptor))
    parts: list[list[Moments]] = []
    features = None
    for done, tile in enumerate(content_tiles(scene, run, AdaIN.descriptor), 1):
        features = networks.encode(tile.tensor)
        cells = _core(features, tile)
        parts.append([moments(cells, weights) for weights in _weights(scene, tile, run)])
        run.step(done, count, phase="look")
    whole = [merge(region) for region in zip(*parts, strict=True)]
    return whole, features if count == 1 else None


def _core(features: Tensor, tile: ContentTile) -> Tensor:
    """The features of the cells that start in the tile's core: every cell is in one tile."""
    rows, columns = (slice(side.start // STRIDE, -(-side.stop // STRIDE)) for side in tile.core)
    return features[:, :, rows, columns]


def _weights(scene: Scene, tile: ContentTile, run: Run) -> list[Tensor | None]:
    """How much each cell of the tile's core counts for each region, (1, 1, h, w) each; None where all do alike."""
    core = tile.tile.core
    weights = counting(scene, core, (core.height, core.width), run)
    return [None] if weights is None else list(torch.split(_per_cell(weights), 1, dim=1))


def _per_cell(weights: Tensor) -> Tensor:
    """Means over the cells of relu4_1: (1, n, h, w) to (1, n, ⌈h/8⌉, ⌈w/8⌉)."""
    return F.avg_pool2d(weights, STRIDE, ceil_mode=True)


ENGINE = AdaIN

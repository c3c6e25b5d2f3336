"""Velatura's own engine: any picture's style in one pass, with weights that are there from the start.

A style becomes a code of a few hundred numbers; the painter's layers are normalised and then scaled and shifted as the
code says (Ghiasi et al. 2017). ``docs/training.md`` tells how the weights were made.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor

from velatura.engines.engine import Descriptor, EngineParams, FeedForward
from velatura.engines.fingerprint import fingerprint
from velatura.engines.run import Run
from velatura.engines.samples import fair_sample
from velatura.engines.scene import Scene, Style
from velatura.engines.style_pictures import style_size_knob, style_tensor
from velatura.engines.tensors import ContentTile, tile_plan
from velatura.errors import BadRequest
from velatura.imaging.raster import Raster
from velatura.library import assets, codes
from velatura.library.checksums import remembered_sha256
from velatura.library.weights import read_state
from velatura.networks.glaze import SIZES, STRIDE, Brush, Painter, load_encoder, load_painter
from velatura.networks.glaze_encoder import StyleEncoder


@dataclass(frozen=True)
class Prepared:
    """``painted`` is the picture, (1, 3, h, w), where it is painted already, else None."""

    painter: Painter
    brush: Brush
    painted: Tensor | None


class GlazeParams(EngineParams):
    """Knobs of Glaze."""

    style_size: int = style_size_knob()


class CodePainting(FeedForward[GlazeParams, Prepared]):
    """What both sizes of the engine do; ``descriptor.name`` is the painter's size."""

    Params = GlazeParams

    def prepare(self, scene: Scene, params: GlazeParams, run: Run) -> Prepared:
        """The styles' codes mixed by weight, and a brush with the content's statistics.

        A small picture is painted on the way. Hidden pixels count neither in a style nor in the content.
        """
        name = self.descriptor.name
        painter: Painter = run.model(name, lambda: _painter(name, run))
        total = sum(style.weight for style in scene.styles)
        code = torch.stack(
            [style.weight / total * _code(style, params.style_size, run) for style in scene.styles]
        ).sum(0)
        content = scene.content
        if content is None:
            raise BadRequest(f"The engine {name} needs a picture to paint over.")
        seen, weights = fair_sample(content, run, self.descriptor)
        brush, painted = painter.measure(seen, code, weights)
        tiles = tile_plan(content.width, content.height, self.descriptor)
        # Coarser types round a normalised layer and a convolution with statistics folded in differently: there
        # the brush paints, so that a picture does not depend on how it is cut.
        whole = len(seen) == len(tiles) == 1 and painter.dtype == torch.float32
        return Prepared(painter, brush, painted if whole else None)

    def apply(self, tile: ContentTile, prepared: Prepared, run: Run) -> Tensor:
        """Paint ``tile`` with the brush, or hand out what is painted."""
        painted = prepared.painted
        if painted is None:
            painted = prepared.painter.paint(tile.tensor, prepared.brush)
        return painted.clamp(0, 1)


class Glaze(CodePainting):
    """The larger painter."""

    descriptor = Descriptor(
        name="glaze",
        title="Glaze",
        summary="Any picture as a style, at once and without a download.",
        source="arXiv:1705.06830, arXiv:1703.06868",
        styles=("picture", "code"),
        tiles=True,
        halo=SIZES["glaze"].halo,
        multiple=STRIDE,
        least=2 * STRIDE,
        deterministic="close",
    )


@cache
def encoder_identity() -> str:
    """SHA-256 of the weights whose codes the painters understand."""
    return remembered_sha256(assets.weights("glaze"))


def encode(picture: Raster, mask: Raster | None, size: int, run: Run) -> Tensor:
    """The code of ``picture`` with a short side of ``size`` pixels, (1, CODE).

    ``mask`` (one channel, the picture's size) limits it to a part. Raises :class:`BadPicture` when
    there is nothing to see.
    """
    encoder: StyleEncoder = run.model("glaze encoder", lambda: _encoder(run))
    tensor, weights = style_tensor(picture, mask, size, run)
    code: Tensor = encoder(tensor, weights)
    return code


def _code(style: Style, size: int, run: Run) -> Tensor:
    if style.code is not None:
        code, said = codes.read(style.code)
        if said.encoder != encoder_identity():
            raise BadRequest(
                f"The code of “{said.title}” was made by another encoder.",
                hint="Make it again from its picture with `velatura styles code`.",
            )
        return code.to(run.device)
    picture = style.picture
    if picture is None:
        raise BadRequest(
            "Glaze takes pictures and codes as styles.", hint="Give a picture as the style."
        )
    key = f"glaze {encoder_identity()} {size} {fingerprint(picture, style.mask)}"
    return run.remember(key, lambda: encode(picture, style.mask, size, run))


def _painter(name: str, run: Run) -> Painter:
    return load_painter(read_state(assets.weights(name)), dtype=run.dtype).to(run.device)


def _encoder(run: Run) -> StyleEncoder:
    return load_encoder(read_state(assets.weights("glaze")), dtype=run.dtype).to(run.device)

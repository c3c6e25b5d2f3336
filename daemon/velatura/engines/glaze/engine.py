"""Velatura's own engine: any picture's style in one pass, with weights that are there from the start.

A style becomes a code of a few hundred numbers; the painter's layers are normalised and then scaled and shifted as the
code says (Ghiasi et al. 2017). ``docs/explanation/training.md`` tells how the weights were made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

import torch
import torch.nn.functional as F
from pydantic import Field
from torch import Tensor

from velatura.contract.engine import Descriptor, EngineParams, FeedForward
from velatura.contract.run import Run
from velatura.contract.scene import Region, Scene, Style
from velatura.contract.tile import ContentTile
from velatura.engines.glaze import code_optimisation
from velatura.engines.glaze.grain import grained
from velatura.errors import BadRequest
from velatura.imaging.raster import Raster
from velatura.library import assets, codes
from velatura.library.checksums import remembered_sha256
from velatura.library.weights import read_state
from velatura.networks.glaze import (
    SIZES,
    STRIDE,
    Brush,
    Painter,
    RegionalBrush,
)
from velatura.networks.glaze_encoder import StyleEncoder
from velatura.networks.glaze_weights import load_encoder, load_painter
from velatura.pipeline.sampling import THIN, USUAL, Sample, Spread, fair_sample
from velatura.pipeline.style_input import USUAL_SIDE, style_key, style_tensor, tell_enlarged
from velatura.pipeline.tensors import picture_tensor, tile_plan
from velatura.runtime.cache_keys import fingerprint

MARGIN = STRIDE
"""Rows above a picture that are painted, too, and cut off. Painters put short stripes and spots of strong colour along
the upper edge of what shows little: there they do no harm.
"""


@dataclass(frozen=True)
class Prepared:
    """``painted`` is the picture, (1, 3, h, w), where it is painted already, else None; ``grain`` is in levels
    of 255, ``codes`` are the regions', (regions, CODE), of styles looked at with ``sides``.
    """

    painter: Painter
    brush: Brush | RegionalBrush
    grain: float
    codes: Tensor
    sides: tuple[int, ...]
    painted: Tensor | None


class PaintingParams(EngineParams):
    """What both sizes of the engine let one choose."""

    grain: float = Field(
        1.0,
        ge=0.0,
        le=8.0,
        title="Grain",
        description="Grain added where the picture is flat, so that plain fills and clear skies get "
        "strokes too. In levels of 255: 1 is invisible, and enough for most pictures. "
        "Off leaves them flat.",
        json_schema_extra={"unit": "levels", "zero": "Off"},
    )


class GlazeParams(PaintingParams):
    """How much is done for a picture beyond one pass."""

    polish: int = Field(
        0,
        ge=0,
        le=100,
        title="Polish",
        description="Steps that fit the style to this particular picture: 24 bring the strokes "
        "closer to the style's and keep more of what the picture shows. Each takes about "
        "half a second, once per picture and style. Needs the style's picture and the "
        "network VGG-19, which is downloaded once (80 MB).",
        json_schema_extra={"unit": "steps", "zero": "Off"},
    )


PaintingParamsT = TypeVar("PaintingParamsT", bound=PaintingParams)


class CodePainting(FeedForward[PaintingParamsT, Prepared]):
    """What both sizes of the engine do; ``descriptor.name`` is the painter's size."""

    def prepare(self, scene: Scene, params: PaintingParamsT, run: Run) -> Prepared:
        """The styles' codes mixed by weight in each region, and a brush with the content's statistics, a region's own
        where there are masks.

        A small picture is painted on the way. Hidden pixels count neither in a style nor in the content.
        """
        return self._measured(scene, params, run, USUAL)

    def prepare_finer(
        self, scene: Scene, coarser: Any, params: PaintingParamsT, run: Run
    ) -> Prepared:
        """As :meth:`prepare`, with statistics of fewer pixels."""
        return self._measured(scene, params, run, THIN)

    def _measured(
        self, scene: Scene, params: PaintingParamsT, run: Run, spread: Spread
    ) -> Prepared:
        sample = fair_sample(scene, run, self.descriptor, spread)
        codes = self.codes(scene, sample, params, run)
        return self._prepared(scene, sample, codes, params, run)

    def _prepared(
        self, scene: Scene, sample: Sample, codes: Tensor, params: PaintingParamsT, run: Run
    ) -> Prepared:
        painter = load(self.descriptor.name, run)
        small = len(sample.seen) == 1
        rows = MARGIN if small else 0
        seen = with_margin(grained(sample.seen, sample.boxes, params.grain), rows)
        brush: Brush | RegionalBrush
        if sample.weights is None:
            brush, painted = painter.measure(seen, codes)
        else:
            weights = with_margin(sample.weights, rows)
            shares = None if sample.shares is None else with_margin(sample.shares, rows)
            brush, painted = painter.measure_regions(seen, codes, weights, shares)
        content = scene.content
        assert content is not None
        tiles = tile_plan(content.width, content.height, self.descriptor)
        kept = painted[..., rows:, :] if small and len(tiles) == 1 else None
        return Prepared(painter, brush, params.grain, codes, _sides(scene), kept)

    def codes(self, scene: Scene, sample: Sample, params: PaintingParamsT, run: Run) -> Tensor:
        """A code for each region, (regions, CODE)."""
        return torch.cat([_mixture(region, scene, run) for region in scene.regions])

    def apply(self, tile: ContentTile, prepared: Prepared, run: Run) -> Tensor:
        """Paint ``tile`` with the brush, or hand out what is painted."""
        painted, brush, painter = prepared.painted, prepared.brush, prepared.painter
        if painted is None:
            rows = MARGIN if tile.tile.outer.y0 == 0 else 0
            seen = with_margin(grained(tile.tensor, [tile.tile.outer], prepared.grain), rows)
            if isinstance(brush, RegionalBrush):
                assert tile.shares is not None, "several regions, and nobody says where"
                painted = painter.paint_regions(seen, brush, with_margin(tile.shares, rows))
            else:
                painted = painter.paint(seen, brush)
            painted = painted[..., rows:, :]
        return painted.clamp(0, 1)


class Glaze(CodePainting[GlazeParams]):
    """The larger painter."""

    descriptor = Descriptor(
        name="glaze",
        title="Glaze",
        purpose="Fast",
        summary="Any picture as a style, in one pass and without a download. The one to start with.",
        source="arXiv:1705.06830, arXiv:1703.06868",
        styles=("picture", "code"),
        rank=10,
        duration="instant",
        preview="glaze-live",
        phases={"polish": "Polishing the style"},
        regions="native",
        tiles=True,
        halo=SIZES["glaze"].halo,
        native_side=USUAL_SIDE,
        memory=512,
        multiple=STRIDE,
        least=2 * STRIDE,
        deterministic="close",
    )
    Params = GlazeParams

    def handed_on(self, prepared: Prepared) -> tuple[Tensor, tuple[int, ...]]:
        """The codes, and the sides that styles were looked at with."""
        return prepared.codes, prepared.sides

    def prepare_finer(
        self,
        scene: Scene,
        coarser: tuple[Tensor, tuple[int, ...]],
        params: GlazeParams,
        run: Run,
    ) -> Prepared:
        """Codes are polished once, for the picture as a whole."""
        if not params.polish:
            return super().prepare_finer(scene, coarser, params, run)
        codes, sides = coarser
        if _sides(scene) != sides:
            return self.prepare(scene, params, run)
        sample = fair_sample(scene, run, self.descriptor, THIN)
        return self._prepared(scene, sample, codes, params, run)

    def codes(self, scene: Scene, sample: Sample, params: GlazeParams, run: Run) -> Tensor:
        """A code for each region, (regions, CODE), polished on that region where that is wished."""
        codes = super().codes(scene, sample, params, run)
        if not params.polish:
            return codes
        shown = fingerprint(scene.content, *(region.mask for region in scene.regions))
        return torch.cat(
            [
                _polished(codes[[number]], number, scene, sample, shown, params.polish, run)
                for number in range(len(codes))
            ]
        )


def with_margin(planes: Tensor, rows: int = MARGIN) -> Tensor:
    """``planes`` (n, c, h, w), h above ``rows``, mirrored above their upper edge: (n, c, rows + h, w)."""
    return F.pad(planes, (0, 0, rows, 0), mode="reflect") if rows else planes


def load(size: str, run: Run) -> Painter:
    """The painter of ``size``, one of ``SIZES``, kept warm."""

    def build() -> Painter:
        run.reads(size, remembered_sha256(assets.weights(size)))
        return load_painter(read_state(assets.weights(size)), dtype=run.dtype).to(run.device)

    painter: Painter = run.model(size, build)
    return painter


@cache
def encoder_identity() -> str:
    """SHA-256 of the weights whose codes the painters understand."""
    return remembered_sha256(assets.weights("glaze-encoder"))


def encode(style: Style, size: int, run: Run) -> Tensor:
    """The code of a style that is a picture, looked at with a short side of ``size`` pixels, (1, CODE).

    Raises :class:`BadPicture` when there is nothing to see.
    """
    encoder: StyleEncoder = run.model("glaze encoder", lambda: _encoder(run))
    tensor, weights = style_tensor(style, size, run)
    code: Tensor = encoder(tensor, weights)
    return code


def encode_polished(style: Style, size: int, photos: Sequence[Raster], run: Run) -> Tensor:
    """The code of :func:`encode` at its best on ``photos``, as
    :func:`~velatura.engines.glaze.code_optimisation.polish` finds it.
    """
    code = encode(style, size, run)
    tensors = [picture_tensor(photo, run, short=USUAL_SIDE) for photo in photos]
    pictures = code_optimisation.parts(tensors, [None] * len(tensors))
    return code_optimisation.polish(
        code, [(style, size)], pictures, load("glaze", run), code_optimisation.STEPS, run
    )


def _polished(
    code: Tensor, number: int, scene: Scene, sample: Sample, shown: str, steps: int, run: Run
) -> Tensor:
    """The ``code`` of a scene's region at its best for what that region shows; remembered by the scene's content and
    masks, which ``shown`` identifies, and the region's styles.
    """
    styles = [
        (style, scene.style_side(style, USUAL_SIDE)) for style in scene.regions[number].styles
    ]
    if any(style.picture is None for style, _ in styles):
        run.note("A style code cannot be polished: it does not contain the style's picture.")
        return code

    def make() -> Tensor:
        seen = torch.split(sample.seen, 1)
        counts: Sequence[Tensor | None] = [None] * len(seen)
        if sample.weights is not None:
            counts = torch.split(sample.weights[:, number : number + 1], 1)
        pictures = code_optimisation.parts(seen, counts)
        return code_optimisation.polish(code, styles, pictures, load("glaze", run), steps, run)

    wanted = " ".join(
        f"{style.weight} {style_key(style, size)} {_shipped(style, scene)}"
        for style, size in styles
    )
    return run.remember(f"polished {steps} {encoder_identity()} {number} {shown} {wanted}", make)


def _sides(scene: Scene) -> tuple[int, ...]:
    """The short side with which each style is looked at."""
    return tuple(scene.style_side(style, USUAL_SIDE) for style in scene.styles)


def _shipped(style: Style, scene: Scene) -> str:
    """What polishing begins with, as a part of its key: SHA-256 of the style's code, empty for one made here."""
    code = scene.code_of(style, USUAL_SIDE)
    return "" if code is None else remembered_sha256(code)


def _mixture(region: Region, scene: Scene, run: Run) -> Tensor:
    """The code of a region's styles together, (1, CODE): a weighted mean of codes is a blend."""
    total = sum(style.weight for style in region.styles)
    return torch.stack(
        [style.weight / total * _code(style, scene, run) for style in region.styles]
    ).sum(0)


def _code(style: Style, scene: Scene, run: Run) -> Tensor:
    kept = scene.code_of(style, USUAL_SIDE)
    if kept is not None:
        code, said = codes.read(kept)
        if said.encoder != encoder_identity():
            raise BadRequest(
                "The code of “{title}” was made by another encoder.",
                hint="Make it again from its picture with `velatura styles code`.",
                title=said.title,
            )
        return code.to(run.device)
    run.reads("glaze-encoder", encoder_identity())
    size = scene.style_side(style, USUAL_SIDE)
    tell_enlarged(style, size, run)
    key = f"glaze {encoder_identity()} {style_key(style, size)}"
    return run.remember(key, lambda: encode(style, size, run))


def _encoder(run: Run) -> StyleEncoder:
    state = read_state(assets.weights("glaze-encoder"))
    return load_encoder(state, dtype=run.dtype).to(run.device)

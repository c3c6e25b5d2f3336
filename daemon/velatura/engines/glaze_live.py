"""The engine glaze with a smaller painter, for previews while a slider moves."""

from __future__ import annotations

from velatura.contract.engine import Descriptor
from velatura.engines.glaze.engine import CodePainting, PaintingParams
from velatura.networks.glaze import SIZES, STRIDE
from velatura.pipeline.style_input import USUAL_SIDE


class GlazeLive(CodePainting[PaintingParams]):
    """The smaller painter: the same codes, less detail, half the time."""

    descriptor = Descriptor(
        name="glaze-live",
        title="Glaze Live",
        purpose="Fastest, for sketches",
        summary="Glaze in half the time, with less detail: for previews and sketches.",
        source="arXiv:1705.06830, arXiv:1703.06868",
        styles=("picture", "code"),
        rank=15,
        duration="instant",
        regions="native",
        tiles=True,
        halo=SIZES["glaze-live"].halo,
        native_side=USUAL_SIDE,
        memory=512,
        multiple=STRIDE,
        least=2 * STRIDE,
        deterministic="close",
    )
    Params = PaintingParams


ENGINE = GlazeLive

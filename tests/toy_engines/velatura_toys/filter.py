"""A filter: a mean of neighbours, without a network."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from velatura.contract.engine import Descriptor, EngineParams, Filter
from velatura.contract.run import Run
from velatura.contract.scene import Scene
from velatura.contract.tile import FilterTile
from velatura.imaging.colour import Floats


class FilterParams(EngineParams):
    radius: int = Field(
        3,
        ge=0,
        le=64,
        title="Radius",
        description="How far away the pixels are that are averaged.",
        json_schema_extra={"unit": "px"},
    )


class ToyFilter(Filter[FilterParams]):
    """The mean of a square around each pixel."""

    descriptor = Descriptor(
        name="toy-filter",
        title="Toy filter",
        purpose="A blur",
        summary="Blurs the picture.",
        source="a test",
        group="Filters",
        rank=204,
        styles=(),
        fewest_styles=0,
        duration="instant",
        deterministic="bitwise",
    )
    Params = FilterParams

    def halo(self, scene: Scene, params: FilterParams) -> int:
        return params.radius

    def apply(self, tile: FilterTile, scene: Scene, params: FilterParams, run: Run) -> Floats:
        side = 2 * params.radius + 1
        padded = np.pad(
            tile.pixels, ((params.radius,) * 2, (params.radius,) * 2, (0, 0)), mode="edge"
        )
        for axis in (0, 1):
            windows = np.lib.stride_tricks.sliding_window_view(padded, side, axis=axis)
            padded = windows.mean(axis=-1, dtype=np.float64).astype(np.float32)
        return padded


ENGINE = ToyFilter

"""Textures out of noise: with histograms filters fire more as they do for the style, where Grams alone drift."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.engines.test_gatys import painted, scene
from tests.engines.test_gatys_real import trained  # noqa: F401

from velatura.contract.run import Run
from velatura.contract.scene import Style
from velatura.imaging.raster import Raster
from velatura.perception.seen import Eyes, style_targets
from velatura.pipeline.tensors import picture_tensor
from velatura.pipeline.vgg_features import load

SIDE = 48
LAYER = "relu1_1"


def texture(name: str) -> Raster:
    dice = np.random.default_rng(5)
    y, x = np.mgrid[:SIDE, :SIDE]
    planes: NDArray[np.float64]
    if name == "spots":
        planes = np.full((SIDE, SIDE, 3), 0.9)
        for _ in range(14):
            row, column = dice.integers(0, SIDE, 2)
            inside = (y - row) ** 2 + (x - column) ** 2 < dice.integers(9, 30)
            planes[inside] = dice.uniform(0, 1, 3)
    elif name == "squares":
        planes = ((x // 6 + y // 6) % 2)[..., None] * np.array([0.8, 0.1, 0.1]) + 0.1
    elif name == "stripes":
        planes = ((x + y) // 5 % 3)[..., None] * np.array([0.1, 0.3, 0.45])
    elif name == "dust":
        planes = 0.85 - 0.8 * (dice.uniform(size=(SIDE, SIDE, 1)) > 0.93) * np.array([1, 0.8, 0.3])
    elif name == "waves":
        wave = np.sin(x / 3 + 2 * np.sin(y / 5)) / 2 + 0.5
        planes = wave[..., None] ** 4 * np.array([0.9, 0.7, 0.2]) + 0.05
    else:
        planes = (0.3 + 0.6 * (dice.integers(0, 2, (8, 8, 3)).repeat(6, 0).repeat(6, 1))) * 0.9
    return Raster((planes * 255).astype(np.uint8))


def drift(raster: Raster, style: Raster, run: Run) -> float:
    """The mean Wasserstein-1 distance of the filters' histograms at ``LAYER``."""
    eyes = Eyes(load("vgg19-gatys", "max", run).vgg)
    one, other = (
        style_targets(eyes, picture_tensor(each, run), (), matched=[LAYER]).quantiles[LAYER]
        for each in (raster, style)
    )
    return float((one - other).abs().mean())


@pytest.mark.slow
@pytest.mark.parametrize("name", ["spots", "squares", "stripes", "dust", "waves", "tiles"])
def test_histograms_bring_filters_nearer_to_the_style(name: str, trained: Run) -> None:  # noqa: F811
    style = texture(name)
    knobs = {
        "alpha": 0, "beta": 1, "contours": 0, "init": "noise", "sizes": 1, "steps": 300, "rate": 0.05,
        "style_layers": "relu1_1, relu2_1", "histogram_layers": LAYER,
    }  # fmt: skip
    blank = Raster(np.full((SIDE, SIDE, 3), 128, np.uint8))
    grams, both = (
        drift(
            painted(scene(blank, Style(picture=style)), trained, histogram=gamma, **knobs),
            style,
            trained,
        )
        for gamma in (0, 2)
    )
    print(f"{name}: {grams:.4f} with Grams alone, {both:.4f} with histograms: {both / grams:.0%}")
    assert both < 0.8 * grams

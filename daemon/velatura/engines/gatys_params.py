"""The knobs of Gatys' optimisation."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from velatura.engines.engine import EngineParams
from velatura.engines.starts import Init

RATE = 0.1
REFINING_RATE = 0.05
LBFGS_RATE = 1.0
"""Lengths of steps when none is asked for: Adam's, Adam's when the start is painted already, and
L-BFGS'.
"""


class GatysParams(EngineParams):
    """Knobs of Gatys' optimisation."""

    steps: int = Field(
        40,
        ge=1,
        le=5000,
        title="Steps",
        description="Steps at each size. More come nearer to the style; the last ones change little.",
    )
    alpha: float = Field(
        1.0,
        ge=0.0,
        le=1e6,
        title="Content weight",
        description="The paper's α: how much the content's shapes count.",
    )
    beta: float = Field(
        6e5,
        ge=0.0,
        le=1e12,
        title="Style weight",
        description="The paper's β: how much the style's textures count.",
    )
    losses: Literal["released", "printed"] = Field(
        "released",
        title="Normalisation of losses",
        description="Means as in the authors' code, or sums as printed in the paper, "
        "where the same α and β leave the picture almost as it is.",
    )
    content_layers: str = Field(
        "relu4_2",
        max_length=400,
        title="Content layers",
        description="Layers in which the content is kept, as NAME or NAME:WEIGHT, with commas.",
    )
    style_layers: str = Field(
        "relu1_1, relu2_1, relu3_1, relu4_1, relu5_1",
        max_length=400,
        title="Style layers",
        description="Layers in which the style is matched, as NAME or NAME:WEIGHT, with commas.",
    )
    pooling: Literal["max", "avg"] = Field(
        "max",
        title="Pooling",
        description="How the network pools: by maximum, as it was trained, or by average, "
        "which the paper finds a little more pleasing.",
    )
    network: Literal["vgg19-gatys", "vgg19"] = Field(
        "vgg19-gatys",
        title="Network",
        description="Weights to see with: those of Gatys et al., or torchvision's.",
    )
    init: Init = Field(
        "engine",
        title="Start from",
        description="What another engine paints, the content, the content in the style's colours, "
        "noise, or the picture given as “start”.",
    )
    init_engine: str = Field(
        "adain",
        max_length=60,
        title="Engine to start from",
        description="The engine whose result is refined, where the start is an engine's.",
    )
    sizes: int = Field(
        0,
        ge=0,
        le=8,
        title="Sizes",
        description="From coarse to fine, each half the next; 0 chooses by the picture's size.",
    )
    optimiser: Literal["adam", "lbfgs"] = Field(
        "adam",
        title="Optimiser",
        description="Adam keeps colours in range and is quicker; L-BFGS is the paper's.",
    )
    rate: float = Field(
        0.0,
        ge=0.0,
        le=10.0,
        title="Step length",
        description=f"0 takes the optimiser's own: for Adam {RATE:g} of the colour range, "
        f"{REFINING_RATE:g} where the start is painted already; for L-BFGS {LBFGS_RATE:g}.",
    )
    history: int = Field(
        10,
        ge=1,
        le=100,
        title="L-BFGS memory",
        description="Steps that L-BFGS remembers; each takes as much memory as two copies of the picture.",
    )
    average: float = Field(
        0.0,
        ge=0.0,
        le=0.999,
        title="Average of steps",
        description="Decay of a running mean over steps, which evens out their noise: 0 is off, "
        "0.9 looks back over about ten.",
    )
    texture: Literal["colour", "luminance"] = Field(
        "colour",
        title="Texture in",
        description="What carries the style's texture: colours, or brightness alone, which leaves "
        "the content its hues.",
    )
    colour: float = Field(
        0.0,
        ge=0.0,
        le=1e12,
        title="Colour weight",
        description="How much the style's colours count by themselves: their mean and covariance.",
    )
    variation: float = Field(
        0.0,
        ge=0.0,
        le=1e12,
        title="Smoothness",
        description="Weight of total variation: more gives a smoother picture.",
    )
    range: float = Field(
        1e3,
        ge=0.0,
        le=1e12,
        title="Range weight",
        description="How strongly L-BFGS is held between black and white; 0 leaves it free, as the "
        "paper does, and clips at the end.",
    )
    even_gradients: bool = Field(
        False,
        title="Even gradients",
        description="Let each layer pull equally hard, whatever its loss; only with Adam.",
    )
    preview_every: int = Field(
        5,
        ge=1,
        le=1000,
        title="Preview every",
        description="Steps between two pictures that may be shown while it paints.",
    )

    @property
    def step_length(self) -> float:
        """``rate``, or the optimiser's own."""
        if self.rate:
            return self.rate
        if self.optimiser == "lbfgs":
            return LBFGS_RATE
        return REFINING_RATE if self.init in ("engine", "picture") else RATE

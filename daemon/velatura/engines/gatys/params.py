"""The knobs of Gatys' optimisation."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from velatura.contract.engine import EngineParams
from velatura.pipeline.init import Init

RATE = 0.1
REFINING_RATE = 0.03
LBFGS_RATE = 1.0
"""Lengths of steps when none is asked for: Adam's, Adam's when the start is painted already, and
L-BFGS'.
"""


Quality = Literal["draft", "good", "best"]

STEPS: dict[Quality, tuple[int, int]] = {"draft": (16, 4), "good": (40, 8), "best": (160, 40)}
"""Steps at the coarsest size, and the fewest at a finer one. Each size takes a quarter of the steps of the one before,
and so as long as it: large shapes are found where that is cheap.
"""


class GatysParams(EngineParams):
    """Knobs of Gatys' optimisation."""

    quality: Quality = Field(
        "good",
        title="Quality",
        description="How long to paint. “Draft” takes about half as long as “Good”, “Best” three to "
        "five times as long.",
        json_schema_extra={"labels": {"draft": "Draft", "good": "Good", "best": "Best"}},
    )
    steps: int = Field(
        0,
        ge=0,
        le=5000,
        title="Steps",
        description="Steps at each size, instead of the number that the quality stands for. More "
        "steps come closer to the style; the last ones change little.",
        json_schema_extra={"zero": "By quality"},
    )
    alpha: float = Field(
        1.0,
        ge=0.0,
        le=1e6,
        title="Photo weight",
        description="How much the photo's shapes count. What matters is its ratio to the style "
        "weight. (The paper's α.)",
    )
    beta: float = Field(
        3.0,
        ge=0.0,
        le=1e12,
        title="Style weight",
        description="How much the style's textures count: 1 keeps more of the photo, 10 is bold. (The paper's β.)",
    )
    losses: Literal["relative", "released", "printed"] = Field(
        "relative",
        title="Scale of the weights",
        description="“Relative” measures differences relative to the photo and the style, so that "
        "all styles and layers count equally. The other two are means as in the authors' "
        "program, where a style weight of 600000 works well, and sums as printed in the "
        "paper, where the same weights hardly change the picture.",
        json_schema_extra={
            "labels": {
                "relative": "Relative",
                "released": "As in the authors' program",
                "printed": "As printed in the paper",
            }
        },
    )
    content_layers: str = Field(
        "relu4_2",
        max_length=400,
        title="Network layers, photo",
        description=(
            "Layers of the network in which the photo's shapes are kept, as NAME or "
            "NAME:WEIGHT, separated by commas."
        ),
    )
    style_layers: str = Field(
        "relu1_1, relu2_1, relu3_1:0.5, relu4_1:0.2, relu5_1:0.2",
        max_length=400,
        title="Network layers, style",
        description="Layers of the network in which the style is matched, as NAME or NAME:WEIGHT, "
        "separated by commas: relu1_1 has the finest texture, relu5_1 the largest.",
    )
    histogram: float = Field(
        10.0,
        ge=0.0,
        le=1e12,
        title="Histogram weight",
        description="How much the distribution of light, colours and marks must match the style's: "
        "10 keeps textures from becoming too flat in one place and too harsh in another. "
        "(Risser's γ.)",
        json_schema_extra={"zero": "Off"},
    )
    histogram_layers: str = Field(
        "relu1_1, relu4_1",
        max_length=400,
        title="Network layers, histograms",
        description=(
            "Layers of the network in which histograms are matched, as NAME or NAME:WEIGHT, "
            "separated by commas."
        ),
    )
    contours: float = Field(
        1.0,
        ge=0.0,
        le=1e12,
        title="Contour weight",
        description="How firmly the photo's contours keep their place and strength: 0.3 leaves more "
        "to the style, 3 keeps every line. (Li's γ, for Laplacians.)",
        json_schema_extra={"zero": "Off"},
    )
    pooling: Literal["max", "avg"] = Field(
        "max",
        title="Pooling",
        description="How the network downsamples: by the maximum, as it was trained, or by the "
        "average, which the paper finds a little more pleasing.",
        json_schema_extra={"labels": {"max": "Maximum", "avg": "Average"}},
    )
    network: Literal["vgg19-gatys", "vgg19"] = Field(
        "vgg19-gatys",
        title="Network",
        description="The network that compares the pictures: the one published with the paper, or torchvision's.",
        json_schema_extra={
            "labels": {"vgg19-gatys": "VGG-19 of the paper", "vgg19": "VGG-19 of torchvision"}
        },
    )
    init: Init = Field(
        "engine",
        title="Start from",
        description="The picture that painting starts from. Another engine's painting is closest to "
        "the result; a picture of your own is the one chosen under “Picture to start "
        "from”.",
        json_schema_extra={
            "labels": {
                "engine": "Another engine's painting",
                "content": "The photo",
                "colours": "The photo in the style's colours",
                "noise": "Noise",
                "picture": "A picture of your own",
            }
        },
    )
    init_engine: str = Field(
        "glaze",
        max_length=60,
        title="Engine to start from",
        description=(
            "The name of the engine whose painting to start from, if “Start from” is "
            "“Another engine's painting”: glaze, adain."
        ),
    )
    sizes: int = Field(
        0,
        ge=0,
        le=8,
        title="Sizes",
        description="How many sizes to paint, from coarse to fine, each twice as large as the one "
        "before; 1 is only the full size.",
        json_schema_extra={"zero": "Automatic"},
    )
    optimiser: Literal["adam", "lbfgs"] = Field(
        "adam",
        title="Optimiser",
        description="How steps are chosen: Adam keeps colours in range and is quicker; L-BFGS is the paper's.",
        json_schema_extra={"labels": {"adam": "Adam", "lbfgs": "L-BFGS"}},
    )
    rate: float = Field(
        0.0,
        ge=0.0,
        le=10.0,
        title="Step length",
        description="How far each step goes. Automatic uses the optimiser's own value: for Adam "
        f"{RATE:g} of the way from black to white, or {REFINING_RATE:g} if the start is already painted; for "
        f"L-BFGS {LBFGS_RATE:g}.",
        json_schema_extra={"zero": "Automatic"},
    )
    history: int = Field(
        10,
        ge=1,
        le=100,
        title="L-BFGS memory",
        description="Steps that L-BFGS remembers; each takes as much memory as two copies of the picture.",
        json_schema_extra={"unit": "steps"},
    )
    average: float = Field(
        0.0,
        ge=0.0,
        le=0.999,
        title="Average of steps",
        description="Smooths out the noise of single steps with a running mean: 0.9 covers about ten "
        "steps, 0.99 a hundred.",
        json_schema_extra={"zero": "Off"},
    )
    texture: Literal["colour", "luminance"] = Field(
        "colour",
        title="Texture in",
        description="What carries the style's texture: colours, or only light and dark, which keeps "
        "the photo's hues.",
        json_schema_extra={"labels": {"colour": "Colours", "luminance": "Light and dark only"}},
    )
    colour: float = Field(
        0.0,
        ge=0.0,
        le=1e12,
        title="Colour weight",
        description="How much the style's colours count by themselves (their mean and covariance): "
        "1000 is clearly visible.",
        json_schema_extra={"zero": "Off"},
    )
    variation: float = Field(
        0.0,
        ge=0.0,
        le=1e12,
        title="Smoothness",
        description="More gives a smoother picture: 100 is clearly visible. (The weight of total variation.)",
        json_schema_extra={"zero": "Off"},
    )
    range: float = Field(
        1e3,
        ge=0.0,
        le=1e12,
        title="Range weight",
        description="How strongly L-BFGS is kept between black and white; 1000 is enough. Off leaves "
        "it free, as in the paper, and clips at the end.",
        json_schema_extra={"zero": "Off"},
    )
    even_gradients: bool = Field(
        False,
        title="Even gradients",
        description="Lets each layer of the network pull equally hard, whatever its loss; only with Adam.",
    )
    preview_every: int = Field(
        5,
        ge=1,
        le=1000,
        title="Preview every",
        description="How many steps to paint between two previews.",
        json_schema_extra={"unit": "steps"},
    )

    def steps_at(self, sizes: int) -> list[int]:
        """How many steps each of so many sizes takes, from coarse to fine: ``steps``, or what ``quality`` says."""
        coarse, fine = STEPS[self.quality]
        return [self.steps or max(fine, coarse >> 2 * number) for number in range(sizes)]

    @property
    def step_length(self) -> float:
        """``rate``, or the optimiser's own."""
        if self.rate:
            return self.rate
        if self.optimiser == "lbfgs":
            return LBFGS_RATE
        return REFINING_RATE if self.init in ("engine", "picture") else RATE

"""The knobs of the recipe glaze."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from velatura.contract.engine import EngineParams
from velatura.perception.relative_losses import Form


def _weight(default: float, title: str, description: str) -> Any:
    return Field(default, ge=0, le=1000, title=title, description=description)


class GlazeParams(EngineParams):
    """What is trained, on what, and what it is trained for."""

    size: Literal["glaze", "glaze-live"] = Field(
        "glaze",
        title="Size",
        description="Which painter; glaze-live learns to paint from the codes of a glaze given as start.",
    )
    samples: int = Field(
        1_000_000, ge=1, le=10**9, title="Samples", description="Pictures painted until the end."
    )
    crop: int = Field(
        128,
        ge=16,
        le=1024,
        multiple_of=8,
        title="Crop",
        description="Side of what is painted.",
        json_schema_extra={"unit": "px"},
    )
    style_crop: int = Field(
        256,
        ge=16,
        le=1024,
        multiple_of=8,
        title="Style crop",
        description="Side of what is seen of a painting. An encoder that saw small parts only gives whole paintings "
        "codes that miss: it should be at least half the side at which styles are looked at.",
        json_schema_extra={"unit": "px"},
    )
    photo_side: int = Field(
        288,
        ge=32,
        le=2048,
        title="Photo side",
        description="Short side of photos before crops are taken.",
        json_schema_extra={"unit": "px"},
    )
    painting_side: int = Field(
        384,
        ge=32,
        le=2048,
        title="Painting side",
        description="Short side of paintings before crops are taken.",
        json_schema_extra={"unit": "px"},
    )
    closest: float = Field(
        1.0,
        gt=0,
        le=100,
        title="Closest",
        description="Crops are cut from this many times their side up to the farthest, then resized: styles "
        "and photos come at all scales.",
    )
    farthest: float = Field(
        3.0,
        gt=0,
        le=100,
        title="Farthest",
        description="At most this many times their side, as far as a picture is that large.",
    )
    variety: float = Field(
        0.35,
        ge=0,
        le=1,
        title="Variety",
        description="Share of the styles that are treated at random (drawn, printed, in cells, in other colours, …), "
        "since a folder of paintings holds too few kinds of them.",
    )
    early: int = Field(
        768,
        ge=0,
        le=10**6,
        title="Early steps",
        description="Steps in which the encoder alone learns to tell what VGG sees of a style; each costs "
        "a fraction of a sample, and the painter then starts with codes that mean something.",
    )
    batch: int = Field(4, ge=1, le=512, title="Batch", description="Photos painted in a step.")
    style_cache: int = Field(
        512,
        ge=1,
        le=65536,
        title="StyleCache",
        description="Parts of paintings, and as many of photos, whose statistics are kept at a time.",
    )
    uses: int = Field(
        8, ge=1, le=1000, title="Uses", description="Visits to each before all are exchanged."
    )
    directions: int = Field(
        32, ge=1, le=1024, title="Directions", description="Slices of each layer's distribution."
    )
    form: Form = Field(
        "log",
        title="Form of the style loss",
        description="log pulls a pair that is nearly right as hard as one that is far off.",
    )
    floor: float = Field(
        0.004,
        gt=0,
        le=100,
        title="Floor",
        description="Relative squared distance below which log is no longer steep.",
    )
    gram: float = _weight(1.5, "Weight of Gram matrices", "Which filters fire together.")
    strokes: float = _weight(
        6.0, "Weight of strokes", "Of relu3_1 and relu4_1 against the shallow layers."
    )
    moments: float = _weight(0.2, "Weight of moments", "Means and deviations of filters.")
    slices: float = _weight(0.3, "Weight of slices", "Distributions of filters, sliced.")
    content: float = _weight(6.8, "Weight of content", "relu4_1, normalised.")
    identity: float = _weight(0.5, "Weight of identity", "A photo in its own style stays.")
    range: float = _weight(10.0, "Weight of range", "Values outside 0..1.")
    auxiliary: float = _weight(
        0.1, "Weight of the auxiliary head", "That a code tells what VGG sees of the style."
    )
    teacher: float = _weight(
        5.0, "Weight of the teacher", "What the glaze given as start paints; for glaze-live alone."
    )
    optimiser: Literal["muon", "adam"] = Field(
        "muon",
        title="Optimiser",
        description="What moves matrices and filters; Adam moves the rest.",
    )
    rate: float = Field(5e-4, gt=0, le=1, title="Learning rate", description="At first.")
    warmup: int = Field(
        200, ge=1, le=10**6, title="Warm-up", description="Steps until the rate is reached."
    )
    anneal: int = Field(
        50_000,
        ge=1,
        le=10**9,
        title="Anneal",
        description="The rate is divided by √(1 + samples / this).",
    )
    cooldown: int = Field(
        0,
        ge=0,
        le=10**9,
        title="Cool-down",
        description="Over so many samples before the last, the rate falls to nothing in a straight line. The last is "
        "that of `samples`, however many minutes a call may take.",
    )
    average: float = Field(
        0.998, ge=0, lt=1, title="Average", description="Decay of the averaged weights, a step."
    )
    clip: float = Field(
        5.0, gt=0, le=1e6, title="Clip", description="Largest norm of a step's gradient."
    )
    checkpoint: float = Field(
        5.0,
        gt=0,
        le=1e4,
        title="Checkpoint",
        description="How often the state is written.",
        json_schema_extra={"unit": "min"},
    )
    sheet: float = Field(
        5.0,
        gt=0,
        le=1e4,
        title="Sheet",
        description="How often a sample sheet is painted.",
        json_schema_extra={"unit": "min"},
    )
    seed: int = Field(0, ge=0, le=2**62, title="Seed", description="Another seed, another run.")

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
        1_000_000,
        ge=1,
        le=10**9,
        title="Samples",
        description="How many pictures the whole run paints.",
    )
    crop: int = Field(
        128,
        ge=16,
        le=1024,
        multiple_of=8,
        title="Crop",
        description="Side of the painted pictures, in pixels.",
        json_schema_extra={"unit": "px"},
    )
    style_crop: int = Field(
        256,
        ge=16,
        le=1024,
        multiple_of=8,
        title="Style crop",
        description="Side of the crops of paintings, in pixels. An encoder that saw only small crops "
        "gives poor codes for whole paintings: use at least half the side at which "
        "styles are looked at.",
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
        description="Crops are cut at between this many and `farthest` times their side, then "
        "resized, so that styles and photos come at all scales.",
    )
    farthest: float = Field(
        3.0,
        gt=0,
        le=100,
        title="Farthest",
        description="At most this many times their side, if a picture is that large.",
    )
    variety: float = Field(
        0.35,
        ge=0,
        le=1,
        title="Variety",
        description="Share of the styles that are augmented at random (drawn, printed, in cells, in "
        "other colours, …), since a folder of paintings has too little variety.",
    )
    early: int = Field(
        768,
        ge=0,
        le=10**6,
        title="Early steps",
        description="Steps in which only the encoder learns, to predict what VGG sees of a style; "
        "each costs a fraction of a sample, and the painter then starts with meaningful "
        "codes.",
    )
    batch: int = Field(4, ge=1, le=512, title="Batch", description="Photos painted per step.")
    style_cache: int = Field(
        512,
        ge=1,
        le=65536,
        title="StyleCache",
        description="How many crops of paintings, and of photos, have their statistics kept at a time.",
    )
    uses: int = Field(
        8,
        ge=1,
        le=1000,
        title="Uses",
        description="How often each is used before all are replaced.",
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
    identity: float = _weight(
        0.5, "Weight of identity", "A photo in its own style stays unchanged."
    )
    range: float = _weight(10.0, "Weight of range", "Values outside 0..1.")
    auxiliary: float = _weight(
        0.1, "Weight of the auxiliary head", "How well a code predicts what VGG sees of the style."
    )
    teacher: float = _weight(
        5.0,
        "Weight of the teacher",
        (
            "How closely the result follows what the glaze given as start "
            "paints; only for glaze-live."
        ),
    )
    optimiser: Literal["muon", "adam"] = Field(
        "muon",
        title="Optimiser",
        description="What updates matrices and filters; Adam updates the rest.",
    )
    rate: float = Field(5e-4, gt=0, le=1, title="Learning rate", description="The initial rate.")
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
        description="Over this many samples at the end, the rate falls linearly to 0. The end is "
        "that of `samples`, however many minutes a call may take.",
    )
    average: float = Field(
        0.998, ge=0, lt=1, title="Average", description="Decay of the averaged weights, per step."
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
    seed: int = Field(0, ge=0, le=2**62, title="Seed", description="Random seed.")

"""How a scene is treated around whichever engine paints it: the knobs that every engine has."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Colours = Literal["none", "luminance", "lab-chroma", "histogram", "match-style"]
Tileable = Literal["none", "x", "y", "both"]


class Treatment(BaseModel):
    """Flat scalars and choices, each with title, description, range, unit and default, as an engine's own knobs."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    stroke: float = Field(
        0.0,
        ge=0.0,
        le=512.0,
        title="Stroke size",
        description="How wide a stroke is in the document, the style's short side taken for 32 strokes; "
        "0 for the size that the engine paints best.",
        json_schema_extra={"unit": "px"},
    )
    detail: int = Field(
        0,
        ge=0,
        le=65535,
        title="Detail",
        description="Long side of the picture that is painted and then enlarged along the content's edges: smaller "
        "is quicker and bolder; 0 for the document's own.",
        json_schema_extra={"unit": "px"},
    )
    colours: Colours = Field(
        "none",
        title="Colours",
        description="Which colours the result has: the engine's (none), the content's with painted brightness "
        "(luminance, or lab-chroma as seen by the eye), the content's range of colours (histogram), or "
        "the style's as exactly as can be (match-style).",
    )
    feather: float = Field(
        0.0,
        ge=0.0,
        le=512.0,
        title="Feather",
        description="How softly regions pass into each other; their outer edge stays as it is.",
        json_schema_extra={"unit": "px"},
    )
    tileable: Tileable = Field(
        "none",
        title="Tileable",
        description="Along which axes the result repeats without a seam.",
    )

"""How a scene is treated around whichever engine paints it: the knobs that every engine has."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

CommonKnob = Literal["stroke", "detail", "finest", "colours", "feather", "tileable"]
Colours = Literal["none", "luminance", "lab-chroma", "histogram", "match-style"]
Tileable = Literal["none", "x", "y", "both"]


class CommonParams(BaseModel):
    """Flat scalars and choices, each with title, description, range, unit and default, as an engine's own knobs."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    stroke: float = Field(
        0.0,
        ge=0.0,
        le=512.0,
        title="Stroke size",
        description="How wide strokes become in the document. Automatic covers the picture as the painting covers its "
        "canvas: it looks the same at every size, with a stroke a 32nd of the short side.",
        json_schema_extra={"unit": "px", "zero": "Automatic", "scales": True},
    )
    detail: float = Field(
        0.5,
        ge=0.0,
        le=1.0,
        title="Detail",
        description="How much of the photo's own detail comes back at each size while large strokes are painted over "
        "with finer ones: 0 leaves the large strokes alone, 1 brings all of it back.",
    )
    finest: int = Field(
        0,
        ge=0,
        le=65535,
        title="Finest size",
        description="Long side of the largest picture that is painted; a larger one is enlarged from it along the "
        "edges of what it shows. Smaller is quicker and softer. Full size paints every pixel of the document.",
        json_schema_extra={"unit": "px", "zero": "Full size"},
    )
    colours: Colours = Field(
        "none",
        title="Colours",
        description="Whose colours the result has. “Lightness painted” keeps the photo's colours and "
        "paints only light and dark; “The photo's” gives the painting the photo's range "
        "of colours; “The style's, exactly” corrects the style's colours where the "
        "engine misses them.",
        json_schema_extra={
            "labels": {
                "none": "The style's",
                "luminance": "The photo's, lightness painted",
                "lab-chroma": "The photo's, perceived lightness painted",
                "histogram": "The photo's",
                "match-style": "The style's, exactly",
            }
        },
    )
    feather: float = Field(
        0.0,
        ge=0.0,
        le=512.0,
        title="Feather",
        description="How softly parts of the picture blend into each other; their outer edge stays as it is.",
        json_schema_extra={"unit": "px", "scales": True},
    )
    tileable: Tileable = Field(
        "none",
        title="Tileable",
        description="In which directions copies of the result can be laid side by side without a seam.",
        json_schema_extra={
            "labels": {
                "none": "No",
                "x": "Side by side",
                "y": "One above the other",
                "both": "In both directions",
            }
        },
    )

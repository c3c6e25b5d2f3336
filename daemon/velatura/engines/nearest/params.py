"""The knobs of nearest-neighbour style transfer."""

from __future__ import annotations

from math import log2
from typing import Literal

from pydantic import Field

from velatura.contract.engine import EngineParams

Quality = Literal["draft", "good", "best"]

STEPS: dict[Quality, int] = {"draft": 6, "good": 15, "best": 40}
"""Steps at sizes from ``FINE`` on; each half of it has as many more."""

FINE = 512
"""Short side in pixels from which on a picture has its large shapes, and is given the style's finest marks."""


def is_fine(short: int) -> bool:
    """Whether a size with a short side of ``short`` pixels is nearer to ``FINE`` than to half of it, or larger."""
    return round(log2(FINE / short)) <= 0


class NearestParams(EngineParams):
    """Knobs of nearest-neighbour style transfer."""

    quality: Quality = Field(
        "good",
        title="Quality",
        description=(
            "How long to paint. “Draft” takes about half as long as “Good”, “Best” more than "
            "twice as long."
        ),
        json_schema_extra={"labels": {"draft": "Draft", "good": "Good", "best": "Best"}},
    )
    alpha: float = Field(
        1.0,
        ge=0.0,
        le=4.0,
        title="Photo's detail",
        description="How much of the photo's detail is let in at each size: 0 paints freely over what was painted "
        "coarsely, 2 keeps fine shapes. (The paper's α.)",
    )
    keep: float = Field(
        0.3,
        ge=0.0,
        le=1.0,
        title="Keep faces and edges",
        description="How much the photo itself guides the shapes, beside the style's nearest places. "
        "To keep a part of it as it is, paint a mask: “What to keep”.",
    )
    marks: int = Field(
        64,
        ge=16,
        le=1024,
        title="Largest marks",
        description="Short side of the first and coarsest size: smaller redraws large shapes, larger keeps them.",
        json_schema_extra={"unit": "px"},
    )
    turned: Literal["upright", "quarters"] = Field(
        "upright",
        title="Style turned",
        description="Whether places of the style may also be used rotated by quarter turns: more to "
        "choose from, but a search that takes four times as long.",
        json_schema_extra={"labels": {"upright": "No", "quarters": "By quarter turns, too"}},
    )
    palette: bool = Field(
        True,
        title="The style's colours exactly",
        description="Matches the photo's colours to the style's before painting, and the result's "
        "colours once more at the end.",
    )
    init: Literal["content", "picture"] = Field(
        "content",
        title="Start from",
        description="The picture that painting starts from: the photo, or one that is already "
        "painted, chosen under “Picture to start from”.",
        json_schema_extra={"labels": {"content": "The photo", "picture": "A painted picture"}},
    )
    steps: int = Field(
        0,
        ge=0,
        le=1000,
        title="Steps",
        description="Steps at a short side of 512 pixels and more; at 256 it takes twice as many, at 128 three times.",
        json_schema_extra={"zero": "By quality"},
    )
    provenance: bool = Field(
        False,
        title="Show where places came from",
        description="Also gives a second picture with a pixel for each place of 4 × 4 pixels: where "
        "in the style it came from (red: from the left, green: from the top, 0 … 65535), "
        "and from which style (blue: its number).",
    )
    preview_every: int = Field(
        4,
        ge=1,
        le=1000,
        title="Preview every",
        description="How many steps to paint between two previews.",
        json_schema_extra={"unit": "steps"},
    )

    def steps_at(self, short: int) -> int:
        """Steps at the size with a short side of ``short`` pixels, whatever the full size is."""
        return self.finest_steps * max(1, 1 + round(log2(FINE / short)))

    @property
    def finest_steps(self) -> int:
        """Steps at sizes from ``FINE`` on."""
        return self.steps or STEPS[self.quality]

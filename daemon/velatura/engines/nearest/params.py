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
        description="How long it works on the picture: a draft takes about half as long as good, best more than twice.",
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
        description="How much the photo itself has a say beside the style's nearest places while shapes are found. To "
        "keep a part of it as it is, paint a mask: “What to keep”.",
    )
    marks: int = Field(
        64,
        ge=16,
        le=1024,
        title="Largest marks",
        description="Short side of the size that is begun with: smaller redraws large shapes, larger keeps them.",
        json_schema_extra={"unit": "px"},
    )
    turned: Literal["upright", "quarters"] = Field(
        "upright",
        title="Style turned",
        description="Whether places of the style are also taken turned by quarters: more to choose from, and a search "
        "that takes four times as long.",
        json_schema_extra={"labels": {"upright": "No", "quarters": "By quarter turns, too"}},
    )
    palette: bool = Field(
        True,
        title="The style's colours exactly",
        description="Give the photo the distribution of the style's colours before, and the result once more at the "
        "end.",
    )
    init: Literal["content", "picture"] = Field(
        "content",
        title="Start from",
        description="What is worked on: the photo, or a picture that was painted already, the one chosen under "
        "“Picture to start from”.",
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
        title="Say where places came from",
        description="Give a second picture with a pixel for each place of 4 × 4 pixels: where in the style it came "
        "from (red: from the left, green: from the top, 0 … 65535), and from which style (blue: its number).",
    )
    preview_every: int = Field(
        4,
        ge=1,
        le=1000,
        title="Preview every",
        description="Steps between two pictures that may be shown while it paints.",
        json_schema_extra={"unit": "steps"},
    )

    def steps_at(self, short: int) -> int:
        """Steps at the size with a short side of ``short`` pixels, whatever the full size is."""
        return self.finest_steps * max(1, 1 + round(log2(FINE / short)))

    @property
    def finest_steps(self) -> int:
        """Steps at sizes from ``FINE`` on."""
        return self.steps or STEPS[self.quality]

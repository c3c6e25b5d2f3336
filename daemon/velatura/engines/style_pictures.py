"""How engines look at the pictures of styles: at what size, and which of their pixels count."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field

from velatura.engines.tensors import alpha_tensor, mask_tensor, picture_tensor
from velatura.errors import BadPicture
from velatura.imaging.raster import Raster

if TYPE_CHECKING:
    from torch import Tensor

    from velatura.engines.run import Run

LONGEST = 4
"""A style's long side is at most this many times the short side it is looked at with."""


def style_size_knob() -> Any:
    """The knob ``style_size`` of an engine that looks at styles at one size."""
    return Field(
        512,
        ge=64,
        le=2048,
        title="Style size",
        description="Short side at which the style is looked at; smaller gives finer strokes.",
        json_schema_extra={"unit": "px"},
    )


def style_tensor(
    picture: Raster, mask: Raster | None, short: int, run: Run
) -> tuple[Tensor, Tensor | None]:
    """``picture`` with a short side of ``short`` pixels, (1, 3, h, w) sRGB 0..1 float32, and how much each
    pixel counts, (1, 1, h, w) 0..1, or None where all do.

    Hidden pixels do not, nor those that ``mask`` (one channel, the picture's size) leaves out.
    Raises :class:`BadPicture` when none does.
    """
    tensor = picture_tensor(picture, run, short=short, long=LONGEST * short)
    if not picture.has_alpha and mask is None:
        return tensor, None
    size = (tensor.shape[3], tensor.shape[2])
    weights = alpha_tensor(picture, run, size=size)
    if mask is not None:
        weights = weights * mask_tensor(mask, run, size=size)
    if not bool(weights.any()):
        raise BadPicture(
            "There is nothing to see of the style's picture.",
            hint="It is transparent all over, or its mask is black.",
        )
    return tensor, weights

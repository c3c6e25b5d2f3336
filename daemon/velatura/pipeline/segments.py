"""Regions that nobody drew: a picture parted by what it shows, a style for each part."""

from __future__ import annotations

from collections.abc import Sequence

from velatura.contract.scene import Region, Style
from velatura.imaging.raster import Raster
from velatura.imaging.segmentation import segments


def parted(content: Raster, styles: Sequence[Style], count: int) -> tuple[Region, ...]:
    """``count`` regions that cover ``content``, the largest first, each in the next of ``styles`` in turn.

    Fewer where the picture does not show as many parts.
    """
    masks = segments(content, count)
    return tuple(
        Region((styles[number % len(styles)],) if styles else (), mask, found=True)
        for number, mask in enumerate(masks)
    )

"""What an engine is given: a scene of content, regions and styles.

Plain facts, no behaviour. Rasters stay in their own depth here; an engine asks its
:class:`~velatura.engines.run.Run` for tensors of the size it wants.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from velatura.imaging.raster import Raster


@dataclass(frozen=True)
class Style:
    """What to imitate. Exactly one of ``picture``, ``code`` and ``checkpoint`` is set.

    ``weight`` is relative to the other styles of the same region and greater than 0. ``mask`` (one channel, the
    picture's size) limits a picture to a part of it. ``index`` names one style of a bank inside ``checkpoint``.
    ``before`` is the unpainted half of a pair (the A of image analogies; ``picture`` is A′).
    """

    picture: Raster | None = None
    code: Path | None = None
    checkpoint: Path | None = None
    weight: float = 1.0
    mask: Raster | None = None
    index: int | None = None
    before: Raster | None = None


@dataclass(frozen=True)
class Region:
    """Styles over a part of the content. ``mask`` has one channel and the content's size; None means everywhere."""

    styles: tuple[Style, ...]
    mask: Raster | None = None
    strength: float = 1.0


@dataclass(frozen=True)
class Scene:
    """Everything that decides a picture besides the engine's own knobs.

    ``content`` is None for engines that start from nothing (texture synthesis); ``size`` is then the output's
    (width, height) in pixels. ``inputs`` holds what else a descriptor names, by that name: rasters, files, scalars
    (a video's previous frame and flow, say). The same scene, params, device and tile plan give the same picture.
    """

    content: Raster | None
    regions: tuple[Region, ...] = ()
    size: tuple[int, int] | None = None
    strength: float = 1.0
    seed: int = 0
    inputs: Mapping[str, Raster | Path | float | str] = field(default_factory=dict)

    @property
    def styles(self) -> tuple[Style, ...]:
        """All styles of all regions, in order."""
        return tuple(style for region in self.regions for style in region.styles)

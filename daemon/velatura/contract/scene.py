"""What an engine is given: a scene of content, regions and styles.

Plain facts, no behaviour. Rasters stay in their own depth here; an engine asks its
:class:`~velatura.contract.run.Run` for tensors of the size it wants.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from velatura.contract.common_params import CommonParams
from velatura.imaging.raster import Depth, Raster, Transfer
from velatura.imaging.tiles import Box

STROKES_ACROSS = 32
"""How many strokes a style's short side is thought to be across: what makes a stroke's size one of pixels."""

STYLE_SIDES = (16, 4096)
"""The smallest and the largest short side, in pixels, that a style is looked at with."""

Crop = tuple[float, float, float, float]
"""Left, top, right and bottom of a part of a picture, 0..1 of its sides."""

WHOLE: Crop = (0.0, 0.0, 1.0, 1.0)


@dataclass(frozen=True)
class Origin:
    """The file that something was read from: ``digest`` is the SHA-256 of its bytes, ``name`` and ``title`` those of
    the style library. ``picture`` is the SHA-256 of the picture that was read beside a built-in style's code.
    """

    digest: str
    name: str | None = None
    title: str | None = None
    picture: str | None = None


@dataclass(frozen=True)
class Style:
    """What to imitate. Exactly one of ``picture``, ``code`` and ``checkpoint`` is set, or a picture and the code that
    was made from it: see :meth:`Scene.code_of`.

    ``weight`` is relative to the other styles of the same region and greater than 0. ``mask`` (one channel, the
    picture's size) limits a picture to a part of it. ``index`` names one style of a bank inside ``checkpoint``.
    ``before`` is the unpainted half of a pair (the A of image analogies; ``picture`` is A′), as large as the other.

    ``crop`` is the part of the picture that counts; that part is turned by ``rotation`` degrees, counter-clockwise, and
    its strokes become ``scale`` times as large as they would be. ``origin`` is there for what was read from a file.
    """

    picture: Raster | None = None
    code: Path | None = None
    checkpoint: Path | None = None
    weight: float = 1.0
    mask: Raster | None = None
    index: int | None = None
    before: Raster | None = None
    crop: Crop = WHOLE
    rotation: float = 0.0
    scale: float = 1.0
    origin: Origin | None = None


@dataclass(frozen=True)
class Region:
    """Styles over a part of the content.

    ``mask`` has one channel and the content's size; None means whatever the masks of other regions leave: everything
    where there is no other. What no region covers keeps the content. ``found`` says that nobody drew the mask: it is
    a part of the picture by what it shows. ``states`` are what the frame before left for this region alone, by the
    name of the input, where an engine is run once for each region.
    """

    styles: tuple[Style, ...]
    mask: Raster | None = None
    strength: float = 1.0
    found: bool = False
    states: Mapping[str, Path] = field(default_factory=dict)


@dataclass(frozen=True)
class Scene:
    """Everything that decides a picture besides the engine's own knobs.

    ``content`` is None for engines that start from nothing (texture synthesis); ``size`` is then the output's (width,
    height) in pixels, ``depth`` and ``transfer`` what its pixels are. ``inputs`` holds what else a descriptor names, by
    that name: rasters, files, scalars (a video's previous frame and flow, say). The same scene, params, device and tile
    plan give the same picture. ``segments`` is the number of parts that the picture was to be parted into, 0 for none.
    ``reduction`` is how many pixels of ``content`` a pixel of the document is, along a side: less than 1 while a
    smaller picture is painted in its place. ``window`` is the part of the content that is given back, painted as it is
    in the whole picture; None for all of it. ``margin`` is how many pixels on each side of the content, along columns
    and rows, are its other end again, so that copies of the result go on from one another.
    """

    content: Raster | None
    regions: tuple[Region, ...] = ()
    size: tuple[int, int] | None = None
    depth: Depth = "u8"
    transfer: Transfer = "srgb"
    strength: float = 1.0
    seed: int = 0
    inputs: Mapping[str, Raster | Path | float | str] = field(default_factory=dict)
    common: CommonParams = field(default_factory=lambda: CommonParams.model_validate({}))
    reduction: float = 1.0
    segments: int = 0
    window: Box | None = None
    margin: tuple[int, int] = (0, 0)

    def code_of(self, style: Style, usual: int) -> Path | None:
        """The code with which an engine that takes codes paints ``style``; None where it has to look at its picture.

        A code says how the whole of a picture looks with a short side of ``usual`` pixels. For a part of it, for one
        that is turned, and for strokes of another size the picture is looked at, where it is there.
        """
        if style.picture is None:
            return style.code
        looked_at = (style.crop, style.rotation % 360, style.mask, self.style_side(style, usual))
        return style.code if looked_at == (WHOLE, 0.0, None, usual) else None

    @property
    def styles(self) -> tuple[Style, ...]:
        """All styles of all regions, in order."""
        return tuple(style for region in self.regions for style in region.styles)

    def style_side(self, style: Style, usual: int, reduced: float = 1.0) -> int:
        """The short side in pixels with which an engine looks at ``style``; ``usual`` where nobody asked for strokes
        of a size. ``reduced`` is how much smaller the content is while an engine goes from coarse to fine.
        """
        stroke = self.common.stroke
        side = STROKES_ACROSS * stroke * self.reduction if stroke else float(usual)
        least, most = STYLE_SIDES
        return min(max(round(side * style.scale * reduced), least), most)

"""A scene as nearest-neighbour transfer sees it at each of its sizes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from velatura.contract.run import Run
from velatura.contract.scene import Region, Scene, Style
from velatura.engines.nearest.params import NearestParams
from velatura.engines.nearest.styles import Choice, Places, filled_up, places
from velatura.engines.nearest.targets import Ground
from velatura.errors import BadRequest
from velatura.imaging.alpha import coverage
from velatura.imaging.colour import luma, to_float
from velatura.imaging.masks import mask_floats
from velatura.imaging.raster import Raster
from velatura.imaging.resample import resize
from velatura.imaging.tiles import Box, round_up
from velatura.perception.colour_distribution import SAMPLES, between
from velatura.perception.hypercolumns import CELL, MULTIPLE, Hypercolumns
from velatura.pipeline.optimizer import sizes_of
from velatura.pipeline.regions import claims
from velatura.pipeline.style_input import side_at, style_tensor
from velatura.pipeline.tensors import alpha_tensor, mask_tensor, picture_tensor

Size = tuple[int, int]
"""Height and width in pixels, multiples of ``MULTIPLE``."""


@dataclass(frozen=True)
class NearestScene:
    """The content, filled up to sides that the network can look at, and what counts where.

    ``content`` (1, 3, h, w); ``shares`` (1, regions, h, w) say how much of each pixel each region has, ``seen``
    (1, 1, h, w) how much of it is visible, ``kept`` (1, 1, h, w) how much the photo is to be kept there. ``start``
    is what is begun with instead of the content, None for the content itself. ``full`` is the content's own height
    and width.
    """

    scene: Scene
    params: NearestParams
    content: Tensor
    start: Tensor | None
    shares: Tensor
    seen: Tensor
    kept: Tensor
    full: Size

    @classmethod
    def of(cls, scene: Scene, params: NearestParams, run: Run) -> NearestScene:
        """Raises :class:`BadRequest` without a content, without a style, and without the picture that is to be
        begun with.
        """
        content = scene.content
        if content is None:
            raise BadRequest("The engine nearest needs a picture to paint over.")
        if not scene.styles:
            raise BadRequest(
                "The engine nearest needs a style.", hint="Give a picture as the style."
            )
        size = (content.width, content.height)
        box = Box(0, 0, *size)
        shares = torch.from_numpy(np.concatenate(claims(scene, box), axis=2)).permute(2, 0, 1)
        kept = scene.inputs.get("keep")
        visible = alpha_tensor(content, run)
        masked = _importance(kept, size, run) if isinstance(kept, Raster) else 0 * visible
        seen = cls(
            _without_avoided(scene),
            params,
            filled_up(picture_tensor(content, run), "replicate"),
            _start(scene, params, run),
            filled_up(shares[None].to(run.device), "constant"),
            filled_up(visible, "constant"),
            filled_up(masked, "constant"),
            (content.height, content.width),
        )
        # In the style's colours, so that what is let in of the photo's detail has no others, and neighbours are nearer.
        return replace(seen, content=seen.in_its_colours(seen.content, run))

    @property
    def sizes(self) -> list[Size]:
        """Sizes from coarse to fine: those of :func:`sizes_of` from a short side of ``marks`` on, the last the whole.

        What was painted already is not begun with as small as a photo: its large shapes are found.
        """
        height, width = self.content.shape[2:]
        least = self.params.marks * (1 if self.start is None else 2)
        return [
            (max(MULTIPLE, round_up(down, MULTIPLE)), max(MULTIPLE, round_up(across, MULTIPLE)))
            for across, down in sizes_of(width, height, 0, coarsest=least)
        ]

    def short(self, size: Size) -> int:
        """The short side of the content at ``size``, without what was filled up."""
        return max(1, round(min(self.full) * min(size) / min(self.content.shape[2:])))

    def ground(self, size: Size, keep: float) -> Ground:
        """What counts where at ``size``; the content has a say of ``keep`` everywhere, and more where a mask asks
        for it.
        """
        cells = (size[0] // CELL, size[1] // CELL)
        shares = F.adaptive_avg_pool2d(self.shares, cells)[0].flatten(1)
        claimed = F.adaptive_avg_pool2d(self.shares.sum(1, keepdim=True) * self.seen, cells)
        kept = F.adaptive_avg_pool2d(self.kept, cells).clamp_min(keep)
        return Ground(shares.argmax(0), claimed.flatten(), kept.flatten())

    def choice(self, size: Size, columns: Hypercolumns, run: Run, side: int) -> Choice:
        """Everything that regions may choose from at ``size``, in pieces of ``side`` pixels."""
        quarters = self.params.turned == "quarters"

        def seen(style: Style) -> Places:
            short = side_at(self.scene, style, self.short(size))
            return places(style, short, columns, run, quarters=quarters, side=side)

        return Choice.of([[(style, seen(style)) for style in r.styles] for r in self.scene.regions])

    def cropped(self, picture: Tensor) -> Tensor:
        """``picture``, at any of the sizes, without what was filled up."""
        height, width = (
            max(1, round(side * part / whole))
            for side, part, whole in zip(
                picture.shape[2:], self.full, self.content.shape[2:], strict=True
            )
        )
        return picture[:, :, :height, :width]

    def in_its_colours(self, picture: Tensor, run: Run) -> Tensor:
        """``picture``, at any of the sizes and filled up, recoloured where the style's colours are wanted exactly."""
        if not self.params.palette:
            return picture
        height, width = picture.shape[2:]
        inside = self.recoloured(self.cropped(picture), run)
        down, across = height - inside.shape[2], width - inside.shape[3]
        return F.pad(inside, (0, across, 0, down), mode="replicate")

    def recoloured(self, picture: Tensor, run: Run) -> Tensor:
        """``picture`` (1, 3, h, w), at any of the sizes and cropped, each region in the colours of its styles: with
        their distribution.
        """
        size = (picture.shape[2], picture.shape[3])
        rows, across = (slice(0, side) for side in self.full)
        shares, seen = (
            F.adaptive_avg_pool2d(each[:, :, rows, across], size)
            for each in (self.shares, self.seen)
        )
        result = picture
        for number, region in enumerate(self.scene.regions):
            share = shares[:, number : number + 1]
            counting = (share * seen).flatten() > 0.5
            if not region.styles or not bool(counting.any()):
                continue
            colours = picture[0].flatten(1).T
            wanted = _colours(region, self.scene, min(self.full), run)
            moved = between(colours[counting], wanted)(colours)
            result = result + share * (moved.T.view_as(picture) - picture)
        return result.clamp(0, 1)


def _start(scene: Scene, params: NearestParams, run: Run) -> Tensor | None:
    if params.init == "content":
        return None
    start, content = scene.inputs.get("start"), scene.content
    assert content is not None
    if not isinstance(start, Raster):
        raise BadRequest(
            "init is “picture”, but there is no picture to start from.",
            hint="Give one as the input “start”.",
        )
    return filled_up(picture_tensor(start, run, size=(content.width, content.height)), "replicate")


def _importance(mask: Raster, size: tuple[int, int], run: Run) -> Tensor:
    """How much each pixel is to be kept, (1, 1, h, w) 0..1: a mask, or how bright a picture is where it is opaque."""
    return mask_tensor(_as_mask(mask), run, size=size)


def _as_mask(picture: Raster) -> Raster:
    if picture.channels == 1:
        return picture
    return Raster((luma(to_float(picture)) * coverage(picture)).astype(np.float32))


def _without_avoided(scene: Scene) -> Scene:
    """``scene``, the first style of each region without what the input “avoid” shows of it."""
    avoid = scene.inputs.get("avoid")
    if not isinstance(avoid, Raster):
        return scene
    first = scene.styles[0]

    def without(style: Style) -> Style:
        if style is not first or style.picture is None:
            return style
        size = (style.picture.width, style.picture.height)
        left = 1 - np.clip(resize(mask_floats(_as_mask(avoid)), size), 0, 1)
        if style.mask is not None:
            left = left * mask_floats(style.mask)
        return replace(style, mask=Raster(left.astype(np.float32)))

    return replace(scene, regions=_with_styles(scene.regions, without))


def _with_styles(regions: Sequence[Region], change: Callable[[Style], Style]) -> tuple[Region, ...]:
    return tuple(
        replace(region, styles=tuple(change(style) for style in region.styles))
        for region in regions
    )


def _colours(region: Region, scene: Scene, usual: int, run: Run) -> Tensor:
    """Colours of a region's styles, (n, 3), as many of each as it has a share."""
    total = sum(style.weight for style in region.styles)
    found = []
    for style in region.styles:
        picture, weights = style_tensor(style, side_at(scene, style, usual), run)
        colours = picture[0].flatten(1).T
        if weights is not None:
            counting = weights.flatten()
            colours = colours[counting > min(0.5, 0.99 * float(counting.max()))]
        count = max(1, round(SAMPLES * style.weight / total))
        places = torch.linspace(0, len(colours) - 1, count, dtype=torch.float64)
        found.append(colours[places.long().to(colours.device)])
    return torch.cat(found)

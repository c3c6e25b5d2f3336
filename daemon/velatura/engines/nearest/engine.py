"""Every place of the picture is painted like the place of the style that looks most like it.

Kolkin, Kucera, Paris, Sýkora, Shechtman & Shakhnarovich 2022, *Neural Neighbor Style Transfer*.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from velatura.contract.engine import PICTURE, Descriptor, Input, Iterative, Output
from velatura.contract.run import Run
from velatura.contract.scene import Scene
from velatura.engines.nearest.optimisation import Pull, descend
from velatura.engines.nearest.params import NearestParams
from velatura.engines.nearest.scene import NearestScene, Size
from velatura.engines.nearest.targets import Matcher
from velatura.imaging.raster import Raster
from velatura.perception.hypercolumns import CELL, Hypercolumns, in_pieces
from velatura.pipeline import vgg_features
from velatura.pipeline.optimizer_progress import DescentProgress

PIECE = 768
"""Side in pixels of what is looked at at a time of a large picture."""

WHOLE = 3 << 18
"""Pixels of a picture that is looked at at once."""

DEEP, SHALLOW = "relu4_1", "relu3_1"
"""The deepest layers that are looked at: at coarse sizes, and at the full one."""

MATCHED = 6
"""Steps after which, at the end, each layer's neighbours are looked for again."""


class Nearest(Iterative[NearestParams]):
    """Give each place's hyper-column the direction of its nearest neighbour's in the style, from coarse to fine;
    at the end each layer's by itself. Sections 3.2 to 3.4 of the paper.

    It departs from the paper in that VGG-19's filters are scaled as Gatys et al. have them (the paper takes
    VGG-16's as published), and steps are fewer and longer.
    """

    descriptor = Descriptor(
        name="nearest",
        title="Nearest neighbours",
        purpose="Beautiful, but slow",
        summary="Redraws every place in the style's own marks, after the place of the style that "
        "looks most like it, from coarse to fine. You can watch it, and stop it at any time.",
        source="arXiv:2203.13215",
        inputs=(
            Input(
                name="start",
                kind="raster",
                title="Picture to start from",
                when={"init": "picture"},
            ),
            Input(name="keep", kind="raster", title="What to keep (white)"),
            Input(name="avoid", kind="raster", title="What to leave out of the style (white)"),
        ),
        outputs=(PICTURE, Output(name="provenance", title="Provenance")),
        duration="minutes",
        preview="glaze-live",
        rank=20,
        regions="native",
        deterministic="close",
        interruptible=True,
        refines="start",
        weights=("vgg19-gatys",),
    )
    Params = NearestParams

    def stylize(
        self, scene: Scene, params: NearestParams, run: Run
    ) -> Mapping[str, Raster | Tensor | bytes]:
        """Coarse to fine: each size begins with what the one before found, and with the photo's detail above it."""
        seen = NearestScene.of(scene, params, run)
        vgg = vgg_features.load("vgg19-gatys", "max", run).vgg
        sizes = seen.sizes
        finest = params.finest_steps
        # Each size below the full one has as many more; what comes at the end is at full size, too.
        steps = [finest * (len(sizes) - number) for number in range(len(sizes))]
        progress = DescentProgress(
            run,
            [*sizes, sizes[-1]],
            [*steps, max(1, finest // 2)],
            params.preview_every,
            seen.cropped,
        )
        picture: Tensor | None = None
        for number, size in enumerate(sizes):
            begun = _begun(seen, size, picture, sizes[number - 1] if number else None)
            if run.stopped_after is not None:
                picture = begun
                continue
            last = size == sizes[-1]
            # Large shapes are found by then: what relu4_1 would see at full size costs half of the time.
            columns = Hypercolumns(vgg, SHALLOW if last and number else DEEP)
            level = _Level(seen, size, columns, run, progress, number)
            picture = level.drawn_together(begun)
            if last and run.stopped_after is None:
                picture = level.drawn_by_layers(seen.in_its_colours(picture, run))
        assert picture is not None
        picture = seen.cropped(seen.in_its_colours(picture, run))
        if params.provenance and run.stopped_after is None:
            return {"picture": picture, "provenance": level.provenance()}
        return {"picture": picture}


def _begun(seen: NearestScene, size: Size, last: Tensor | None, below: Size | None) -> Tensor:
    """What ``size`` begins with, (1, 3, h, w): what was found at the size ``below`` and α of the photo's detail
    above it.
    """
    content = _sized(seen.content, size)
    if last is None or below is None:
        return content if seen.start is None else _sized(seen.start, size)
    detail = content - _enlarged(_sized(seen.content, below), size)
    return (_enlarged(last, size) + seen.params.alpha * detail).clamp(0, 1)


class _Level:
    """The work at one size."""

    def __init__(
        self,
        seen: NearestScene,
        size: Size,
        columns: Hypercolumns,
        run: Run,
        progress: DescentProgress,
        number: int,
    ) -> None:
        self._seen, self._size, self._run = seen, size, run
        self._columns, self._progress, self._number = columns, progress, number
        side = PIECE if size[0] * size[1] > WHOLE else max(size)
        pieces = tuple(in_pieces(*size, side, columns.deepest))
        # The finest marks are the style's alone, but for what a mask asks to be kept.
        ground = seen.ground(
            size, keep=0.0 if number and size == seen.sizes[-1] else seen.params.keep
        )
        self._choice = choice = seen.choice(size, columns, run, side)
        self._match = Matcher(columns, choice, ground, pieces, run.dtype, progress.tick)
        self._pull = Pull.of(columns, choice, ground, pieces, _sized(seen.content, size))
        self._found: Tensor | None = None

    def drawn_together(self, picture: Tensor) -> Tensor:
        """``picture`` drawn to the nearest places of its hyper-columns, which stay what they are."""
        whole = (slice(0, self._columns.width),)
        self._found = found = self._match(picture, whole)
        return descend(
            picture,
            lambda now, step: self._pull.gradient(now, found, whole),
            self._progress.steps(self._number),
            self._progress.watcher(self._number),
        )

    def drawn_by_layers(self, picture: Tensor) -> Tensor:
        """``picture`` drawn to the nearest places of each layer by itself, which are looked for again and again."""
        layers = self._columns.slices
        found = torch.empty(0)

        def gradient(now: Tensor, step: int) -> Tensor:
            nonlocal found
            if step % MATCHED == 0:
                found = self._match(now, layers)
            return self._pull.gradient(now, found, layers)

        last = self._number + 1
        return descend(picture, gradient, self._progress.steps(last), self._progress.watcher(last))

    def provenance(self) -> Raster:
        """Where each cell came from: u16, x and y in the style's picture and the style's number."""
        assert self._found is not None
        numbers = self._found[:, 0]
        at = (self._choice.at[numbers] * 65535).round()
        planes = torch.cat([at, self._choice.style[numbers, None].to(at.dtype)], dim=1)
        rows, across = (side // CELL for side in self._size)
        pixels = planes.view(rows, across, 3).cpu().numpy().astype(np.uint16)
        height, width = (-(-side // CELL) for side in self._seen.full)
        return Raster(np.ascontiguousarray(pixels[:height, :width]))


def _sized(picture: Tensor, size: Size) -> Tensor:
    if tuple(picture.shape[2:]) == size:
        return picture
    return F.interpolate(picture, size, mode="area")


def _enlarged(picture: Tensor, size: Size) -> Tensor:
    return F.interpolate(picture, size, mode="bicubic", align_corners=False)

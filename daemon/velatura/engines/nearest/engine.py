"""Every place of the picture is painted like the place of the style that looks most like it.

Kolkin, Kucera, Paris, Sýkora, Shechtman & Shakhnarovich 2022, *Neural Neighbor Style Transfer*.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from velatura.contract.engine import PICTURE, Descriptor, Input, Iterative, Output
from velatura.contract.run import Run
from velatura.contract.scene import Scene
from velatura.engines.nearest.optimisation import Pull, descend
from velatura.engines.nearest.params import NearestParams, is_fine
from velatura.engines.nearest.scene import NearestScene, Size
from velatura.engines.nearest.targets import Matcher
from velatura.imaging.raster import Raster
from velatura.perception.hypercolumns import CELL, Hypercolumns, in_pieces
from velatura.perception.vgg import VGG19
from velatura.pipeline import vgg_features
from velatura.pipeline.optimizer import Held
from velatura.pipeline.optimizer_progress import DescentProgress
from velatura.pipeline.style_input import shows_all_strokes

PIECE = 768
"""Side in pixels of what is looked at at a time of a large picture."""

WHOLE = 3 << 18
"""Pixels of a picture that is looked at at once."""

DEEP, SHALLOW = "relu4_1", "relu3_1"
"""The deepest layers that are looked at: at coarse sizes, and at fine ones."""

MATCHED = 6
"""Steps after which each layer's neighbours are looked for again."""


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
        """Coarse to fine: each size begins with what the one before found, and with the photo's detail above it.

        What is done at a size does not depend on how large the picture is: a small picture ends sooner, and in a large
        one detail is added to what the smaller would have become.
        """
        seen = NearestScene.of(scene, params, run)
        vgg = vgg_features.load("vgg19-gatys", "max", run).vgg
        sizes = seen.sizes
        parts = _parts(seen)
        progress = DescentProgress(
            run,
            [part.size for part in parts],
            [part.steps for part in parts],
            params.preview_every,
            seen.cropped,
        )
        picture: Tensor | None = None
        last: Size | None = None
        for size in sizes:
            begun = _begun(seen, size, picture, last)
            if run.stopped_after is None:
                held = None
                if picture is not None and last and shows_all_strokes(scene, seen.short(last)):
                    held = Held(picture)
                level = _Level(seen, size, vgg, run, progress, parts, held)
                picture = level.painted(begun)
            else:
                picture = begun
            last = size
        assert picture is not None
        picture = seen.cropped(seen.in_its_colours(picture, run))
        if params.provenance and run.stopped_after is None:
            return {"picture": picture, "provenance": level.provenance()}
        return {"picture": picture}


@dataclass(frozen=True)
class _Part:
    """So many steps at a size: towards the neighbours of whole hyper-columns, or of each layer by itself."""

    size: Size
    by_layers: bool
    steps: int


def _parts(seen: NearestScene) -> list[_Part]:
    """What is done, in order. The finest marks are drawn at each size that shows them, and at the last."""
    parts = []
    for size in seen.sizes:
        parts.append(_Part(size, False, seen.params.steps_at(seen.short(size))))
        if size == seen.sizes[-1] or is_fine(seen.short(size)):
            parts.append(_Part(size, True, max(1, seen.params.finest_steps // 2)))
    return parts


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
    """The work at one size; with ``held`` only detail is added to what that shows."""

    def __init__(
        self,
        seen: NearestScene,
        size: Size,
        vgg: VGG19,
        run: Run,
        progress: DescentProgress,
        parts: Sequence[_Part],
        held: Held | None,
    ) -> None:
        self._seen, self._size, self._run, self._held = seen, size, run, held
        self._progress, self._parts = progress, parts
        # Large shapes are found by then: what relu4_1 would see there costs half of the time. The finest marks are
        # the style's alone, too, but for what a mask asks to be kept.
        fine = is_fine(seen.short(size)) and size != seen.sizes[0]
        self._columns = columns = Hypercolumns(vgg, SHALLOW if fine else DEEP)
        side = PIECE if size[0] * size[1] > WHOLE else max(size)
        pieces = tuple(in_pieces(*size, side, columns.deepest))
        ground = seen.ground(size, keep=0.0 if fine else seen.params.keep)
        self._choice = choice = seen.choice(size, columns, run, side)
        self._match = Matcher(columns, choice, ground, pieces, run.dtype, progress.tick)
        self._pull = Pull.of(columns, choice, ground, pieces, _sized(seen.content, size))
        self._found: Tensor | None = None

    def painted(self, picture: Tensor) -> Tensor:
        """``picture`` after all that is done at this size, or until it is stopped."""
        for number, part in enumerate(self._parts):
            if part.size == self._size and self._run.stopped_after is None:
                if part.by_layers:
                    picture = self._drawn_by_layers(
                        self._seen.in_its_colours(picture, self._run), number
                    )
                else:
                    picture = self._drawn_together(picture, number)
        return picture

    def _drawn_together(self, picture: Tensor, number: int) -> Tensor:
        """``picture`` drawn to the nearest places of its hyper-columns, which stay what they are."""
        whole = (slice(0, self._columns.width),)
        self._found = found = self._match(picture, whole)
        return self._descended(
            picture, lambda now, step: self._pull.gradient(now, found, whole), number
        )

    def _drawn_by_layers(self, picture: Tensor, number: int) -> Tensor:
        """``picture`` drawn to the nearest places of each layer by itself, which are looked for again and again."""
        layers = self._columns.slices
        found = torch.empty(0)

        def gradient(now: Tensor, step: int) -> Tensor:
            nonlocal found
            if step % MATCHED == 0:
                found = self._match(now, layers)
            return self._pull.gradient(now, found, layers)

        return self._descended(picture, gradient, number)

    def _descended(
        self, picture: Tensor, gradient: Callable[[Tensor, int], Tensor], number: int
    ) -> Tensor:
        steps, watcher = self._progress.steps(number), self._progress.watcher(number)
        return descend(picture, gradient, steps, watcher, self._held)

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

"""What every engine would do again, done once around it: depth, alpha, strength, masks, tiles,
errors.

Numpy on the outside, torch only where a network paints. The picture is read and written a tile or a
band at a time in its own depth; no full-size float copy of it ever exists.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from velatura.contract.engine import Engine, EngineParams, Iterative, Pixelwise
from velatura.contract.requirements import check_fits
from velatura.contract.run import Run
from velatura.contract.scene import Region, Scene
from velatura.errors import BadRequest
from velatura.imaging.blend import lay_over, weighted_mean
from velatura.imaging.colour import Floats, from_float, from_unit_floats, to_float
from velatura.imaging.raster import Pixels, Raster, RasterShape, bands, require_finite
from velatura.imaging.tiles import Box
from velatura.pipeline.colour_transfer import Recolouring, recolouring
from velatura.pipeline.engine_errors import blamed_on, require_like
from velatura.pipeline.executors import begin
from velatura.pipeline.memory_fit import within_memory
from velatura.pipeline.outputs import Allocate, Output, outputs_of
from velatura.pipeline.painting import Painting, parts_of
from velatura.pipeline.regions import claims
from velatura.pipeline.states import states_of_regions
from velatura.pipeline.tensors import TILE
from velatura.pipeline.unused_knobs import tell_unused

RowsDone = Callable[[int], None]


def output_shape(engine: Engine, scene: Scene) -> RasterShape:
    """What :func:`render` gives as ``picture``: the content's size, depth, transfer and alpha, in
    RGB.

    A :class:`Pixelwise` engine keeps grey grey. Without a content: RGB of ``scene.size``, ``depth`` and ``transfer``,
    with alpha where a mask or a strength leaves some of it unpainted.
    Raises :class:`BadRequest` when the engine needs a content that is not there, or a size.
    """
    content, descriptor = scene.content, engine.descriptor
    if content is not None:
        channels = content.channels if isinstance(engine, Pixelwise) else 3 + content.has_alpha
        return RasterShape(content.width, content.height, channels, content.depth, content.transfer)
    if descriptor.content == "required" or not isinstance(engine, Iterative):
        raise BadRequest(
            "The engine {engine} needs a picture to paint over.",
            hint="Provide a content image.",
            engine=descriptor.name,
        )
    if scene.size is None:
        raise BadRequest(
            "The engine {engine} starts from nothing and needs a size.",
            hint="Give the width and height of the picture.",
            engine=descriptor.name,
        )
    channels = 3 if _paints_everything(scene) else 4
    return RasterShape(*scene.size, channels, scene.depth, scene.transfer)


def _paints_everything(scene: Scene) -> bool:
    regions = scene.regions or (Region(styles=()),)
    return scene.strength == 1 and all(r.mask is None and r.strength == 1 for r in regions)


def render(
    engine: Engine,
    scene: Scene,
    params: EngineParams,
    run: Run,
    *,
    allocate: Allocate = RasterShape.empty,
    rows_done: RowsDone | None = None,
    tile: int = TILE,
) -> dict[str, Output]:
    """Stylise ``scene`` and return the engine's outputs by name; the painted layer is ``picture``.

    ``allocate`` gives the writable array, (height, width, channels) of the shape's dtype, that an
    output is written into; it may be memory-mapped. It is called for ``picture`` before anything is
    painted. ``rows_done(n)`` is told, with growing ``n``, that the first ``n`` rows of ``picture``
    are final. ``tile`` is the longest side of a tile's core in pixels, where memory allows it.

    The content's alpha is kept bit for bit, and so are its colours wherever strength times mask is 0. Strength blends
    in sRGB. Without a content, alpha is strength times mask. An engine whose regions are ``composite`` paints once for
    each region; masks that overlap share a pixel in proportion. With ``scene.window`` the picture is that part of the
    whole one, and tiles beyond it are not painted.

    Raises :class:`BadRequest` for masks and windows that do not fit, :class:`BadPicture` for pictures with NaN,
    :class:`EngineFailed` for whatever the engine raises or when what it painted has NaN,
    :class:`OutOfMemory`, and :class:`~velatura.errors.Cancelled`.
    """
    check_fits(engine.descriptor, scene)
    shape = output_shape(engine, scene)
    _check_masks(scene, shape)
    for raster in _rasters(scene):
        require_finite(raster)
    tell_unused(engine, scene, run)
    window = _window(scene, shape)
    canvas = allocate(replace(shape, width=window.width, height=window.height))
    told = _growing(rows_done or _nobody_waits)
    with states_of_regions(engine, scene, run) as scene:
        job = _Job(engine, scene, params, run, canvas, shape, window, told)
        others = within_memory(engine, run, tile, lambda: _render(job, allocate))
    return {"picture": Raster(canvas, shape.transfer), **others}


@dataclass(frozen=True)
class _Job:
    engine: Engine
    scene: Scene
    params: EngineParams
    run: Run
    canvas: Pixels
    shape: RasterShape
    """What the whole picture is."""
    window: Box
    """Which part of the whole picture the canvas is."""
    rows_done: RowsDone

    @cached_property
    def parts(self) -> list[Scene]:
        return parts_of(self.engine, self.scene)

    def shares(self, box: Box) -> list[Floats]:
        """Mask times its own strength of each part in ``box``, (h, w, 1) float32; together at most 1."""
        regions = self.scene.regions or (Region(styles=()),)
        shares = [
            claim * np.float32(region.strength)
            for claim, region in zip(claims(self.scene, box), regions, strict=True)
        ]
        return shares if len(shares) == len(self.parts) else [np.sum(shares, axis=0)]

    def weights(self, box: Box) -> list[Floats]:
        """Strength times mask of each part in ``box``, (h, w, 1) float32; together at most 1."""
        return [share * np.float32(self.scene.strength) for share in self.shares(box)]

    def touched(self, box: Box) -> list[bool]:
        """Which parts have any weight in ``box``; none where nobody will see it."""
        if box.common(self.window) is None:
            return [False] * len(self.parts)
        return [bool(weight.any()) for weight in self.weights(box)]

    @property
    def changes_nothing(self) -> bool:
        strengths = [region.strength for region in self.scene.regions] or [1.0]
        return (
            self.scene.content is not None
            and self.scene.strength * max(strengths) == 0
            and len(self.engine.descriptor.outputs) == 1
        )

    @property
    def paints_everything(self) -> bool:
        return _paints_everything(self.scene)


def _nobody_waits(rows: int) -> None:
    """For renders of which nobody wants the first rows early."""


def _growing(rows_done: RowsDone) -> RowsDone:
    """``rows_done``, not told again of rows that are painted again."""
    told = 0

    def grown(rows: int) -> None:
        nonlocal told
        if rows > told:
            told = rows
            rows_done(rows)

    return grown


def _check_masks(scene: Scene, shape: RasterShape) -> None:
    for number, region in enumerate(scene.regions, 1):
        mask = region.mask
        if mask is not None and (mask.width, mask.height) != (shape.width, shape.height):
            raise BadRequest(
                "The mask of region {number} has {mask_width} × {mask_height} pixels, the picture {width} × "
                "{height}.",
                hint="A mask covers the whole layer, pixel for pixel.",
                number=number,
                mask_width=mask.width,
                mask_height=mask.height,
                width=shape.width,
                height=shape.height,
            )
        if mask is not None and mask.channels != 1:
            raise BadRequest(
                "The mask of region {number} has {channels} channels instead of one.",
                hint="Send the selection or the layer's grey values.",
                number=number,
                channels=mask.channels,
            )


def _window(scene: Scene, shape: RasterShape) -> Box:
    whole = Box(0, 0, shape.width, shape.height)
    window = scene.window or whole
    if window.common(whole) != window:
        raise BadRequest(
            "The window extends beyond the picture, which has {width} × {height} pixels.",
            hint="Ask for a part that lies inside.",
            width=shape.width,
            height=shape.height,
        )
    return window


def _rasters(scene: Scene) -> Iterator[Raster]:
    styles = scene.styles
    candidates: list[object] = [scene.content, *scene.inputs.values()]
    candidates += [region.mask for region in scene.regions]
    candidates += [part for style in styles for part in (style.picture, style.before, style.mask)]
    return (each for each in candidates if isinstance(each, Raster))


def _render(job: _Job, allocate: Allocate) -> dict[str, Output]:
    if job.changes_nothing:
        _write(job, job.window, [None] * len(job.parts))
        return {}
    if isinstance(job.engine, Pixelwise):
        _render_pixelwise(job, job.engine)
        return {}
    width, height = job.shape.width, job.shape.height
    painting = begin(job.engine, job.scene, job.params, job.run, (height, width))
    recolour = recolouring(job.scene, lambda: _sampled(job, painting), job.run)
    for box, painted in painting.pieces(job.touched):
        _write(job, box, painted, recolour)
    others = painting.others()
    return outputs_of(job.engine, others, (width, height), job.shares, allocate, job.run)


def _sampled(job: _Job, painting: Painting) -> Iterator[tuple[Box, Floats]]:
    """What is painted in a fair sample of the picture, parts mixed as they will be.

    The scene's strength has no say, not even by rounding: what is laid over the content is the same at every strength.
    """
    for box, painted in painting.sample():
        yield box, weighted_mean(painted, job.shares(box))


def _render_pixelwise(job: _Job, engine: Pixelwise[Any]) -> None:
    content, window = job.scene.content, job.window
    assert content is not None
    colours = content.colours.shape[2]
    as_it_is = job.paints_everything and len(job.parts) == 1
    row_bytes = content.nbytes // content.height if as_it_is else content.width * 12
    steps = list(bands(window.height, row_bytes))
    columns = slice(window.x0, window.x1)
    for number, (start, end) in enumerate(steps, 1):
        y0, y1 = window.y0 + start, window.y0 + end
        band = content.crop(0, y0, content.width, y1)
        with blamed_on(engine):
            painted = [engine.render(band, part, job.params, job.run) for part in job.parts]
            for each in painted:
                require_like(engine, each, band)
        rows = job.canvas[start:end]
        if as_it_is:
            rows[...] = painted[0].pixels[:, columns]
            alpha_is_there = painted[0] is band
        else:
            weights = job.weights(Box(0, y0, content.width, y1))
            mixed = weighted_mean([to_float(each) for each in painted], weights)
            laid = lay_over(band, mixed, np.sum(weights, axis=0))
            rows[:, :, :colours] = laid[:, columns, :colours]
            alpha_is_there = False
        if band.alpha is not None and not alpha_is_there:
            rows[:, :, colours:] = band.alpha[:, columns]
        job.rows_done(end)
        job.run.step(number, len(steps), phase="paint")


def _write(
    job: _Job,
    box: Box,
    painted: Sequence[Floats | None],
    recolour: Recolouring | None = None,
) -> None:
    """Lay what each part painted of ``box``, (h, w, 3) or None where it has no weight, over the
    content, as far as it is in the window.
    """
    seen = box.common(job.window)
    if seen is None:
        return
    columns = slice(seen.x0 - box.x0, seen.x1 - box.x0)
    for start, end in bands(seen.height, seen.width * 12):
        part = Box(seen.x0, seen.y0 + start, seen.x1, seen.y0 + end)
        rows = slice(part.y0 - box.y0, part.y1 - box.y0)
        layers = [
            (layer[rows, columns], weight)
            for layer, weight in zip(painted, job.weights(part), strict=True)
            if layer is not None
        ]
        _write_part(job, part, layers, recolour)
        if seen.x1 == job.window.x1:
            job.rows_done(part.y1 - job.window.y0)


def _write_part(
    job: _Job,
    box: Box,
    layers: Sequence[tuple[Floats, Floats]],
    recolour: Recolouring | None,
) -> None:
    content, window = job.scene.content, job.window
    rows = slice(box.y0 - window.y0, box.y1 - window.y0)
    pixels = job.canvas[rows, box.x0 - window.x0 : box.x1 - window.x0]
    painted = [layer for layer, _ in layers]
    weights = [weight for _, weight in layers]
    if content is None:
        pixels[:, :, :3] = from_float(weighted_mean(painted, weights), job.shape)
        if job.shape.channels == 4:
            pixels[:, :, 3:] = from_unit_floats(np.sum(weights, axis=0), job.shape.depth)
        return
    below = content.crop(box.x0, box.y0, box.x1, box.y1)
    colours = pixels.shape[2] - below.has_alpha
    if layers:
        mixed = weighted_mean(painted, weights)
        if recolour is not None:
            mixed = np.clip(recolour(box, to_float(below), mixed), 0, 1)
        pixels[:, :, :colours] = lay_over(below, mixed, np.sum(weights, axis=0))
    else:
        pixels[:, :, :colours] = below.colours
    if below.alpha is not None:
        pixels[:, :, colours:] = below.alpha

"""Other sizes of a picture."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from math import ceil, floor, inf

import numpy as np
from PIL import Image

from velatura.imaging.alpha import coverage, hidden_fill, with_fill
from velatura.imaging.colour import (
    Floats,
    converted,
    from_float,
    from_unit_floats,
    to_float,
)
from velatura.imaging.raster import Raster, RasterShape, bands

_FAINTEST = np.float32(1 / 4096)
"""Below this opacity a colour cannot be told from the rounding of a resample any more."""

LOBES = 3
"""Pixels on either side that Lanczos' kernel looks at, as wide as they are in the smaller picture."""

_LARGE = 1 << 17
"""Numbers for which threads of their own are worth what they cost."""


def fit(
    width: int, height: int, *, short: int | None = None, long: int | None = None
) -> tuple[int, int]:
    """(width, height) of the same aspect with the short side ``short`` or the long side ``long``
    pixels, at least 1.

    With both, the larger size that respects both; with neither, the size itself.
    """
    by_short = inf if short is None else short / min(width, height)
    by_long = inf if long is None else long / max(width, height)
    scale = min(by_short, by_long)
    if scale == inf:
        return width, height
    return max(1, round(width * scale)), max(1, round(height * scale))


def resize(floats: Floats, size: tuple[int, int]) -> Floats:
    """``floats`` (h, w, c) float32 at ``size`` (width, height), by Lanczos' kernel with three
    lobes, antialiased.

    Values may overshoot what they were by a few percent at hard edges.
    """
    if size == (floats.shape[1], floats.shape[0]):
        return floats
    return resampled(floats, size, (0.0, 0.0, float(floats.shape[1]), float(floats.shape[0])))


def resampled(
    floats: Floats,
    size: tuple[int, int],
    frame: tuple[float, float, float, float],
    how: Image.Resampling = Image.Resampling.LANCZOS,
) -> Floats:
    """What lies in ``frame`` (left, top, right and bottom in pixels, not only whole ones) of ``floats`` (h, w, c)
    float32, at ``size`` (width, height). What is around it counts as far as the kernel reaches.

    Pillow resizes pictures of floats on one thread, a channel at a time: channels are resized at once where that pays.
    """

    def changed(channel: int) -> Floats:
        plane = Image.fromarray(np.ascontiguousarray(floats[:, :, channel]))
        return np.asarray(plane.resize(size, how, box=frame))

    channels = range(floats.shape[2])
    if len(channels) == 1 or floats.size < _LARGE:
        return np.stack([changed(channel) for channel in channels], axis=2)
    with ThreadPoolExecutor(len(channels)) as pool:
        return np.stack(list(pool.map(changed, channels)), axis=2)


def resize_visible(raster: Raster, size: tuple[int, int]) -> Floats:
    """The raster's visible colours at ``size`` (width, height), (h, w, 3) sRGB float32.

    See :func:`velatura.imaging.alpha.with_fill`. A picture much larger than ``size`` is averaged
    over blocks first, a band at a time: no full float copy is made.
    """
    fill = hidden_fill(raster)
    return _resize_bands(raster, size, lambda band: with_fill(band, fill))


def resized(raster: Raster, size: tuple[int, int], *, clipped: bool = False) -> Raster:
    """The raster at ``size`` (width, height) in its own depth, transfer and channels.

    Colours weigh as much as they are opaque, so that hidden ones do not bleed into visible ones. ``clipped`` takes
    floats beyond 0..1 for the nearer end, as networks see them.
    """
    if size == (raster.width, raster.height):
        return raster
    shape = RasterShape(*size, raster.channels, raster.depth, raster.transfer)
    pixels = shape.empty()
    if raster.alpha is None:
        rgb = _resize_bands(raster, size, partial(_colours, clipped=clipped))
        pixels[...] = from_float(rgb[:, :, : raster.channels], shape)
        return Raster(pixels, raster.transfer)
    colours = raster.channels - 1
    premultiplied = _resize_bands(raster, size, partial(_premultiplied, clipped=clipped))
    # Not clipped yet: where opacity overshoots, colours do by the same factor.
    opacity = premultiplied[:, :, 3:]
    rgb = premultiplied[:, :, :colours] / np.maximum(opacity, _FAINTEST)
    pixels[:, :, :colours] = from_float(rgb, shape)
    pixels[:, :, colours:] = from_unit_floats(np.clip(opacity, 0, 1), raster.depth)
    return Raster(pixels, raster.transfer)


def resized_flow(flow: Raster, size: tuple[int, int]) -> Raster:
    """A flow of three float channels at ``size`` (width, height): its vectors (dx, dy) in the new pixels, its
    confidence 0..1.
    """
    if size == (flow.width, flow.height):
        return flow
    pixels = _resize_bands(flow, size, lambda band: band.pixels.astype(np.float32))
    pixels[:, :, 0] *= size[0] / flow.width
    pixels[:, :, 1] *= size[1] / flow.height
    pixels[:, :, 2] = np.clip(pixels[:, :, 2], 0, 1)
    return Raster(pixels.astype(flow.pixels.dtype), flow.transfer)


def thumbnail(raster: Raster, side: int) -> Raster:
    """The raster as u8 sRGB with its long side at most ``side`` pixels; never enlarged."""
    long = min(side, max(raster.width, raster.height))
    small = resized(raster, fit(raster.width, raster.height, long=long))
    return converted(small, depth="u8", transfer="srgb")


def _colours(band: Raster, *, clipped: bool) -> Floats:
    floats = to_float(band)
    return np.clip(floats, 0, 1, out=floats) if clipped and band.depth in ("f16", "f32") else floats


def _premultiplied(band: Raster, *, clipped: bool) -> Floats:
    opacity = coverage(band)
    return np.concatenate([_colours(band, clipped=clipped) * opacity, opacity], axis=2)


def _resize_bands(
    raster: Raster, size: tuple[int, int], floats: Callable[[Raster], Floats]
) -> Floats:
    """``raster`` as ``floats`` gives it, at another ``size``, a band at a time: what is reduced is never copied as a
    whole.

    What is much larger is averaged over blocks first; of the rest each band is what it is in the whole.
    """
    if size == (raster.width, raster.height):
        return floats(raster)
    rows: list[Floats] = []
    factor = int(min(raster.width / size[0], raster.height / size[1]) / 3)
    if factor >= 2:
        for y0, y1 in bands(-(-raster.height // factor), raster.width * 16 * factor):
            band = raster.crop(0, y0 * factor, raster.width, min(y1 * factor, raster.height))
            rows.append(_block_means(floats(band), factor))
        return resize(np.concatenate(rows), size)
    scale = raster.height / size[1]
    reach = ceil(LOBES * max(1.0, scale)) + 1
    # A band reads surroundings, too: many times more rows than those are worth it.
    height = max(next(bands(size[1], ceil(raster.width * 16 * scale)))[1], ceil(8 * reach / scale))
    for y0 in range(0, size[1], height):
        y1 = min(y0 + height, size[1])
        top = max(0, floor(y0 * scale) - reach)
        bottom = min(raster.height, ceil(y1 * scale) + reach)
        frame = (0.0, y0 * scale - top, raster.width, min(y1 * scale, raster.height) - top)
        seen = floats(raster.crop(0, top, raster.width, bottom))
        rows.append(resampled(seen, (size[0], y1 - y0), frame))
    return np.concatenate(rows)


def _block_means(floats: Floats, factor: int) -> Floats:
    """Means over ``factor`` × ``factor`` blocks of (h, w, c), the last ones filled by their edge."""
    height, width, channels = floats.shape
    filled = np.pad(floats, ((0, -height % factor), (0, -width % factor), (0, 0)), mode="edge")
    blocks = filled.reshape(filled.shape[0] // factor, factor, -1, factor, channels)
    means: Floats = blocks.mean(axis=(1, 3), dtype=np.float32)
    return means

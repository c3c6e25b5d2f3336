"""Other sizes of a picture."""

from __future__ import annotations

from math import inf

import numpy as np
from PIL import Image

from velatura.imaging.alpha import coverage, hidden_fill, with_fill
from velatura.imaging.colour import Floats, from_unit_floats
from velatura.imaging.raster import Raster, bands


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
    planes = [
        np.asarray(
            Image.fromarray(np.ascontiguousarray(floats[:, :, channel])).resize(
                size, Image.Resampling.LANCZOS
            )
        )
        for channel in range(floats.shape[2])
    ]
    return np.stack(planes, axis=2)


def resize_visible(raster: Raster, size: tuple[int, int]) -> Floats:
    """The raster's visible colours (:func:`velatura.imaging.alpha.visible_rgb`) at ``size``, (h, w,
    3) sRGB float32.

    A picture much larger than ``size`` is averaged over blocks first, a band at a time: no full
    float copy is made.
    """
    fill = hidden_fill(raster)
    factor = int(min(raster.width / size[0], raster.height / size[1]) / 3)
    if factor < 2:
        return resize(with_fill(raster, fill), size)
    rows: list[Floats] = []
    for y0, y1 in bands(-(-raster.height // factor), raster.width * 12 * factor):
        band = raster.crop(0, y0 * factor, raster.width, min(y1 * factor, raster.height))
        rows.append(_block_means(with_fill(band, fill), factor))
    return resize(np.concatenate(rows), size)


def _block_means(floats: Floats, factor: int) -> Floats:
    """Means over ``factor`` × ``factor`` blocks of (h, w, c); the last blocks are completed by
    repeating the edge.
    """
    height, width, channels = floats.shape
    filled = np.pad(floats, ((0, -height % factor), (0, -width % factor), (0, 0)), mode="edge")
    blocks = filled.reshape(filled.shape[0] // factor, factor, -1, factor, channels)
    means: Floats = blocks.mean(axis=(1, 3), dtype=np.float32)
    return means


def thumbnail(raster: Raster, side: int) -> Raster:
    """The raster with its long side at most ``side`` pixels: u8 sRGB, RGB or RGB and alpha. Never
    enlarged.
    """
    width, height = fit(
        raster.width, raster.height, long=min(side, max(raster.width, raster.height))
    )
    rgb = resize_visible(raster, (width, height))
    if raster.alpha is None:
        return Raster(from_unit_floats(rgb, "u8"))
    opacity = resize(coverage(raster), (width, height))
    return Raster(from_unit_floats(np.concatenate([rgb, opacity], axis=2), "u8"))

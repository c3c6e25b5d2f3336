"""Which colours a painted picture ends up with: its own, the content's, or the style's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from velatura.contract.run import Run
from velatura.contract.scene import Region, Scene, Style
from velatura.imaging.alpha import coverage, hidden_fill, with_fill
from velatura.imaging.colour import Floats, luma
from velatura.imaging.raster import Raster
from velatura.imaging.tiles import Box
from velatura.library import codes
from velatura.pipeline.regions import claims
from velatura.pipeline.style_input import USUAL_SIDE, style_tensor

Recolouring = Callable[[Box, Floats, Floats], Floats]
"""From a box, the content's and the painted colours there, (h, w, 3) sRGB, to the colours to lay there."""

Painted = Iterable[tuple[Box, Floats]]
"""A fair sample of what is painted: (h, w, 3) sRGB by box."""

QUANTILES = 1024
"""Steps of a cumulative histogram."""

SAMPLED = 1 << 20
"""Most pixels that colours are counted of."""


def recolouring(scene: Scene, painted: Callable[[], Painted], run: Run) -> Recolouring | None:
    """What the common knobs of ``scene`` ask for; None for leaving colours as they were painted.

    ``painted`` is called only where colours of the whole picture have to be known first.
    """
    wish = scene.common.colours
    if wish == "none" or scene.content is None:
        return None
    if wish == "luminance":
        return lambda box, content, picture: with_luma_of(content, picture)
    if wish == "lab-chroma":
        return lambda box, content, picture: with_lightness_of(content, picture)
    return _matched(scene, scene.content, list(painted()), run)


def with_luma_of(content: Floats, painted: Floats) -> Floats:
    """The colours of ``content`` as bright as ``painted``, both (h, w, 3) sRGB: luminance-only transfer.

    Gatys et al. 2017, section 5.1, in YIQ. Colours are made paler where they would leave 0..1.
    """
    bright = luma(np.clip(painted, 0, 1))
    chroma = content - luma(content)
    room = np.where(chroma > 0, 1 - bright, bright)
    size = np.abs(chroma)
    keep = np.divide(room, size, out=np.ones_like(size), where=size > room).min(2, keepdims=True)
    result: Floats = bright + keep * chroma
    return result


def with_lightness_of(content: Floats, painted: Floats) -> Floats:
    """The colours of ``content`` as light as ``painted``, both (h, w, 3) sRGB: a* and b* of CIELAB are kept."""
    from skimage.color import lab2xyz, rgb2lab, xyz2rgb

    lab = rgb2lab(np.clip(content, 0, 1)).astype(np.float32)
    lab[:, :, 0] = rgb2lab(np.clip(painted, 0, 1))[:, :, 0]
    # The darkest of saturated colours have no place in XYZ, which would be warned of.
    lab[:, :, 2] = np.minimum(lab[:, :, 2], (lab[:, :, :1][:, :, 0] + 16) * 200 / 116)
    return np.asarray(xyz2rgb(lab2xyz(lab)), np.float32)


@dataclass(frozen=True)
class Map:
    """A linear map of colours, and a curve for each channel after it, as (from, to) pairs of values."""

    stretch: Floats
    shift: Floats
    curves: tuple[tuple[Floats, Floats], ...] = ()

    def __call__(self, rgb: Floats) -> Floats:
        moved: Floats = rgb @ self.stretch.T + self.shift
        for channel, (values, wanted) in enumerate(self.curves):
            moved[:, :, channel] = np.interp(moved[:, :, channel], values, wanted)
        return moved


def _matched(
    scene: Scene, content: Raster, painted: list[tuple[Box, Floats]], run: Run
) -> Recolouring:
    regions = scene.regions or (Region(styles=()),)
    fill = hidden_fill(content)
    weights = [[claim * _seen(content, box) for claim in claims(scene, box)] for box, _ in painted]
    if scene.common.colours == "histogram":
        originals = [with_fill(_crop(content, box), fill) for box, _ in painted]
        seen = [np.sum(each, axis=0) for each in weights]
        pictures = [picture for _, picture in painted]
        only = _to_content(pictures, originals, seen)
        return lambda box, content, picture: only(picture)
    maps: list[Map | None] = [
        _to_style(region, painted, [each[number] for each in weights], scene, run)
        for number, region in enumerate(regions)
    ]

    def apply(box: Box, content: Floats, picture: Floats) -> Floats:
        if len(maps) == 1:
            only = maps[0]
            return picture if only is None else only(picture)
        result: Floats = picture.copy()
        for claim, each in zip(claims(scene, box), maps, strict=True):
            if each is not None:
                result += claim * (each(picture) - picture)
        return result

    return apply


def _to_content(
    painted: Sequence[Floats], content: Sequence[Floats], weights: Sequence[Floats]
) -> Map:
    """The colours of ``painted`` with the histogram of ``content``: moved as a whole, then each channel."""
    rows, weight = _rows(painted), _rows(weights)[:, 0]
    wanted = _rows(content)
    if not weight.any():
        return Map(np.eye(3, dtype=np.float32), np.zeros(3, np.float32))
    linear = _between(_moments(rows, weight), _moments(wanted, weight))
    moved = linear(rows[None])[0]
    levels = ((np.arange(QUANTILES) + 0.5) / QUANTILES).astype(np.float32)
    curves = tuple(
        _curve(
            _quantiles(moved[:, channel], weight, levels),
            _quantiles(wanted[:, channel], weight, levels),
        )
        for channel in range(3)
    )
    return Map(linear.stretch, linear.shift, curves)


def _to_style(
    region: Region,
    painted: Sequence[tuple[Box, Floats]],
    weights: Sequence[Floats],
    scene: Scene,
    run: Run,
) -> Map | None:
    """What gives the colours painted in ``region`` the mean and covariance of its styles; None where nothing shows
    any.
    """
    weight = _rows(weights)[:, 0]
    if not region.styles or not weight.any():
        return None
    if any(style.picture is None and style.code is None for style in region.styles):
        run.note("A style that is a network has no colours to match; they are left as painted.")
        return None
    total = sum(style.weight for style in region.styles)
    wanted = sum(
        _style_moments(style, scene, run) * style.weight / total for style in region.styles
    )
    return _between(_moments(_rows([picture for _, picture in painted]), weight), wanted)


def _style_moments(style: Style, scene: Scene, run: Run) -> Any:
    """:func:`~velatura.perception.losses.colour_moments` of a style, from its picture or from what its code says."""
    import torch

    from velatura.networks.palette import NUMBERS, Palette
    from velatura.perception.losses import colour_moments

    kept = scene.code_of(style, USUAL_SIDE)
    if kept is None:
        moments = colour_moments(*style_tensor(style, scene.style_side(style, USUAL_SIDE), run))
        return moments.double().cpu()
    code, _ = codes.read(kept)
    palette = Palette.from_numbers(code[:, -NUMBERS:].double())
    mean = torch.cat([palette.mean[0], torch.ones(1, dtype=torch.float64)])
    moments = torch.outer(mean, mean)
    moments[:3, :3] += palette.root[0] @ palette.root[0]
    return moments


def _between(own: Any, wanted: Any) -> Map:
    from velatura.perception.recolour import between

    stretch, shift = between(own, wanted)
    return Map(stretch.float().numpy(), shift.float().numpy())


def _moments(rows: Floats, weight: Floats) -> Any:
    """:func:`~velatura.perception.losses.colour_moments` of ``rows`` (n, 3) that count ``weight`` (n,)."""
    import torch

    ones = np.concatenate([rows, np.ones_like(rows[:, :1])], axis=1).astype(np.float64)
    return torch.from_numpy((ones * weight[:, None]).T @ ones / weight.sum(dtype=np.float64))


def _rows(pictures: Sequence[Floats]) -> Floats:
    """The pixels of ``pictures`` (h, w, c) below each other, (n, c); every so manieth where there are many."""
    rows = np.concatenate([picture.reshape(-1, picture.shape[2]) for picture in pictures])
    return rows[:: max(1, len(rows) // SAMPLED)]


def _quantiles(values: Floats, weight: Floats, levels: Floats) -> Floats:
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weight[order], dtype=np.float64)
    places = np.searchsorted(reached, levels * reached[-1]).clip(0, len(values) - 1)
    found: Floats = values[order][places]
    return found


def _curve(values: Floats, wanted: Floats) -> tuple[Floats, Floats]:
    """Pairs of both, each of ``values`` once: one that fills several quantiles becomes the mean of theirs."""
    once, places = np.unique(values, return_inverse=True)
    means = np.bincount(places, wanted) / np.bincount(places)
    return once, means.astype(np.float32)


def _crop(content: Raster, box: Box) -> Raster:
    return content.crop(box.x0, box.y0, box.x1, box.y1)


def _seen(content: Raster, box: Box) -> Floats:
    return coverage(_crop(content, box))

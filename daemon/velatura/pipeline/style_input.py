"""How engines look at the pictures of styles: which part, turned how, at what size, and which pixels count."""

from __future__ import annotations

from dataclasses import replace
from math import cos, radians, sin
from typing import TYPE_CHECKING

from velatura.contract.scene import WHOLE, Crop, Scene, Style
from velatura.errors import BadPicture, BadRequest
from velatura.imaging.raster import Raster
from velatura.imaging.resample import fit
from velatura.pipeline.tensors import alpha_tensor, mask_tensor, picture_tensor
from velatura.runtime.cache_keys import fingerprint

if TYPE_CHECKING:
    from torch import Tensor

    from velatura.contract.run import Run

USUAL_SIDE = 512
"""Short side at which engines look at styles unless they have a reason or are told otherwise."""

ENLARGED = 1.25
"""By how much a picture may be enlarged before it is worth a word."""

LONGEST = 4
"""A style's long side is at most this many times the short side it is looked at with."""


def style_tensor(style: Style, short: int, run: Run) -> tuple[Tensor, Tensor | None]:
    """The style's picture with a short side of ``short`` pixels, (1, 3, h, w) sRGB 0..1 float32, and how much each
    pixel counts, (1, 1, h, w) 0..1, or None where all do.

    It is cropped first and turned last; of what is turned, the largest upright rectangle inside is taken, so that
    no corner is made up. Hidden pixels do not count, nor those that its mask leaves out. Raises
    :class:`BadRequest` for a style that is no picture, and :class:`BadPicture` when nothing of it counts.
    """
    picture, mask = _cropped(style)
    size = fit(picture.width, picture.height, short=short, long=LONGEST * short)
    tensor = _turned(picture_tensor(picture, run, size=size), style)
    if not picture.has_alpha and mask is None:
        return tensor, None
    weights = alpha_tensor(picture, run, size=size)
    if mask is not None:
        weights = weights * mask_tensor(mask, run, size=size)
    weights = _turned(weights, style)
    _require_visible(weights)
    return tensor, weights


def pair_tensors(style: Style, short: int, run: Run) -> tuple[Tensor, Tensor, Tensor | None]:
    """Both halves of a pair, before and after, and how much each pixel counts: as :func:`style_tensor`, which gives the
    one after, cropped and turned alike.

    What is hidden in either half does not count. Raises :class:`BadRequest` for a style that is no pair, and
    :class:`BadPicture` when nothing of it counts.
    """
    import torch

    if style.before is None:
        raise BadRequest(
            "This engine needs pairs of pictures.", hint="Give one before and one after."
        )
    after, weights = style_tensor(style, short, run)
    unpainted = replace(style, picture=style.before, before=None, mask=None)
    before, seen = style_tensor(unpainted, short, run)
    if seen is not None:
        weights = seen if weights is None else torch.minimum(weights, seen)
        _require_visible(weights)
    return before, after, weights


def style_places(style: Style, short: int, run: Run) -> Tensor:
    """Where in the style's whole picture each pixel of :func:`style_tensor` comes from: (1, 2, h, w), parts 0..1 of its
    width and its height.
    """
    import torch

    picture, _ = _cropped(style)
    width, height = fit(picture.width, picture.height, short=short, long=LONGEST * short)
    left, top, right, bottom = style.crop
    x = left + (right - left) * (torch.arange(width) + 0.5) / width
    y = top + (bottom - top) * (torch.arange(height) + 0.5) / height
    planes = torch.stack([x.expand(height, width), y[:, None].expand(height, width)])
    return _turned(planes[None].to(run.device), style)


def tell_enlarged(style: Style, short: int, run: Run) -> None:
    """Note when the style's picture is much smaller than the ``short`` side that it is looked at with."""
    picture = style.picture
    if picture is None:
        return
    left, top, right, bottom = _box(picture, style.crop)
    there = min(right - left, bottom - top)
    if short > ENLARGED * there:
        run.note(
            "A style's picture is {there} pixels on its short side and was enlarged to {short}: a larger one gives "
            "finer strokes."
            if style.crop == WHOLE
            else "The part of a style's picture that is used is {there} pixels on its short side and "
            "was enlarged to {short}: a larger one gives finer strokes.",
            there=there,
            short=short,
        )


def side_at(scene: Scene, style: Style, short: int) -> int:
    """The short side with which an engine that paints coarse to fine looks at ``style`` where the content's is
    ``short`` pixels: in proportion, as far as the style's picture, or what is cropped of it, has pixels.
    """
    assert scene.content is not None
    whole = min(scene.content.width, scene.content.height)
    return _within_own_pixels(style, scene.style_side(style, whole, short / whole))


def shows_all_strokes(scene: Scene, short: int) -> bool:
    """Whether the content with a short side of ``short`` pixels, and each style beside it, has the size at which
    engines usually look at styles, or all the pixels that there are: a larger size has no more than detail to add.
    """
    return short >= USUAL_SIDE and all(
        side_at(scene, style, short) >= _within_own_pixels(style, USUAL_SIDE)
        for style in scene.styles
    )


def _within_own_pixels(style: Style, short: int) -> int:
    if style.picture is None:
        return max(1, short)
    left, top, right, bottom = _box(style.picture, style.crop)
    return max(1, min(short, round(ENLARGED * min(right - left, bottom - top))))


def style_key(style: Style, short: int) -> str:
    """What :func:`style_tensor` and :func:`pair_tensors` give, as a key to remember by."""
    shown = fingerprint(style.picture, style.mask, style.before)
    return f"{shown} {style.crop} {style.rotation} {short}"


def _require_visible(weights: Tensor) -> None:
    if not bool(weights.any()):
        raise BadPicture(
            "Nothing of the style's picture is visible.",
            hint="It is completely transparent, or its mask is black.",
        )


def _cropped(style: Style) -> tuple[Raster, Raster | None]:
    picture, mask = style.picture, style.mask
    if picture is None:
        raise BadRequest(
            "This engine needs the style's picture.", hint="Give a picture as the style."
        )
    if style.crop == WHOLE:
        return picture, mask
    box = _box(picture, style.crop)
    return picture.crop(*box), None if mask is None else mask.crop(*box)


def _box(picture: Raster, crop: Crop) -> tuple[int, int, int, int]:
    """``crop`` in pixels of ``picture``: at least one wherever it is."""
    left, top, right, bottom = crop
    x0 = min(int(left * picture.width), picture.width - 1)
    y0 = min(int(top * picture.height), picture.height - 1)
    x1 = max(x0 + 1, round(right * picture.width))
    y1 = max(y0 + 1, round(bottom * picture.height))
    return x0, y0, x1, y1


def _turned(planes: Tensor, style: Style) -> Tensor:
    """``planes`` (1, c, h, w) turned as the style says; quarter turns move pixels and change none."""
    import torch

    quarters, rest = divmod(style.rotation % 360, 90)
    planes = torch.rot90(planes, int(quarters), (2, 3))
    if rest == 0:
        return planes
    from torchvision.transforms import InterpolationMode
    from torchvision.transforms.functional import center_crop, rotate

    inside = _upright_inside(planes.shape[2], planes.shape[3], radians(rest))
    whole = rotate(planes, rest, InterpolationMode.BILINEAR, expand=True)
    cropped: Tensor = center_crop(whole, list(inside))
    return cropped


def _upright_inside(height: int, width: int, angle: float) -> tuple[int, int]:
    """(height, width) of the largest upright rectangle inside one of these sides turned by ``angle``, 0…π/2.

    A long one touches two sides of it with opposite corners, any other all four.
    """
    across, along = sin(angle), cos(angle)
    short, long = min(height, width), max(height, width)
    if short <= 2 * across * along * long:
        half = short / 2
        sides = (half / along, half / across) if width >= height else (half / across, half / along)
    else:
        square = along**2 - across**2
        sides = (
            (height * along - width * across) / square,
            (width * along - height * across) / square,
        )
    # One pixel on each side was mixed with what lies outside.
    return max(1, int(sides[0]) - 2), max(1, int(sides[1]) - 2)

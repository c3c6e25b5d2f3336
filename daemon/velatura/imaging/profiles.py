"""ICC profiles: from a file's own colours to linear light of sRGB's primaries and back.

LittleCMS does it in floats, colorimetrically, and clips nothing where a profile is a matrix, so
that colours outside of sRGB come as values below 0 or above 1 and find their way back.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache

import numpy as np

from velatura.imaging.colour import Floats, srgb_from_linear
from velatura.imaging.raster import DTYPES, Pixels, Transfer

_SPACES = {1: b"GRAY", 3: b"RGB ", 4: b"CMYK"}
"""By the number of colours, what the header of a profile for them says in bytes 16 to 19 (ICC.1,
7.2).
"""
_KINDS = {1: "gray", 3: "rgb", 4: "cmyk"}
# sRGB's white as the profiles have it that ship with most programs: XYZ of 0.95047, 1 and 1.08883.
_D65 = (0.312727, 0.329023)
_REC709 = (0.64, 0.33, 0.30, 0.60, 0.15, 0.06)
_SAME = 1 / 255
"""How far encoded colours may be apart and mean the same. Makers round sRGB's white and curve in their own
ways, which in dark and saturated colours is half of this.
"""


def is_for(profile: bytes, colours: int) -> bool:
    """Whether ``profile`` describes pictures of 1 (grey), 3 (RGB) or 4 (CMYK) colours."""
    return profile[16:20] == _SPACES[colours]


@lru_cache(maxsize=8)
def usable(profile: bytes, colours: int) -> bool:
    """Whether colours can be brought through ``profile``, and back again unless they are inks."""
    if not is_for(profile, colours):
        return False
    from imagecodecs import CmsError

    samples = _samples(colours)
    try:
        light = to_linear(samples, profile)
        back = light if colours == 4 else from_linear(light, profile)
    except CmsError:
        return False
    return bool(np.isfinite(light).all() and np.isfinite(back).all())


@lru_cache(maxsize=8)
def transfer_of(profile: bytes, colours: int) -> Transfer | None:
    """``"srgb"`` or ``"linear"`` when ``profile``, which is :func:`usable`, means what a raster of
    that transfer means, to a level of 8 bits; None for all other colours.

    What its transform does is compared, since names lie.
    """
    samples = _samples(colours)
    meant = srgb_from_linear(to_linear(samples, profile))
    if np.abs(meant - samples).max() <= _SAME:
        return "srgb"
    if np.abs(meant - srgb_from_linear(samples)).max() <= _SAME:
        return "linear"
    return None


def to_linear(colours: Pixels, profile: bytes) -> Floats:
    """Colours of any depth, (h, w, 1, 3 or 4), in ``profile`` as linear light of sRGB's primaries:
    (h, w, 3) float32, and (h, w, 1) for grey. Raises ``imagecodecs.CmsError``.
    """
    count = colours.shape[2]
    values = colours.astype(np.float32) if colours.dtype == DTYPES["f16"] else colours
    light = _transformed(values, profile, _linear_srgb(), _KINDS[count], "rgb")
    # Grey comes back as three equal colours but for rounding.
    return light[:, :, 1:2] if count == 1 else light


def from_linear(light: Floats, profile: bytes) -> Floats:
    """The inverse of :func:`to_linear` for grey and RGB, a full integer being 1. What the profile
    cannot hold is clipped as its curves do.
    """
    count = light.shape[2]
    rgb = np.repeat(light, 3, axis=2) if count == 1 else light
    return _transformed(rgb, _linear_srgb(), profile, "rgb", _KINDS[count])


def linear_profile(primaries: Sequence[float], white: Sequence[float]) -> bytes:
    """A profile of linear light: ``primaries`` are x and y of red, green and blue, ``white`` its x and y."""
    import imagecodecs

    red, green, blue = (primaries[at : at + 2] for at in (0, 2, 4))
    corners = [*red, 1.0, *green, 1.0, *blue, 1.0]
    profile: bytes = imagecodecs.cms_profile(
        "rgb", whitepoint=[*white, 1.0], primaries=corners, gamma=1.0
    )
    return profile


@cache
def _linear_srgb() -> bytes:
    return linear_profile(_REC709, _D65)


def _transformed(
    values: Pixels, profile: bytes, target: bytes, kind: str, target_kind: str
) -> Floats:
    import imagecodecs

    result = imagecodecs.cms_transform(
        np.ascontiguousarray(values[:, :, 0] if kind == "gray" else values),
        profile,
        target,
        colorspace=kind,
        outcolorspace=target_kind,
        outdtype=np.float32,
        intent=imagecodecs.CMS.INTENT.RELATIVE_COLORIMETRIC,
        flags=imagecodecs.CMS.FLAGS.BLACKPOINTCOMPENSATION,
    )
    return np.asarray(result, np.float32).reshape(*values.shape[:2], -1)


def _samples(colours: int) -> Floats:
    """Colours over all that there are, (1, n, colours) in 0…1: every grey, and a grid."""
    greys = np.repeat(np.linspace(0, 1, 256, dtype=np.float32)[:, None], colours, axis=1)
    steps = [np.linspace(0, 1, 6, dtype=np.float32)] * colours
    grid = np.stack(np.meshgrid(*steps), axis=-1).reshape(-1, colours)
    return np.concatenate([greys, grid])[None]

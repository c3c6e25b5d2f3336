"""What belongs together in a picture: parts of similar colour that lie near each other."""

from __future__ import annotations

import numpy as np
from PIL import Image

from velatura.imaging.alpha import coverage
from velatura.imaging.raster import Raster
from velatura.imaging.resample import fit, resize, resize_visible

LOOKED_AT = 384
"""Long side, in pixels, of what is looked at."""

PATCHES = 400
"""Superpixels of which parts are made."""

COMPACTNESS = 0.1
"""How much more a superpixel likes to be square than to follow colours, which are scaled to 0..1."""

NEARNESS = 30.0
"""How much the picture's whole width counts, in units of CIELAB's distances."""


def segments(raster: Raster, count: int) -> list[Raster]:
    """Soft masks of the at most ``count`` parts of ``raster``, each u8 of its size, the largest first.

    Superpixels (SLIC, Achanta et al. 2012) are joined by Ward's method (1963) in colour and place. Together the
    masks cover every pixel; along an edge of parts they share it.
    """
    from scipy.cluster.hierarchy import fcluster, linkage
    from skimage.color import rgb2lab
    from skimage.segmentation import slic

    size = fit(raster.width, raster.height, long=min(LOOKED_AT, max(raster.width, raster.height)))
    lab = rgb2lab(np.clip(resize_visible(raster, size), 0, 1)).astype(np.float32)
    seen = resize(coverage(raster), size)[:, :, 0] > 0.5
    mask = seen if seen.any() and not seen.all() else None
    patches = slic(
        lab, PATCHES, compactness=COMPACTNESS, convert2lab=False, start_label=1, mask=mask
    )
    labels = np.unique(patches[patches > 0])
    if count < 2 or len(labels) < 2:
        return [_mask(np.ones(lab.shape[:2], bool), raster)]
    rows, columns = np.mgrid[: lab.shape[0], : lab.shape[1]] * (NEARNESS / max(size))
    features = np.dstack([lab, rows, columns]).astype(np.float64)
    means = np.stack([features[patches == label].mean(0) for label in labels])
    groups = fcluster(linkage(means, "ward"), count, "maxclust")
    # What is hidden belongs to nobody yet; it goes with the first part, where it is not seen either.
    group_of = np.zeros(int(labels.max()) + 1, int)
    group_of[labels] = groups
    found = group_of[np.maximum(patches, 0)]
    areas = np.bincount(found.ravel(), minlength=groups.max() + 1)[1:]
    order = np.argsort(-areas, kind="stable") + 1
    found[found == 0] = order[0]
    return [_mask(found == group, raster) for group in order]


def _mask(part: np.ndarray[tuple[int, ...], np.dtype[np.bool_]], like: Raster) -> Raster:
    """``part`` at the size of ``like``, its edge as soft as the enlargement is."""
    small = Image.fromarray(part.astype(np.uint8) * np.uint8(255))
    large = small.resize((like.width, like.height), Image.Resampling.BILINEAR)
    return Raster(np.asarray(large)[:, :, None])

"""A picture to paint, or to paint in the manner of."""

from __future__ import annotations

import numpy as np
from PIL import Image


def rings(width: int, height: int, pitch: float) -> Image.Image:
    """Something with strokes and with an inside and an outside, so that every part of it is another style."""
    y, x = np.mgrid[:height, :width]
    far = np.hypot(x - 0.3 * width, y - 0.6 * height)
    planes = [np.sin(far / pitch), np.cos(x / pitch), np.sin((x + 2 * y) / pitch)]
    picture = Image.fromarray((127.5 + 127.5 * np.stack(planes, axis=-1)).astype(np.uint8))
    # As Krita's layers are.
    return picture.convert("RGBA")

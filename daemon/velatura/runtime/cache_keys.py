"""What identifies a raster's content, as a key for what was computed from it."""

from __future__ import annotations

import hashlib

from velatura.imaging.raster import Raster


def fingerprint(*rasters: Raster | None) -> str:
    """SHA-256 over pixels, shapes and transfers, in order; 64 hexadecimal digits.

    None is content too: a picture with a mask is something else than the picture.
    """
    digest = hashlib.sha256()
    for raster in rasters:
        digest.update(repr(raster and raster.shape).encode())
        if raster is not None:
            digest.update(raster.to_memoryview())
    return digest.hexdigest()

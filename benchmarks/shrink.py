"""Copies of folders of pictures, small enough to carry to another machine and train there.

    python -m benchmarks.shrink PHOTOS --into packed/photos --short 320 --most 30

Pictures are taken in an order that does not depend on their names until ``--most`` MB are full.
"""

from __future__ import annotations

import argparse
import hashlib
import io
from pathlib import Path

from PIL import Image

from velatura.contract.run import Run
from velatura.imaging.colour import converted
from velatura.imaging.files import read_picture
from velatura.imaging.raster import Raster
from velatura.imaging.resample import fit, resized
from velatura.training.pictures import SUFFIXES

MEGABYTE = 1_000_000


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.shrink", description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--into", type=Path, required=True)
    parser.add_argument("--short", type=int, default=320, help="short side in pixels")
    parser.add_argument("--quality", type=int, default=85)
    parser.add_argument("--most", type=float, default=30.0, help="MB in all")
    options = parser.parse_args()
    options.into.mkdir(parents=True, exist_ok=True)
    files = [
        file
        for folder in options.folders
        for file in folder.rglob("*")
        if file.suffix.lower() in SUFFIXES
    ]
    files.sort(key=lambda file: hashlib.sha256(file.name.encode()).digest())
    held = written = 0
    for file in Run(None).each(files, phase="shrink"):
        shrunk = _shrunk(read_picture(file).raster, options.short, options.quality)
        if held + len(shrunk) > options.most * MEGABYTE:
            break
        (options.into / f"{written:05}.webp").write_bytes(shrunk)
        held, written = held + len(shrunk), written + 1
    print(f"{options.into}: {written} of {len(files)} pictures, {held / MEGABYTE:.1f} MB")


def _shrunk(raster: Raster, short: int, quality: int) -> bytes:
    size = fit(raster.width, raster.height, short=min(short, raster.width, raster.height))
    small = converted(resized(raster, size), depth="u8", transfer="srgb")
    stream = io.BytesIO()
    Image.fromarray(small.pixels.squeeze()).convert("RGB").save(stream, "WEBP", quality=quality)
    return stream.getvalue()


if __name__ == "__main__":
    main()

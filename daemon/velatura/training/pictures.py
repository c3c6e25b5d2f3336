"""Folders of pictures as one array: each is decoded once, whatever how often training looks at it."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import accumulate, repeat
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from velatura.contract.run import Run
from velatura.errors import BadPicture, BadRequest, TooLarge
from velatura.imaging.colour import from_float
from velatura.imaging.files import read_picture
from velatura.imaging.raster import Pixels, Raster
from velatura.imaging.resample import fit, resize_visible

SUFFIXES = frozenset((".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp", ".avif"))

LONGEST = 2
"""A long side is cropped to at most this many short sides."""

AT_ONCE = 64
"""Pictures that are read by all processors together before they are written: so many are held in memory at most."""

FORMAT = 1
"""Changes whenever a pack of the same files would be another."""


@dataclass(frozen=True)
class Crop:
    """A square part of a picture: which, its top left corner and its side in pixels, and whether it is
    mirrored.
    """

    picture: int
    top: int
    left: int
    side: int
    mirrored: bool = False


@dataclass(frozen=True)
class Pack:
    """Pictures in one flat array. ``pixels`` is u8 sRGB; picture i is (height, width, 3) with ``shapes[i]``
    and begins at ``starts[i]``.

    ``digest`` tells packs apart that were made of other files or at another size.
    """

    pixels: Tensor
    shapes: tuple[tuple[int, int], ...]
    starts: tuple[int, ...]
    digest: str
    unreadable: int = 0

    def __len__(self) -> int:
        return len(self.shapes)

    def picture(self, index: int) -> Tensor:
        """Picture ``index``, (height, width, 3) u8, a view."""
        height, width = self.shapes[index]
        start = self.starts[index]
        return self.pixels[start : start + 3 * height * width].view(height, width, 3)

    def only(self, pictures: Iterable[int]) -> Pack:
        """Some of the pictures, on the same memory."""
        kept = list(pictures)
        return replace(
            self,
            shapes=tuple(self.shapes[index] for index in kept),
            starts=tuple(self.starts[index] for index in kept),
        )

    def cut(self, crops: Iterable[Crop], side: int) -> Tensor:
        """The ``crops`` at ``side`` pixels, (n, 3, side, side) sRGB 0..1 float32, where the pack lies."""
        return torch.cat([self._cut(crop, side) for crop in crops])

    def _cut(self, crop: Crop, side: int) -> Tensor:
        rows = slice(crop.top, crop.top + crop.side)
        columns = slice(crop.left, crop.left + crop.side)
        part = self.picture(crop.picture)[rows, columns].permute(2, 0, 1)[None].float() / 255
        if crop.mirrored:
            part = part.flip(-1)
        if crop.side == side:
            return part
        resized = F.interpolate(
            part, size=(side, side), mode="bilinear", antialias=True, align_corners=False
        )
        return resized.clamp(0, 1)

    def to(self, device: torch.device) -> Pack:
        """The pack with its pixels on ``device``."""
        return replace(self, pixels=self.pixels.to(device))


def random_crop(
    dice: np.random.Generator,
    shapes: Sequence[tuple[int, int]],
    picture: int,
    sides: tuple[float, float],
) -> Crop:
    """A square of ``picture`` anywhere, every other one mirrored; the logarithm of its side is evenly
    distributed over ``sides``, pixels, as far as the picture is that large.
    """
    height, width = shapes[picture]
    whole = min(height, width)
    least, most = (min(each, whole) for each in sides)
    side = min(whole, round(float(np.exp(dice.uniform(np.log(least), np.log(most))))))
    top, left = (int(dice.integers(0, length - side + 1)) for length in (height, width))
    return Crop(picture, top, left, side, mirrored=bool(dice.integers(2)))


def pack(folders: Sequence[Path], short: int, cache: Path, run: Run) -> Pack:
    """All pictures below ``folders`` with short sides of ``short`` pixels, kept in ``cache``.

    What is packed already is mapped into memory and not decoded again. Long sides are cropped
    around the middle to ``LONGEST`` short sides. Files that cannot be read are left out and counted.
    Raises :class:`BadRequest` for a folder that is not there or has no picture.
    """
    files = [file for folder in folders for file in _files(folder)]
    digest = _digest(files, short)
    cache.mkdir(parents=True, exist_ok=True)
    index, array = (cache / f"{digest[:16]}.{suffix}" for suffix in ("json", "u8"))
    if not index.is_file():
        _write(files, short, index, array, run)
    facts = json.loads(index.read_text("utf-8"))
    shapes = tuple((height, width) for height, width in facts["shapes"])
    if not shapes:
        raise BadRequest(
            f"None of the pictures in {_named(folders)} can be read.",
            hint="PNG, JPEG, WebP, TIFF, BMP and AVIF can.",
        )
    # Copy on write: torch wants memory that may be written to, and nobody writes.
    mapped = np.memmap(array, np.uint8, mode="c")
    sizes = [3 * height * width for height, width in shapes]
    starts = (0, *accumulate(sizes[:-1]))
    return Pack(torch.from_numpy(mapped), shapes, starts, digest, facts["unreadable"])


def _files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise BadRequest(f"There is no folder {folder}.", hint="Check the path.")
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)
    if not found:
        raise BadRequest(f"There is no picture in {folder}.", hint="Give a folder of pictures.")
    return found


def _digest(files: Sequence[Path], short: int) -> str:
    digest = hashlib.sha256(f"{FORMAT} {short}".encode())
    for file in files:
        digest.update(f"{file.resolve()} {file.stat().st_size} {file.stat().st_mtime_ns}".encode())
    return digest.hexdigest()


def _write(files: Sequence[Path], short: int, index: Path, array: Path, run: Run) -> None:
    """Decode ``files`` into ``array`` and, once that is complete, write ``index``."""
    shapes: list[tuple[int, int]] = []
    unreadable = 0
    draft = array.with_name(f".{array.name}.{os.getpid()}")
    try:
        with draft.open("wb") as stream, ThreadPoolExecutor(os.cpu_count()) as threads:
            for start in range(0, len(files), AT_ONCE):
                some = files[start : start + AT_ONCE]
                for done, pixels in enumerate(threads.map(_read, some, repeat(short)), start + 1):
                    if pixels is None:
                        unreadable += 1
                    else:
                        shapes.append((pixels.shape[0], pixels.shape[1]))
                        stream.write(pixels.tobytes())
                    run.step(done, len(files), phase="read pictures")
        draft.replace(array)
    finally:
        draft.unlink(missing_ok=True)
    index.write_text(json.dumps({"shapes": shapes, "unreadable": unreadable}), "utf-8")


def _read(file: Path, short: int) -> Pixels | None:
    """The picture in ``file``, :func:`_shrunk`; None where it cannot be read."""
    try:
        return _shrunk(read_picture(file).raster, short)
    except (BadPicture, TooLarge):
        return None


def _shrunk(raster: Raster, short: int) -> Pixels:
    """The middle of ``raster`` with a short side of ``short`` pixels, (h, w, 3) u8 sRGB."""
    longest = LONGEST * min(raster.width, raster.height)
    left = max(0, raster.width - longest) // 2
    top = max(0, raster.height - longest) // 2
    middle = raster.crop(left, top, raster.width - left, raster.height - top)
    floats = resize_visible(middle, fit(middle.width, middle.height, short=short))
    return from_float(np.clip(floats, 0, 1))


def _named(folders: Sequence[Path]) -> str:
    return ", ".join(map(str, folders))

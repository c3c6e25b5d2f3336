"""One picture to paint: where its content is, and where the result goes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from velatura.errors import BadRequest, TooLarge
from velatura.imaging.files import PIXELS, SIDE, Picture, read_picture, require_writable
from velatura.imaging.raster import Raster
from velatura.imaging.resample import fit, resized
from velatura_link.request import EncodedFile, Pixels, Request, all_styles


@dataclass(frozen=True)
class Task:
    """What to paint over, None for nothing; where the result goes; its long side in pixels, None for the content's."""

    content: Path | None
    output: Path
    long: int | None = None


def read_content(task: Task) -> Picture | None:
    """The content at the size that was asked for, in its own depth; None where there is none.

    Raises what :func:`read_picture` raises, and :class:`TooLarge` for a size over the same limits.
    """
    if task.content is None:
        return None
    picture = read_picture(task.content)
    raster = picture.raster
    if task.long is None or task.long == max(raster.width, raster.height):
        return picture
    width, height = fit(raster.width, raster.height, long=task.long)
    if max(width, height) > SIDE or width * height > PIXELS:
        raise TooLarge(
            f"--size {task.long} gives {width} × {height} pixels, which is too large.",
            hint=f"A picture may have at most {SIDE} pixels on a side and {PIXELS} in all.",
        )
    return replace(picture, raster=resized(raster, (width, height)))


def with_content(request: Request, content: Picture | None) -> Request:
    """``request`` for ``content``; as it is where there is none."""
    return request if content is None else replace(request, content=pixels_of(content.raster))


def like_result(content: Picture | None, request: Request) -> Picture | None:
    """What the result's file is to be like: the content, or the part of it that was asked for."""
    if content is None or request.window is None:
        return content
    left, top, right, bottom = request.window
    own = content.encoding.pixels
    encoding = replace(
        content.encoding, pixels=None if own is None else own[top:bottom, left:right]
    )
    return replace(content, raster=content.raster.crop(left, top, right, bottom), encoding=encoding)


def check_files(task: Task, request: Request, preview: Path | None) -> None:
    """Raise :class:`BadRequest` for an output or a file for previews that cannot be written, or has another purpose."""
    require_writable(task.output)
    if preview is None:
        return
    require_writable(preview)
    for purpose, other in _purposes(task, request):
        if _same_place(preview, other):
            raise BadRequest(
                f"--preview {preview} is already {purpose}.",
                hint="Previews need a file of their own, which is overwritten.",
            )


def pixels_of(raster: Raster) -> Pixels:
    """A raster as the wire's pixels, without a copy."""
    return Pixels(
        raster.to_memoryview(),
        raster.width,
        raster.height,
        raster.channels,
        raster.depth,
        raster.transfer,
    )


def raster_from(pixels: Pixels) -> Raster:
    """The wire's pixels as a raster, without a copy."""
    return Raster.from_buffer(
        pixels.buffer,
        width=pixels.width,
        height=pixels.height,
        channels=pixels.channels,
        depth=pixels.depth,  # type: ignore[arg-type]
        transfer=pixels.transfer,  # type: ignore[arg-type]
    )


def _purposes(task: Task, request: Request) -> Iterator[tuple[str, Path]]:
    """Every file that has a part in the task, and which."""
    yield "the output", task.output
    if task.content is not None:
        yield "the content", task.content
    payloads: list[tuple[str, object]] = [
        ("a mask" if region.colour is None else "the map", region.mask)
        for region in request.regions
    ]
    for style in all_styles(request):
        payloads += [
            ("a style", each) for each in (style.picture, style.file, style.code, style.before)
        ]
        payloads += [("a style's mask", style.mask)]
    payloads += [("an input", each) for each in request.inputs.values()]
    for purpose, payload in payloads:
        if isinstance(payload, EncodedFile) and payload.path is not None:
            yield purpose, payload.path


def _same_place(one: Path, other: Path) -> bool:
    """Whether two names are of one file, which need not be there yet."""
    try:
        return one.samefile(other)
    except OSError:
        return os.path.realpath(one) == os.path.realpath(other)

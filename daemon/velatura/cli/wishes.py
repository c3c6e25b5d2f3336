"""What a person asks for on the command line, read and checked before anything starts."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from velatura.cli.inputs import inputs_of
from velatura.errors import BadParams, BadRequest, TooLarge
from velatura.imaging.files import PIXELS, SIDE, Picture, read_picture, require_writable
from velatura.imaging.resample import fit, resized

Scalar = bool | int | float | str

LARGEST = (1 << 63) - 1
"""The largest whole number that travels as such."""


@dataclass(frozen=True)
class StyleWish:
    """A style as it was named: a file, or a name of the library; and its weight."""

    path: Path | None
    name: str | None
    weight: float


@dataclass(frozen=True)
class Wish:
    """Everything that `velatura stylize` was asked for. ``size`` is the result's long side in pixels.

    ``inputs`` are as they were written: what they mean depends on the engine.
    """

    content: Path
    styles: tuple[StyleWish, ...]
    output: Path
    engine: str
    params: dict[str, Scalar]
    inputs: dict[str, str]
    strength: float
    size: int | None
    seed: int
    device: str | None
    preview: Path | None


def wish_of(options: argparse.Namespace) -> Wish:
    """The wish that ``options`` say. Raises :class:`BadRequest` and :class:`BadParams`.

    Everything that can be known to be wrong before anything is loaded is refused here.
    """
    if not 0 <= options.strength <= 1:
        raise BadRequest(f"--strength must be from 0 to 1, not {options.strength:g}.")
    if options.size is not None and options.size < 1:
        raise BadRequest(f"--size must be at least 1 pixel, not {options.size}.")
    if not 0 <= options.seed <= LARGEST:
        raise BadRequest(f"--seed must be from 0 to {LARGEST}, not {options.seed}.")
    require_writable(options.output)
    wish = Wish(
        content=options.content,
        styles=tuple(style_of(text) for text in options.style),
        output=options.output,
        engine=options.engine,
        params=params_of(options.set),
        inputs=inputs_of(options.input),
        strength=options.strength,
        size=options.size,
        seed=options.seed,
        device=options.device,
        preview=options.preview,
    )
    if wish.preview is not None:
        _check_preview(wish, wish.preview)
    return wish


def style_of(text: str) -> StyleWish:
    """``STYLE[:WEIGHT]``: an existing file wins over a name of the library, a whole name over a weight."""
    if Path(text).is_file():
        return StyleWish(Path(text), None, 1.0)
    stem, colon, tail = text.rpartition(":")
    weight = 1.0
    if colon and _is_number(tail):
        text, weight = stem, float(tail)
        if not 0 < weight < float("inf"):
            raise BadRequest(f"The weight of style {text} must be a number above 0, not {tail}.")
    path = Path(text)
    if path.is_file():
        return StyleWish(path, None, weight)
    if path.is_dir():
        raise BadRequest(f"The style {text} is a folder.", hint="Name a picture in it.")
    if path.suffix or len(path.parts) > 1:
        raise BadRequest(
            f"There is no style file {text}.",
            hint="A style is a picture file or a name of the library.",
        )
    return StyleWish(None, text, weight)


def params_of(settings: Sequence[str]) -> dict[str, Scalar]:
    """``KEY=VALUE`` pairs; values that read as JSON numbers or booleans are such, the rest is text."""
    params: dict[str, Scalar] = {}
    for setting in settings:
        key, equals, value = setting.partition("=")
        if not equals or not key:
            raise BadParams(
                f"--set {setting} is not KEY=VALUE.",
                hint="`velatura engines NAME` lists an engine's knobs.",
            )
        params[key.replace("-", "_")] = _scalar(value)
    return params


def read_content(wish: Wish) -> Picture:
    """The content at the size that was asked for, in its own depth.

    Raises what :func:`read_picture` raises, and :class:`TooLarge` for a size over the same limits.
    """
    picture = read_picture(wish.content)
    raster = picture.raster
    if wish.size is None or wish.size == max(raster.width, raster.height):
        return picture
    width, height = fit(raster.width, raster.height, long=wish.size)
    if max(width, height) > SIDE or width * height > PIXELS:
        raise TooLarge(
            f"--size {wish.size} gives {width} × {height} pixels, and that is too large.",
            hint=f"A picture may have {SIDE} pixels on a side and {PIXELS} in all.",
        )
    return replace(picture, raster=resized(raster, (width, height)))


def _check_preview(wish: Wish, preview: Path) -> None:
    """Refuse a file for previews that cannot be written, or that has another purpose."""
    require_writable(preview)
    others = [("the output", wish.output), ("the content", wish.content)]
    others += [("a style", style.path) for style in wish.styles if style.path is not None]
    others += [("an input", Path(text)) for text in wish.inputs.values()]
    for purpose, other in others:
        if _same_place(preview, other):
            raise BadRequest(
                f"--preview {preview} is {purpose} already.",
                hint="Previews need a file of their own, which they replace.",
            )


def _same_place(one: Path, other: Path) -> bool:
    """Whether two names are of one file, which need not be there yet."""
    try:
        return one.samefile(other)
    except OSError:
        return os.path.realpath(one) == os.path.realpath(other)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _scalar(text: str) -> Scalar:
    try:
        value = json.loads(text)
    except ValueError:
        return text
    if isinstance(value, int) and abs(value) > LARGEST:
        return float(value)
    return value if isinstance(value, bool | int | float) else text

"""Whether a scene is one that an engine takes, by what its descriptor says."""

from __future__ import annotations

from pathlib import Path

from velatura.contract.engine import Descriptor, Input, InputKind, StyleKind
from velatura.contract.scene import Region, Scene, Style
from velatura.errors import BadRequest
from velatura.imaging.raster import Raster

WORDS: dict[StyleKind, str] = {
    "picture": "a picture",
    "code": "a style code",
    "checkpoint": "a checkpoint",
    "bank": "a style of a bank",
    "pair": "a pair of pictures",
}

INPUTS: dict[InputKind, tuple[type | tuple[type, ...], str]] = {
    "raster": (Raster, "a picture"),
    "flow": (Raster, "a picture of three float channels"),
    "file": (Path, "a file"),
    "state": (Path, "a file"),
    "number": ((int, float), "a number"),
    "text": (str, "text"),
}
"""What an input of each kind is, and the words for it."""


def check_fits(descriptor: Descriptor, scene: Scene) -> None:
    """Raise :class:`BadRequest` when ``scene`` has what the engine does not take, or lacks what it needs."""
    name = descriptor.name
    if descriptor.content == "none" and scene.content is not None:
        raise BadRequest(
            f"The engine {name} starts from nothing and takes no picture to paint over.",
            hint="Leave the content out and give a size.",
        )
    if descriptor.fewest_styles and not scene.styles:
        wanted = " or ".join(WORDS[each] for each in descriptor.styles)
        raise BadRequest(f"The engine {name} needs a style.", hint=f"Give it {wanted}.")
    for number, region in enumerate(scene.regions, 1):
        _check_count(descriptor, region, number)
    for style in scene.styles:
        _check_style(descriptor, style)
    _check_inputs(descriptor, scene)


def kinds_of(style: Style) -> tuple[StyleKind, ...]:
    """What a style is, by what it has: one kind, or two for a picture with its code."""
    if style.checkpoint is not None:
        return ("checkpoint",) if style.index is None else ("bank",)
    if style.before is not None:
        return ("pair",)
    if style.picture is None:
        return ("code",)
    return ("picture",) if style.code is None else ("picture", "code")


def check_index(style: Style, count: int) -> int:
    """The number of a bank's style, 0 for the first of ``count``.

    For engines that take banks: only they know how many styles are in the file. Raises :class:`BadRequest`.
    """
    index = style.index
    if index is None or not 0 <= index < count:
        raise BadRequest(
            f"The bank has no style {index}: it has {count}.",
            hint=f"Its styles are numbered from 0 to {count - 1}.",
        )
    return index


def _check_count(descriptor: Descriptor, region: Region, number: int) -> None:
    count, fewest, most = len(region.styles), descriptor.fewest_styles, descriptor.most_styles
    if fewest and not count:
        raise BadRequest(f"Region {number} has no style.", hint="Give it one, or leave it out.")
    if count < fewest:
        raise BadRequest(
            f"The engine {descriptor.name} needs {fewest} styles at least; region {number} has {count}.",
            hint="Add styles.",
        )
    if most and count > most:
        raise BadRequest(
            f"The engine {descriptor.name} takes {most} style{'s' if most > 1 else ''} at most; "
            f"region {number} has {count}.",
            hint="Leave some out, or paint them in regions of their own.",
        )


def _check_style(descriptor: Descriptor, style: Style) -> None:
    kinds = kinds_of(style)
    if (
        kinds == ("checkpoint",)
        and "checkpoint" not in descriptor.styles
        and "bank" in descriptor.styles
    ):
        raise BadRequest(
            f"The engine {descriptor.name} needs to know which style of the bank.",
            hint="Give the style's index; the first is 0.",
        )
    if not set(kinds) & set(descriptor.styles):
        takes = " or ".join(WORDS[each] for each in descriptor.styles) or "none"
        raise BadRequest(
            f"The engine {descriptor.name} does not take {WORDS[kinds[0]]} as a style.",
            hint=f"It takes {takes}.",
        )
    if style.index is not None and kinds != ("bank",):
        raise BadRequest(
            "A style has an index, but is no bank.",
            hint="Leave the index out, or give the bank's file.",
        )
    if style.index is not None and style.index < 0:
        raise BadRequest(f"A style's index is 0 or more, not {style.index}.")
    if style.before is not None:
        _check_pair(style)


def _check_pair(style: Style) -> None:
    before, after = style.before, style.picture
    assert before is not None
    if after is None:
        raise BadRequest(
            "A pair lacks its painted half.",
            hint="Give a picture as the style, and the one before it.",
        )
    if (before.width, before.height) != (after.width, after.height):
        raise BadRequest(
            f"The halves of a pair differ in size: {before.width} × {before.height} pixels before, "
            f"{after.width} × {after.height} after.",
            hint="Both must show the same, pixel for pixel.",
        )


def _check_inputs(descriptor: Descriptor, scene: Scene) -> None:
    name = descriptor.name
    known = {each.name: each for each in descriptor.inputs}
    missing = [each for each in known.values() if each.required and each.name not in scene.inputs]
    if missing:
        raise BadRequest(f"The engine {name} needs the input “{missing[0].title}”.")
    unknown = set(scene.inputs) - set(known)
    if unknown:
        raise BadRequest(f"The engine {name} has no input “{min(unknown)}”.")
    for key, value in scene.inputs.items():
        kinds, words = INPUTS[known[key].kind]
        if isinstance(value, bool) or not isinstance(value, kinds):
            raise BadRequest(f"The input “{known[key].title}” must be {words}.")
        if known[key].kind == "flow":
            assert isinstance(value, Raster)
            _check_flow(known[key], value, scene)


def _check_flow(which: Input, flow: Raster, scene: Scene) -> None:
    if flow.channels != 3 or flow.pixels.dtype.kind != "f":
        raise BadRequest(
            f"The input “{which.title}” must have three float channels: dx, dy and confidence.",
            hint="Vectors are in pixels, to the right and down.",
        )
    content = scene.content
    if content is not None and (flow.width, flow.height) != (content.width, content.height):
        raise BadRequest(
            f"The input “{which.title}” has {flow.width} × {flow.height} pixels, "
            f"the picture {content.width} × {content.height}.",
            hint="There is a vector for each pixel of the picture.",
        )

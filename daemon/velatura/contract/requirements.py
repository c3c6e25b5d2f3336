"""Whether a scene is one that an engine takes, by what its descriptor says."""

from __future__ import annotations

from pathlib import Path

from velatura.contract.engine import Descriptor, Input, InputKind, StyleKind
from velatura.contract.scene import Region, Scene, Style
from velatura.errors import BadRequest
from velatura.imaging.raster import Raster
from velatura_link.text import Text, either

WORDS: dict[StyleKind, Text] = {
    "picture": Text("a picture"),
    "code": Text("a style code"),
    "checkpoint": Text("a checkpoint"),
    "bank": Text("a bank's style"),
    "pair": Text("a pair of pictures"),
}

INPUTS: dict[InputKind, tuple[type | tuple[type, ...], Text]] = {
    "raster": (Raster, WORDS["picture"]),
    "flow": (Raster, WORDS["picture"]),
    "file": (Path, Text("a file")),
    "state": (Path, Text("a file")),
    "number": ((int, float), Text("a number")),
    "text": (str, Text("text")),
}
"""What an input of each kind is, and the words for it."""


def check_fits(descriptor: Descriptor, scene: Scene) -> None:
    """Raise :class:`BadRequest` when ``scene`` has what the engine does not take, or lacks what it needs."""
    name = descriptor.name
    if descriptor.content == "none" and scene.content is not None:
        raise BadRequest(
            "The engine {engine} starts from nothing and takes no picture to paint over.",
            hint="Leave the content out and give a size.",
            engine=name,
        )
    if descriptor.fewest_styles and not scene.styles:
        wanted = either([WORDS[each] for each in descriptor.styles])
        raise BadRequest(
            "The engine {engine} needs a style.",
            hint="Give it {wanted}.",
            engine=name,
            wanted=wanted,
        )
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
            "The bank has no style {index}: it has {count}.",
            hint="Its styles are numbered from 0 to {last}.",
            index=str(index),
            count=count,
            last=count - 1,
        )
    return index


def _check_count(descriptor: Descriptor, region: Region, number: int) -> None:
    count, fewest, most = len(region.styles), descriptor.fewest_styles, descriptor.most_styles
    if fewest and not count:
        raise BadRequest(
            "Region {number} has no style.", hint="Give it one, or leave it out.", number=number
        )
    if count < fewest:
        raise BadRequest(
            "The engine {engine} needs at least {fewest} styles; region {number} has {count}.",
            hint="Add styles.",
            engine=descriptor.name,
            fewest=fewest,
            number=number,
            count=count,
        )
    if most and count > most:
        raise BadRequest(
            "The engine {engine} takes at most {most} of the {count} styles of region {number}.",
            hint="Leave some out, or paint them in regions of their own.",
            engine=descriptor.name,
            most=most,
            number=number,
            count=count,
        )


def _check_style(descriptor: Descriptor, style: Style) -> None:
    kinds, name = kinds_of(style), descriptor.name
    takes_banks_alone = "bank" in descriptor.styles and "checkpoint" not in descriptor.styles
    if kinds == ("checkpoint",) and takes_banks_alone:
        raise BadRequest(
            "The engine {engine} needs to know which style of the bank to use.",
            hint="Give its index; the first is 0.",
            engine=name,
        )
    if not set(kinds) & set(descriptor.styles):
        takes = either([WORDS[each] for each in descriptor.styles] or [Text("none")])
        raise BadRequest(
            "The engine {engine} does not take {kind} as a style.",
            hint="It takes {takes}.",
            engine=name,
            kind=WORDS[kinds[0]],
            takes=takes,
        )
    if style.index is not None and (kinds != ("bank",) or style.index < 0):
        raise BadRequest(
            "A style has the index {index}, but there is no such style.",
            hint="Only a bank's styles have an index, from 0.",
            index=style.index,
        )
    if style.before is not None:
        _check_pair(style)


def _check_pair(style: Style) -> None:
    before, after = style.before, style.picture
    assert before is not None
    if after is None:
        raise BadRequest(
            "A pair lacks its painted half.",
            hint="Give the painted picture as the style, together with the picture it was painted from.",
        )
    if (before.width, before.height) != (after.width, after.height):
        raise BadRequest(
            "The halves of a pair differ in size: {width} × {height} pixels before, {other_width} × {other_height} "
            "after.",
            hint="Both must show the same scene, pixel for pixel.",
            width=before.width,
            height=before.height,
            other_width=after.width,
            other_height=after.height,
        )


def _check_inputs(descriptor: Descriptor, scene: Scene) -> None:
    name = descriptor.name
    known = {each.name: each for each in descriptor.inputs}
    missing = [each for each in known.values() if each.required and each.name not in scene.inputs]
    if missing:
        raise BadRequest(
            "The engine {engine} needs the input “{input}”.",
            engine=name,
            input=Text(missing[0].title),
        )
    unknown = set(scene.inputs) - set(known)
    if unknown:
        raise BadRequest(
            "The engine {engine} has no input “{input}”.", engine=name, input=min(unknown)
        )
    for key, value in scene.inputs.items():
        kinds, words = INPUTS[known[key].kind]
        if isinstance(value, bool) or not isinstance(value, kinds):
            raise BadRequest(
                "The input “{input}” must be {kind}.", input=Text(known[key].title), kind=words
            )
        if known[key].kind == "flow":
            assert isinstance(value, Raster)
            _check_flow(known[key], value, scene)


def _check_flow(which: Input, flow: Raster, scene: Scene) -> None:
    if flow.channels != 3 or flow.pixels.dtype.kind != "f":
        raise BadRequest(
            "The input “{input}” must have three float channels: dx, dy and confidence.",
            hint="Vectors are in pixels, to the right and down.",
            input=Text(which.title),
        )
    content = scene.content
    if content is not None and (flow.width, flow.height) != (content.width, content.height):
        raise BadRequest(
            "The input “{input}” has {width} × {height} pixels, the picture {other_width} × {other_height}.",
            hint="It needs one vector for each pixel of the picture.",
            input=Text(which.title),
            width=flow.width,
            height=flow.height,
            other_width=content.width,
            other_height=content.height,
        )

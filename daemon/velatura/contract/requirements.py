"""Whether a scene is one that an engine takes, by what its descriptor says."""

from __future__ import annotations

from velatura.contract.engine import Descriptor, StyleKind
from velatura.contract.scene import Scene, Style
from velatura.errors import BadRequest
from velatura_link.text import Text, either

WORDS: dict[StyleKind, Text] = {
    "picture": Text("a picture"),
    "code": Text("a style code"),
    "checkpoint": Text("a checkpoint"),
    "bank": Text("a bank's style"),
    "pair": Text("a pair of pictures"),
}


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
        if descriptor.fewest_styles and not region.styles:
            raise BadRequest(
                "Region {number} has no style.", hint="Give it one, or leave it out.", number=number
            )
    for style in scene.styles:
        kinds = kinds_of(style)
        if not set(kinds) & set(descriptor.styles):
            takes = either([WORDS[each] for each in descriptor.styles] or [Text("none")])
            raise BadRequest(
                "The engine {engine} does not take {kind} as a style.",
                hint="It takes {takes}.",
                engine=name,
                kind=WORDS[kinds[0]],
                takes=takes,
            )
    missing = [
        each for each in descriptor.inputs if each.required and each.name not in scene.inputs
    ]
    if missing:
        raise BadRequest(
            "The engine {engine} needs the input “{input}”.",
            engine=name,
            input=Text(missing[0].title),
        )
    unknown = set(scene.inputs) - {each.name for each in descriptor.inputs}
    if unknown:
        raise BadRequest(
            "The engine {engine} has no input “{input}”.", engine=name, input=min(unknown)
        )


def kinds_of(style: Style) -> tuple[StyleKind, ...]:
    """What a style is, by what it has: one kind, or two for a picture with its code."""
    if style.checkpoint is not None:
        return ("checkpoint",) if style.index is None else ("bank",)
    if style.picture is None:
        return ("code",)
    if style.before is not None:
        return ("pair",)
    return ("picture",) if style.code is None else ("picture", "code")

"""Whether a scene is one that an engine takes, by what its descriptor says."""

from __future__ import annotations

from velatura.contract.engine import Descriptor, StyleKind
from velatura.contract.scene import Scene, Style
from velatura.errors import BadRequest

WORDS: dict[StyleKind, str] = {
    "picture": "a picture",
    "code": "a style code",
    "checkpoint": "a checkpoint",
    "bank": "a bank's style",
    "pair": "a pair of pictures",
}


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
        if descriptor.fewest_styles and not region.styles:
            raise BadRequest(f"Region {number} has no style.", hint="Give it one, or leave it out.")
    for style in scene.styles:
        kinds = kinds_of(style)
        if not set(kinds) & set(descriptor.styles):
            takes = " or ".join(WORDS[each] for each in descriptor.styles) or "none"
            raise BadRequest(
                f"The engine {name} does not take {WORDS[kinds[0]]} as a style.",
                hint=f"It takes {takes}.",
            )
    missing = [
        each for each in descriptor.inputs if each.required and each.name not in scene.inputs
    ]
    if missing:
        raise BadRequest(f"The engine {name} needs the input “{missing[0].title}”.")
    unknown = set(scene.inputs) - {each.name for each in descriptor.inputs}
    if unknown:
        raise BadRequest(f"The engine {name} has no input “{min(unknown)}”.")


def kinds_of(style: Style) -> tuple[StyleKind, ...]:
    """What a style is, by what it has: one kind, or two for a picture with its code."""
    if style.checkpoint is not None:
        return ("checkpoint",) if style.index is None else ("bank",)
    if style.picture is None:
        return ("code",)
    if style.before is not None:
        return ("pair",)
    return ("picture",) if style.code is None else ("picture", "code")

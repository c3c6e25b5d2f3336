"""Whether a scene is one that an engine takes, by what its descriptor says."""

from __future__ import annotations

from velatura.engines.engine import Descriptor, StyleKind
from velatura.engines.scene import Scene, Style
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
    if descriptor.style_required and not scene.styles:
        kinds = " or ".join(WORDS[kind] for kind in descriptor.styles)
        raise BadRequest(f"The engine {name} needs a style.", hint=f"Give it {kinds}.")
    for number, region in enumerate(scene.regions, 1):
        if descriptor.style_required and not region.styles:
            raise BadRequest(f"Region {number} has no style.", hint="Give it one, or leave it out.")
    for style in scene.styles:
        kind = kind_of(style)
        if kind not in descriptor.styles:
            takes = " or ".join(WORDS[kind] for kind in descriptor.styles) or "none"
            raise BadRequest(
                f"The engine {name} does not take {WORDS[kind]} as a style.",
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


def kind_of(style: Style) -> StyleKind:
    """What a style is, by what it has."""
    if style.checkpoint is not None:
        return "checkpoint" if style.index is None else "bank"
    if style.code is not None:
        return "code"
    return "picture" if style.before is None else "pair"

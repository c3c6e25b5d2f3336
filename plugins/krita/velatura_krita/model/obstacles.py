"""Why a wish cannot be painted, said before anything is sent. No Qt here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from velatura_link.styles import CODE, needs_pictures

from ..texts import tr
from . import request_builder
from .choices import Choices, StyleChoice
from .extra_inputs import Missing, missing


@dataclass(frozen=True)
class Obstacle:
    """What is in the way, in a sentence, and what to do about it."""

    text: str
    hint: str


def paints_from_pictures(manifest: request_builder.Manifest, engine: str) -> bool:
    """Whether the engine is there and needs pictures: it cannot read codes."""
    return engine in manifest and needs_pictures(manifest[engine]["descriptor"])


def in_the_way(
    manifest: request_builder.Manifest,
    styles: Iterable[Mapping[str, Any]],
    choices: Choices,
    name: Callable[[StyleChoice], str],
) -> Obstacle | None:
    """What keeps ``choices`` from being painted with the daemon's ``styles``; None when nothing does."""
    chosen = (*choices.styles, *(region.style for region in choices.regions))
    if not chosen and request_builder.needs_style(manifest, choices.engine):
        return Obstacle(tr("No style is chosen."), tr("Choose a picture in the library first."))
    if (lacking := missing(manifest, choices)) is not None:
        return _without(lacking, str(manifest[choices.engine]["descriptor"]["title"]))
    if not paints_from_pictures(manifest, choices.engine):
        return None
    codes = {each["name"] for each in styles if each.get("kind") == CODE}
    for style in chosen:
        if style.name in codes:
            title = tr(manifest[choices.engine]["descriptor"]["title"])
            return Obstacle(
                tr(
                    "{engine} needs a picture to imitate, and the style “{name}” is a code without one.",
                    engine=title,
                    name=name(style),
                ),
                tr("Add a picture of your own with +, or take another engine."),
            )
    return None


def _without(lacking: Missing, engine: str) -> Obstacle:
    title = tr(lacking.input.title)
    if not lacking.knob:
        return Obstacle(
            tr(
                "{engine} needs “{input}”, which is not chosen yet.", engine=tr(engine), input=title
            ),
            tr("Choose it below the engine."),
        )
    knob = tr(lacking.knob)
    return Obstacle(
        tr(
            "“{knob}” is set to “{choice}”, but “{input}” is not chosen yet.",
            knob=knob,
            choice=tr(lacking.choice),
            input=title,
        ),
        tr("Choose it below the engine, or set “{knob}” to something else.", knob=knob),
    )

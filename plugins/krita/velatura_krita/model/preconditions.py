"""Why a request cannot be painted, said before anything is sent. No Qt here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from velatura_link.engines import Manifest
from velatura_link.styles import needs_pictures

from ..texts import tr
from . import style_kinds
from .choices import Choices, RegionChoice, StyleChoice, WeightedStyle
from .extra_inputs import Missing, missing


@dataclass(frozen=True)
class Problem:
    """What is in the way, in a sentence, and what to do about it."""

    text: str
    hint: str


def paints_from_pictures(manifest: Manifest, engine: str) -> bool:
    """Whether the engine is there and needs pictures: it cannot read codes."""
    return engine in manifest and needs_pictures(manifest[engine]["descriptor"])


def first_problem(
    manifest: Manifest,
    styles: Iterable[Mapping[str, Any]],
    choices: Choices,
    name: Callable[[StyleChoice], str],
) -> Problem | None:
    """What keeps ``choices`` from being painted with the daemon's ``styles``; None when nothing does."""
    engine = choices.engine
    if style_kinds.kinds_taken(manifest, engine):
        found = _of_number(manifest, choices) or _of_kind(manifest, tuple(styles), choices, name)
        if found is not None:
            return found
    lacking = missing(manifest, choices)
    return None if lacking is None else _without(lacking, _title(manifest, engine))


def _of_number(manifest: Manifest, choices: Choices) -> Problem | None:
    """Too few or too many styles."""
    engine, chosen = choices.engine, len(choices.mixture)
    fewest = style_kinds.fewest_styles(manifest, engine)
    most = style_kinds.most_styles(manifest, engine)
    if not style_kinds.enough_styles(manifest, choices):
        if not chosen:
            return no_style(manifest, engine)
        return Problem(
            tr("{engine} needs {number} styles.", engine=_title(manifest, engine), number=fewest),
            tr("Choose more with Ctrl+click."),
        )
    if most and chosen > most:
        text = tr("{engine} paints in one style only.", engine=_title(manifest, engine))
        if most > 1:
            text = tr(
                "{engine} paints in at most {number} styles.",
                engine=_title(manifest, engine),
                number=most,
            )
        return Problem(text, tr("Remove the others below the library."))
    return None


def no_style(manifest: Manifest, engine: str) -> Problem:
    """That none is chosen, and what to choose."""
    text = tr("No style is chosen.")
    if style_kinds.kinds_taken(manifest, engine) == ("model",):
        return Problem(text, tr("Choose a model in the library, or add one's file with +."))
    return Problem(text, tr("Choose a picture in the library first."))


def _of_kind(
    manifest: Manifest,
    offered: tuple[Mapping[str, Any], ...],
    choices: Choices,
    name: Callable[[StyleChoice], str],
) -> Problem | None:
    """A style that the engine cannot read, or half of a pair."""
    engine = choices.engine
    title, taken = _title(manifest, engine), style_kinds.kinds_taken(manifest, engine)
    holders: tuple[WeightedStyle | RegionChoice, ...] = (*choices.mixture, *choices.regions)
    for each in holders:
        kind = style_kinds.kind_of(each.style, offered)
        if kind == "code" and kind not in taken and "picture" in taken:
            return Problem(
                tr(
                    "{engine} needs a picture to imitate, and the style “{name}” is a code without one.",
                    engine=title,
                    name=name(each.style),
                ),
                tr("Add a picture of your own with +, or choose another engine."),
            )
        if kind not in taken:
            says = _no_picture if kind == "model" else _no_model
            return Problem(
                says(title, name(each.style)), tr("Choose another style, or another engine.")
            )
        if (
            kind == "picture"
            and each.view.before is None
            and style_kinds.needs_pair(manifest, engine)
        ):
            return Problem(
                tr(
                    "{engine} needs the picture from which “{name}” was painted.",
                    engine=title,
                    name=name(each.style),
                ),
                tr("Choose it below the style, under “Before”."),
            )
    return None


def _no_picture(engine: str, name: str) -> str:
    return tr(
        "{engine} needs a picture as its style, and “{name}” is a model.", engine=engine, name=name
    )


def _no_model(engine: str, name: str) -> str:
    return tr(
        "{engine} needs a trained model as its style, and “{name}” is not one.",
        engine=engine,
        name=name,
    )


def _title(manifest: Manifest, engine: str) -> str:
    return tr(str(manifest[engine]["descriptor"]["title"])) if engine in manifest else engine


def _without(lacking: Missing, engine: str) -> Problem:
    title = tr(lacking.input.title)
    if not lacking.knob:
        return Problem(
            tr("{engine} needs “{input}”, which is not chosen yet.", engine=engine, input=title),
            tr("Choose it below the engine."),
        )
    knob = tr(lacking.knob)
    return Problem(
        tr(
            "“{knob}” is set to “{choice}”, but “{input}” is not chosen yet.",
            knob=knob,
            choice=tr(lacking.choice),
            input=title,
        ),
        tr("Choose it below the engine, or set “{knob}” to something else.", knob=knob),
    )
